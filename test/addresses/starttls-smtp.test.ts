/** `--starttls smtp`, with Exim, curl and openssl, and with peers that break the protocol. */
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { SERVER_NAME } from "../support/certificates.ts";
import { connectRaw, openssl } from "../support/clients.ts";
import { exim } from "../support/exim.ts";
import { eventually, within } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything, run, start } from "../support/processes.ts";
import { authority, backend, credentials, relay, relayServer } from "../support/relays.ts";

const starttls = ["--starttls", "smtp"];

/** A mail server of a few words, which keeps what it hears. */
async function mailServer(greeting = "220 backend.test ESMTP\r\n") {
  const heard: string[] = [];
  const { port } = await backend((socket) => {
    socket.write(greeting);
    socket.on("data", (chunk: Buffer) => {
      heard.push(`${chunk}`);
      if (/^EHLO/.test(`${chunk}`)) socket.write("250 backend.test\r\n");
      if (/^QUIT/.test(`${chunk}`)) socket.end("221 bye\r\n");
    });
  });
  return { port, heard };
}

async function server(options: readonly string[] = [], greeting?: string) {
  const { port, heard } = await mailServer(greeting);
  const serving = await relayServer([...starttls, "--connect", `127.0.0.1:${port}`, ...options]);
  return { serving, heard };
}

/** What comes back, without the greeting: each piece is sent once the answer to the last is there. */
async function answersTo(port: number, pieces: readonly string[]): Promise<string> {
  const socket = await connectRaw(port);
  let heard = "";
  const ended = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString("latin1");
      if (/^[0-9]{3} .*\r\n$/m.test(heard.slice(heard.lastIndexOf("\n", heard.length - 2) + 1))) {
        const next = rest.shift();
        if (next !== undefined) socket.write(next, "latin1");
      }
    });
    socket.on("error", () => resolve());
    socket.on("end", () => resolve());
  });
  const rest = [...pieces];
  await within(8000, "the end", ended);
  socket.destroy();
  return heard.replace(/^220 .*\r\n/, "");
}

const MESSAGE = "From: a@b.test\r\nTo: c@mail.test\r\n\r\nhello\r\n";

/** curl sends a mail, and tells all that is said. */
function sendMail(port: number, options: readonly string[]) {
  const name = `${SERVER_NAME}:${port}`;
  return run(
    [
      ...["curl", "-sSv", "--resolve", `${name}:127.0.0.1`, `smtp://${name}/client.test`],
      ...["--mail-from", "a@b.test", "--mail-rcpt", "c@mail.test", "-T", "-", ...options],
    ],
    { input: MESSAGE },
  );
}

