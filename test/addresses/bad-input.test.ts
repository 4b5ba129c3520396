/** A wrong command line of bearhug says what is right in its first line, and exits 100. */
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { authority, credentials, pair } from "../support/relays.ts";
import { program } from "../support/service.ts";

it.each([
  ["--listen nowhere", "--listen: not an address: nowhere; write IP:PORT"],
  ["--listen [::1]:x", "--listen: "],
  ["--listen fd:x", "--listen: not a descriptor: fd:x; write fd:NUMBER"],
  ["--listen 127.0.0.1:0 --connect [1]:2", "--connect: not an address: [1]:2; write HOST:PORT"],
  ["--listen 127.0.0.1:0 --connect fd:3", "--connect: not an address: fd:3; write HOST:PORT"],
  ["--listen 127.0.0.1:0 --connect 127.0.0.1:0", "--connect: not an address: 127.0.0.1:0"],
  ["--listen 127.0.0.1:0", "--connect is missing"],
  ["--connect 127.0.0.1:1", "--listen is missing"],
  ["--listen 127.0.0.1:0 --connect 192.0.2.1:1", "--unsafe-plain allows it"],
  ["--connect-timeout 0", "--connect-timeout: must be at least 1"],
  ["--sni a.test=x", "--sni: not NAME=CERT,KEY: a.test=x"],
  ["--listen systemd:web --connect 127.0.0.1:1", "no socket of systemd's is named web"],
  ["--listen 127.0.0.1:0 --connect 127.0.0.1:1 prog", "unexpected word: prog"],
  ["--listen 127.0.0.1:0 --connect 127.0.0.1:1 -C 50", "-C 50 allows more than -c 40"],
  ["--allow-spki sha256//x", "--allow-spki: not sha256// and 32 bytes in base64: sha256//x"],
  ["--listen 127.0.0.1:0 --connect 127.0.0.1:1 --allow-cn a", "--cacert is missing"],
  ["--listen 127.0.0.1:0 --connect 127.0.0.1:1 --allow-cn a --allow-all", "give one"],
  ["--send-proxy v3", "--send-proxy: unknown version v3; there are v1, v2 and v2-tls"],
  ["--listen 127.0.0.1:0 --connect 127.0.0.1:1 --proxy-from 10.0.0.1", "--proxy-from needs -L"],
  ["--starttls imap", "--starttls: unknown protocol imap; there are postgresql and smtp"],
  [
    "--listen 127.0.0.1:0 --connect 127.0.0.1:1 --allow-clear-cancel",
    "--allow-clear-cancel is for --starttls postgresql",
  ],
  ["--nonsense", "nonsense"],
])("server %s", async (words, told) => {
  const { code, stderr } = await run([program("bearhug"), "server", ...words.split(" ")]);
  expect(stderr.split("\n")[0]).toContain(told);
  expect(code).toBe(100);
});

it.each([
  ["--listen 127.0.0.1:0 --connect unix:/x", "unix:/x has no name to verify; write HOST:PORT"],
  ["--listen 0.0.0.0:0 --connect a.test:1", "--listen: 0.0.0.0:0 is neither a loopback address"],
])("client %s", async (words, told) => {
  const { code, stderr } = await run([program("bearhug"), "client", ...words.split(" ")]);
  expect(stderr.split("\n")[0]).toContain(told);
  expect(code).toBe(100);
});

it("bearhug alone tells in ten lines what there is", async () => {
  const { code, stdout, stderr } = await run([program("bearhug")]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n").length).toBeLessThanOrEqual(11);
  for (const name of ["bearhug server", "bearhug client", "s6-tlsserver", "s6-ucspitlsd"]) {
    expect(stdout).toContain(name);
  }
});

it("bearhug --version is the version, and another word is no command", async () => {
  const { stdout } = await run([program("bearhug"), "--version"]);
  expect(stdout).toMatch(/^bearhug \(bearhug\) \d+\.\d+\.\d+\n$/);
  const { code, stderr } = await run([program("bearhug"), "serve"]);
  expect(code).toBe(100);
  expect(stderr).toBe(
    "bearhug: usage: unknown command serve; there are server, client, check server and check client\n",
  );
});

it("without a certificate: which variable or option is missing", async () => {
  const words = ["server", "--listen", "127.0.0.1:0", "--connect", "127.0.0.1:1"];
  const { code, stderr } = await run([program("bearhug"), ...words]);
  expect(code).toBe(100);
  expect(stderr).toContain("KEYFILE");
});

it("bearhug check judges options and files, and listens on nothing", async () => {
  const words = ["--listen", "127.0.0.1:0", "--connect", "127.0.0.1:1", "-1"];
  const good = await run([program("bearhug"), "check", "server", ...words, ...pair]);
  expect(good).toMatchObject({ code: 0, stdout: "" });
  const files = ["--cert", credentials.certFile, "--key", authority.issue().keyFile];
  const bad = await run([program("bearhug"), "check", "server", ...words, ...files]);
  expect(bad).toMatchObject({ code: 96, stdout: "" });
});
