/**
 * A pair for a server name that can't be used ends s6-tlsd with 96 before it looks for a client,
 * and the message says for which name.
 */
import { expect, it } from "vitest";
import { lyingKey } from "../engine/lying-key.ts";
import { runAlone } from "../support/alone.ts";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { guard } from "../support/refusals.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, namedEnvironment } from "../support/service.ts";

const authority = Authority.root();
const good = authority.issue();
const other = authority.issue();
const rsa = authority.issue({ kind: "RSA-2048" });
const otherRsa = authority.issue({ kind: "RSA-2048" });
const fine = { ...credentialsEnvironment(good), ...namedEnvironment({ "good.test": good }) };

const pair = (keyFile: string, certFile: string) => ({
  "KEYFILE:bad.test": keyFile,
  "CERTFILE:bad.test": certFile,
});

const bad: [string, Record<string, string>, RegExp][] = [
  ["a key without a certificate", { "KEYFILE:bad.test": good.keyFile }, /CERTFILE:bad\.test/],
  [
    "a key whose certificate's name is in other letters",
    { "KEYFILE:bad.test": good.keyFile, "CERTFILE:Bad.test": good.certFile },
    /CERTFILE:bad\.test/,
  ],
  ["the certificate of another EC key", pair(other.keyFile, good.certFile), /belong/],
  ["the certificate of another RSA key", pair(otherRsa.keyFile, rsa.certFile), /belong/],
  ["an RSA key with an EC certificate", pair(rsa.keyFile, good.certFile), /belong/],
  ["an EC key with an RSA certificate", pair(good.keyFile, rsa.certFile), /belong/],
  ["a key file that is missing", pair("/no/key", good.certFile), /\/no\/key: No such file/i],
  ["a certificate file that is missing", pair(good.keyFile, "/no/crt"), /\/no\/crt: No such/i],
  ["files that have changed places", pair(good.certFile, good.keyFile), /not a private key/],
  ["an empty key file", pair(scratchFile("empty", ""), good.certFile), /empty/],
  ["no name for the key file", pair("", good.certFile), /No such file/i],
  [
    "two pairs for one name in different letters",
    namedEnvironment({ "bad.test": good, "BAD.test": other }),
    /two pairs/,
  ],
];

it.each(bad)("%s is 96, and names the name", async (_, environment, reason) => {
  for (const level of ["-k1", "-k2"]) {
    const args = [level, "true"];
    const ended = await runAlone({ args, environment: { ...fine, ...environment } });
    expect(ended).toMatchObject({ code: 96, stdout: "" });
    expect(ended.stderr).toMatch(/^s6-tlsd: fatal: [^\n]+\n$/);
    expect(ended.stderr).toContain("bad.test");
    expect(ended.stderr).toMatch(reason);
  }
});

/** A client that is gone already: what reading the credentials leads to, if all is well. */
const EOF_IN_HANDSHAKE = { code: 98 };

it.each(bad)("without -k, %s is not looked at", async (_, environment) => {
  const ended = await runAlone({ environment: { ...fine, ...environment } });
  expect(ended).toMatchObject(EOF_IN_HANDSHAKE);
});

it("a certificate without a key is not looked at", async () => {
  const environment = { ...fine, "CERTFILE:bad.test": "/no/certificate" };
  const ended = await runAlone({ args: ["-k1", "true"], environment });
  expect(ended).toMatchObject(EOF_IN_HANDSHAKE);
});

it.each([
  ["-k1", {}, "KEYFILE"],
  ["-k1", { KEYFILE: good.keyFile }, "CERTFILE"],
  ["-k1", { ...namedEnvironment({ "good.test": good }), KEYFILE: good.keyFile }, "CERTFILE"],
  ["-k2", {}, "KEYFILE:x"],
  ["-k2", credentialsEnvironment(good), "KEYFILE:x"],
])("with %s and %j, %s is missing: wrong usage", async (level, environment, missing) => {
  const ended = await runAlone({ args: [level, "true"], environment });
  expect(ended).toMatchObject({ code: 100, stdout: "" });
  expect(ended.stderr).toMatch(/^s6-tlsd: fatal: environment variable [^\n]+ is not set\n$/);
  expect(ended.stderr).toContain(` ${missing} `);
});

it("with -k1, the default pair must be usable as well", async () => {
  const environment = { ...namedEnvironment({ "good.test": good }), KEYFILE: "/no/key" };
  const ended = await runAlone({
    args: ["-k1", "true"],
    environment: { ...environment, CERTFILE: good.certFile },
  });
  expect(ended).toMatchObject({ code: 96 });
  expect(ended.stderr).toContain("/no/key");
});

it("a key that lies about its public half is 96 when its name is asked for", async () => {
  const theirs = authority.issue();
  const keyFile = scratchFile("liar.der", lyingKey(good.key, theirs.key));
  const environment = { ...fine, ...pair(keyFile, theirs.certFile) };
  const guarded = await guard({ options: ["-k1"], environment });
  const destination = { port: guarded.listener.port, authority };
  await expect(connect(destination, { servername: "bad.test" })).rejects.toThrow();
  const ended = await guarded.refusal();
  expect(ended).toMatchObject({ code: 96 });
  expect(ended.stderr).toBe(
    `s6-tlsd: fatal: unable to use private key in ${keyFile} with certificate in ` +
      `${theirs.certFile}: the private key doesn't belong to the certificate\n`,
  );
});