describe("a server", () => {
  it("curl sends a mail through it to Exim", { timeout: 60_000, ...NEEDS_ROOT }, async () => {
    const target = await exim(null);
    const { port } = await relayServer([...starttls, "--connect", `127.0.0.1:${target}`]);
    const { code, stderr } = await sendMail(port, [
      ...["--ssl-reqd", "--cacert", authority.certFile],
    ]);
    expect(stderr).toContain("< 250-mail.test Hello client.test");
    expect(stderr).toMatch(/< 250 OK id=/);
    expect(code).toBe(0);
    const clear = await sendMail(port, []);
    expect(clear.stderr).toContain("530 5.7.0 Must issue a STARTTLS command first");
    expect(clear.code).not.toBe(0);
  });

  it("openssl s_client -starttls smtp; the backend's greeting doesn't come twice", async () => {
    const { serving, heard } = await server();
    const client = start([
      ...["openssl", "s_client", "-quiet", "-starttls", "smtp"],
      ...["-connect", `127.0.0.1:${serving.port}`, "-servername", SERVER_NAME],
      ...["-CAfile", authority.certFile, "-verify_return_error"],
    ]);
    client.child.stdin?.write("EHLO a\r\n");
    await eventually("the answer", () => client.stdout === "250 backend.test\r\n");
    client.child.stdin?.write("QUIT\r\n");
    expect(await client.ended).toMatchObject({
      code: 0,
      stdout: "250 backend.test\r\n221 bye\r\n",
    });
    expect(heard).toEqual(["EHLO a\r\n", "QUIT\r\n"]);
  });

  it.each([
    ["no command", ["HELLO\r\n", "QUIT\r\n"], "530 5.7.0 Must issue a STARTTLS command first"],
    ["a mail in clear", ["EHLO a\r\n", "MAIL FROM:<a@b.test>\r\n", "QUIT\r\n"], "530 5.7.0"],
    ["STARTTLS before EHLO", ["STARTTLS\r\n", "QUIT\r\n"], "503 5.5.1 EHLO first"],
    [
      "STARTTLS with a parameter",
      ["EHLO a\r\n", "STARTTLS now\r\n", "QUIT\r\n"],
      "501 5.5.4 STARTTLS takes no",
    ],
    ["EHLO without a name", ["EHLO\r\n", "QUIT\r\n"], "501 5.5.4 EHLO needs a name"],
    [
      "lower case",
      ["ehlo a\r\n", "noop\r\n", "rset\r\n", "quit\r\n"],
      "250 2.0.0 OK\r\n250 2.0.0 OK\r\n221",
    ],
  ])("%s is answered, and the session goes on", async (_, pieces, answer) => {
    const { serving, heard } = await server();
    const answers = await answersTo(serving.port, pieces);
    expect(answers).toContain(answer);
    expect(answers).toMatch(/221 2\.0\.0 Bye\r\n$/);
    await serving.logged("the client quit before TLS");
    expect(heard).toEqual([]);
  });

  it.each([
    [
      "a command behind STARTTLS",
      ["EHLO a\r\n", "STARTTLS\r\nRSET\r\n"],
      "554 5.5.1",
      "sent more behind a command",
    ],
    [
      "half a command behind STARTTLS",
      ["EHLO a\r\n", "STARTTLS\r\nR"],
      "554 5.5.1",
      "sent more behind a command",
    ],
    [
      "TLS behind STARTTLS",
      ["EHLO a\r\n", "STARTTLS\r\n\x16\x03\x01"],
      "500 5.5.2",
      "sent a control character",
    ],
    ["two commands at once", ["EHLO a\r\nNOOP\r\n"], "554 5.5.1", "sent more behind a command"],
    ["a bare LF", ["EHLO a\n"], "500 5.5.2", "sent a line that doesn't end with CR LF"],
    ["a bare CR", ["EHLO a\rSTARTTLS\r\n"], "500 5.5.2", "sent a line that doesn't end with CR LF"],
    ["a NUL", ["EHLO a\0\r\n"], "500 5.5.2", "sent a control character in a line"],
    [
      "a line of 513 bytes",
      [`EHLO ${"a".repeat(506)}\r\n`],
      "500 5.5.2",
      "sent a line of more than 512 bytes",
    ],
    ["a line without an end", ["x".repeat(600)], "500 5.5.2", "sent a line of more than 512 bytes"],
    ["a megabyte", ["x".repeat(1_000_000)], "500 5.5.2", "sent too much at once"],
    ["TLS from the first byte", ["\x16\x03\x01\x02\x00"], "500 5.5.2", "sent a control character"],
    [
      "too many commands",
      Array<string>(11).fill("NOOP\r\n"),
      "421 4.7.0 Too many",
      "too many commands",
    ],
  ])("%s: refused", async (_, pieces, answer, told) => {
    const { serving, heard } = await server();
    expect(await answersTo(serving.port, pieces)).toContain(answer);
    await serving.logged(told);
    expect(heard).toEqual([]);
  });

  it("a line of 512 bytes is taken", async () => {
    const { serving } = await server();
    const answers = await answersTo(serving.port, [`EHLO ${"a".repeat(505)}\r\n`, "QUIT\r\n"]);
    expect(answers).toContain("250 STARTTLS\r\n");
  });

  it("a client that says nothing, or stops after STARTTLS: -K ends it", async () => {
    const { serving } = await server(["-K", "400"]);
    expect(await answersTo(serving.port, [])).toBe("");
    await serving.logged("TLS did not begin within 400 milliseconds");
    await answersTo(serving.port, ["EHLO a\r\n", "STARTTLS\r\n"]);
    await serving.logged("handshake not done within");
  });

  it.each([
    ["a refusal", "554 no\r\n", "the backend greeted with 554"],
    [
      "more than one reply",
      "220 ready\r\n250 early\r\n",
      "the backend sent more behind its reply, before it was asked",
    ],
    ["another protocol", "SSH-2.0-x\r\n", "the backend sent no reply of SMTP"],
    ["two codes", "220-one\r\n250 other\r\n", "the backend sent no reply of SMTP"],
    ["no end", "220-more\r\n".repeat(200), "the backend sent a reply without an end"],
    ["a long line", "2".repeat(5000), "the backend sent a line of more than 2048 bytes"],
    ["nothing", "", "TLS did not begin within 500 milliseconds"],
  ])("a backend that greets with %s: the client is cut off", async (_, greeting, told) => {
    const { serving } = await server(["--connect-timeout", "500"], greeting);
    const client = run([
      ...["openssl", "s_client", "-quiet", "-no_ign_eof", "-starttls", "smtp"],
      ...["-connect", `127.0.0.1:${serving.port}`],
    ]);
    await serving.logged(told);
    await client;
  });
});

