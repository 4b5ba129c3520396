/**
 * s6-tlsd-io on its own: the network on 0 and 1, cleartext on the two descriptors that it is told,
 * whatever they are.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { everything, run, start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, program, serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("cleartext on two sockets: bytes and EOF pass in both directions", async () => {
  const listener = await serve({
    credentials,
    program: "s6-tlsd-io",
    prog: ["3", "4"],
    pipes: 2,
  });
  const client = await connect({ port: listener.port, authority });
  const tunnel = await listener.tunnel();
  const [fromProgram, toProgram] = [tunnel.descriptor(3), tunnel.descriptor(4)];

  const heardByProgram = everything(toProgram);
  const heardByClient = everything(client);
  client.end("to the program");
  expect((await heardByProgram).toString()).toBe("to the program");
  fromProgram.end("to the client");
  expect((await heardByClient).toString()).toBe("to the client");
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});

it("cleartext on one socket for both directions", async () => {
  const listener = await serve({
    credentials,
    program: "s6-tlsd-io",
    prog: ["3", "3"],
    pipes: 1,
  });
  const client = await connect({ port: listener.port, authority });
  const tunnel = await listener.tunnel();
  const cleartext = tunnel.descriptor(3);
  cleartext.on("error", () => {});
  cleartext.on("data", (chunk: Buffer) => cleartext.write(chunk));
  cleartext.once("end", () => cleartext.end("!"));
  expect(await exchange(client, "there and back")).toBe("there and back!");
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});

it.each([
  ["3 4", "3</dev/null 4>/dev/null", ""],
  ["3 4", "3</dev/null 4>kept", ""],
  ["3 4", "3<words 4>/dev/null", "words"],
  ["4 3", "3>/dev/null 4<words", "words"],
  ["8 9", "8<words 9>/dev/null", "words"],
  ["8 9", "8</dev/null 9>/dev/null", ""],
])("cleartext %s is the null device: %s", async (descriptors, redirections, said) => {
  const port = await behindSocat(`
    printf words >words
    exec "$PROGRAM" ${descriptors} ${redirections}
  `);
  const client = await connect({ port, authority }, { allowHalfOpen: true });
  client.end("thrown away");
  expect(`${await everything(client)}`).toBe(said);
});

it("a number that is closed is not taken for the null device that Node has open", async () => {
  for (let fd = 8; fd < 13; fd++) {
    const { code, stderr } = await run(
      ["bash", "-c", `exec "$0" ${fd} 40 40>/dev/null`, program("s6-tlsd-io")],
      {
        environment: credentialsEnvironment(credentials),
      },
    );
    expect([fd, code, stderr]).toEqual([fd, 111, expect.stringContaining("fatal: ")]);
  }
});

it("cleartext on two pipes", async () => {
  const port = await behindSocat(`
    mkfifo in out
    cat <out >in &
    exec "$PROGRAM" 3 4 4>out 3<in
  `);
  const client = await connect({ port, authority });
  expect(await exchange(client, "through the pipes")).toBe("through the pipes");
});

it("cleartext from one file and into another", async () => {
  const heard = scratchFile("heard");
  const page = scratchFile("page", "a page\n".repeat(10_000));
  const port = await behindSocat(`exec "$PROGRAM" 3 4 3<${page} 4>${heard}`);
  const client = await connect({ port, authority });
  expect(await exchange(client, "for the file")).toBe(readFileSync(page, "utf8"));
  await eventually("the file", () => readFileSync(heard, "utf8") === "for the file");
});

it("with -d, the descriptor gets the handshake's variables, and is closed", async () => {
  const listener = await serve({
    credentials,
    program: "s6-tlsd-io",
    options: ["-d", "5"],
    prog: ["3", "4"],
    pipes: 3,
  });
  const client = await connect({ port: listener.port, authority });
  const tunnel = await listener.tunnel();
  const told = (await everything(tunnel.descriptor(5))).toString();
  expect(told.endsWith("\0\0")).toBe(true);
  expect(told.slice(0, -2).split("\0").sort()).toEqual([
    "SSL_CIPHER=TLS_CHACHA20_POLY1305_SHA256",
    "SSL_GROUP=X25519",
    "SSL_PEER_CERT_HASH",
    "SSL_PEER_CERT_SAN",
    "SSL_PEER_CERT_SPKI_HASH",
    "SSL_PEER_CERT_SUBJECT",
    "SSL_PROTOCOL=TLSv1.3",
    "SSL_TLS_SNI_SERVERNAME=server.test",
  ]);
  client.destroy();
});

it("with -d and no server name, SSL_TLS_SNI_SERVERNAME is told to be unset", async () => {
  const listener = await serve({
    credentials,
    program: "s6-tlsd-io",
    options: ["-d5"],
    prog: ["--", "3", "4"],
    pipes: 3,
  });
  const noName = { servername: "", checkServerIdentity: () => undefined };
  await connect({ port: listener.port, authority }, noName);
  const tunnel = await listener.tunnel();
  const told = (await everything(tunnel.descriptor(5))).toString();
  expect(told.split("\0")).toContain("SSL_TLS_SNI_SERVERNAME");
});

it.each([
  ["no operand", []],
  ["one operand", ["3"]],
  ["three operands", ["3", "4", "5"]],
  ["a word", ["3", "four"]],
  ["a negative number", ["--", "-3", "4"]],
  ["a word for -d", ["-d", "five", "3", "4"]],
])("%s is wrong usage", async (_, args) => {
  const ended = await run([program("s6-tlsd-io"), ...args], {
    environment: credentialsEnvironment(credentials),
  });
  expect(ended).toMatchObject({ code: 100, stdout: "" });
  expect(ended.stderr).toMatch(/^s6-tlsd-io: usage: [^\n]+; see s6-tlsd-io --help\n$/);
});

/** A port behind which a shell script runs for each connection, with $PROGRAM for s6-tlsd-io. */
async function behindSocat(script: string): Promise<number> {
  const socat = start(
    ["socat", "-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork", 'SYSTEM:sh "$SCRIPT",nofork'],
    {
      environment: {
        ...credentialsEnvironment(credentials),
        PROGRAM: program("s6-tlsd-io"),
        SCRIPT: scratchFile("script", script),
      },
    },
  );
  const port = () => Number(/listening on AF=2 127\.0\.0\.1:([0-9]+)/.exec(socat.stderr)?.[1]);
  await eventually("socat's port", () => port() > 0);
  return port();
}