describe("a client", () => {
  it("curl in clear, to Exim with TLS, whose greeting in clear doesn't come", {
    timeout: 60_000,
    ...NEEDS_ROOT,
  }, async () => {
    const target = await exim(credentials);
    const { port } = await clientTo(target);
    const { code, stderr } = await sendMail(port, []);
    expect(stderr).toMatch(/< 250 OK id=/);
    expect(stderr).not.toContain("in clear");
    expect(stderr).not.toContain("STARTTLS");
    expect(code).toBe(0);
  });

  const greets = ["220 a.test ESMTP\r\n"];
  const offers = [...greets, "250-a.test\r\n250 STARTTLS\r\n"];

  it.each([
    ["no greeting", ["554 no\r\n"], "the server greeted with 554"],
    [
      "no STARTTLS on offer",
      [...greets, "250-a.test\r\n250 PIPELINING\r\n"],
      "the server doesn't offer STARTTLS",
    ],
    ["no EHLO", [...greets, "502 what?\r\n"], "the server answered EHLO with 502"],
    ["a refusal", [...offers, "454 not now\r\n"], "the server answered STARTTLS with 454"],
    [
      "clear text behind its agreement",
      [...offers, "220 go\r\n250 injected\r\n"],
      "the server sent more behind its reply",
    ],
    ["half a line behind it", [...offers, "220 go\r\n25"], "the server sent more behind its reply"],
    [
      "answers before it is asked",
      ["220 a.test\r\n250 STARTTLS\r\n"],
      "the server sent more behind its reply",
    ],
    ["a bare LF", ["220 a.test\n"], "the server sent a line that doesn't end with CR LF"],
    ["another protocol", ["+OK POP3\r\n"], "the server sent no reply of SMTP"],
    [
      "a reply without an end",
      [...greets, "250-x\r\n".repeat(101)],
      "the server sent a reply without an end",
    ],
    ["a long line", ["220 ".padEnd(2050, "x")], "the server sent a line of more than 2048 bytes"],
    ["a megabyte", ["2".repeat(1_000_000)], "the server sent a line of more than 2048 bytes"],
    ["silence", [], "TLS did not begin within 600 milliseconds"],
    ["silence after EHLO", greets, "TLS did not begin within 600 milliseconds"],
  ])("a server with %s is refused, and our client hears nothing", async (_, words, told) => {
    const { port } = await backend((socket) => speak(socket, words));
    const serving = await clientTo(port, ["-K", "600"]);
    expect(await heardFrom(serving)).toBe("");
    await serving.logged(told);
  });

  it("a server whose certificate is for another name is refused before our client is greeted", async () => {
    const { serving: server_ } = await server();
    const serving = await clientTo(server_.port, ["-k", "other.test"]);
    expect(await heardFrom(serving)).toBe("");
    expect(
      await openssl({ port: server_.port, authority }, ["-starttls", "smtp", "-no_ign_eof"]),
    ).toMatchObject({ code: 0 });
  });
});

/** The next words for each thing that is said to it. */
function speak(socket: Socket, words: readonly string[]): void {
  const rest = [...words];
  const say = () => {
    const next = rest.shift();
    if (next !== undefined) socket.write(next, "latin1");
  };
  say();
  socket.on("data", say);
}

function clientTo(port: number, options: readonly string[] = []) {
  return relay("client", [
    ...[...starttls, "--cacert", authority.certFile, "-k", SERVER_NAME],
    ...["--connect", `127.0.0.1:${port}`, ...options],
  ]);
}

/** What a client hears until it is hung up on. */
async function heardFrom({ port }: { readonly port: number }): Promise<string> {
  const heard = everything(await connectRaw(port)).catch(() => "");
  return `${await within(8000, "the end", heard)}`;
}
