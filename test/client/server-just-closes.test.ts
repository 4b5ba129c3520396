/**
 * A server that closes without close_notify: normal unless -J says otherwise. In the middle of the
 * handshake, or of a record, it is an error always.
 */
import { expect, it } from "vitest";
import { type Call, call, refusalOf } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { nextConnection, plainServer, serverByWire } from "../support/tls-servers.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Says something, and leaves in some way. */
async function leaving(how: "FIN" | "close_notify", settings: Partial<Call>) {
  const { port, connection } = await serverByWire(credentials);
  const client = await call({ port, authority, ...settings });
  client.child.stdin?.end();
  const { server, wire } = await connection;
  server.resume();
  if (how === "FIN") server.write("last words", () => wire.fin());
  else server.end("last words");
  return client.ended;
}

const io = { program: "s6-tlsc-io" } as const;

it.each(["-J", "-j -J", "--enforce-close-notify"])("with %j: 98", async (line) => {
  const { stdout, stderr, code } = await leaving("FIN", { ...io, options: words(line) });
  expect(stderr).toBe("s6-tlsc-io: fatal: TLS error: EOF without close_notify\n");
  expect({ stdout, code }).toEqual({ stdout: "last words", code: 98 });
});

it.each(["", "-j", "-J -j", "--no-enforce-close-notify"])("with %j: 0", async (line) => {
  const ended = await leaving("FIN", { ...io, options: words(line) });
  expect(ended).toMatchObject({ stdout: "last words", stderr: "", code: 0 });
});

it("with -J, a server that says goodbye is fine", async () => {
  const ended = await leaving("close_notify", { ...io, options: ["-J"] });
  expect(ended).toMatchObject({ stdout: "last words", stderr: "", code: 0 });
});

it("with -J, s6-tlsc says what was wrong, and ends as prog did", async () => {
  const prog = ["sh", "-c", "cat <&6; exit 7"];
  const { stdout, stderr, code } = await leaving("FIN", { options: ["-J"], prog });
  expect(stderr).toBe("s6-tlsc: fatal: TLS error: EOF without close_notify\n");
  expect({ stdout, code }).toEqual({ stdout: "last words", code: 7 });
});

it("inside a record, s6-tlsc says so and ends as prog did", async () => {
  const { port, connection } = await serverByWire(credentials);
  const prog = ["sh", "-c", "cat <&6; exit 7"];
  const client = await call({ port, authority, prog });
  const { server, wire } = await connection;
  server.resume();
  const established = new Promise<void>((resolve) => server.once("secure", resolve));
  await established;
  wire.bytesUntilFin = 20;
  server.write("never whole");
  const { stdout, stderr, code } = await client.ended;
  expect(stderr).toBe("s6-tlsc: fatal: TLS error: EOF inside a record\n");
  expect({ stdout, code }).toEqual({ stdout: "", code: 7 });
});

it.each([
  ["at once", 0],
  ["after half a record", 3],
  ["in the middle of its flight", 300],
])("in the handshake, %s: 98", async (_, bytes) => {
  const { port, connection } = await serverByWire(credentials);
  const running = refusalOf({ port, authority });
  const { wire } = await connection;
  wire.bytesUntilFin = bytes;
  if (bytes === 0) wire.fin();
  const { code, stderr } = await running;
  expect(stderr).toMatch(/^s6-tlsc: fatal: TLS error: EOF during the handshake\n$/);
  expect(code).toBe(98);
});

it("a reset in the handshake: 111", async () => {
  const { port, socket } = await nextConnection();
  const running = refusalOf({ port, authority });
  const tcp = await socket;
  tcp.once("data", () => tcp.resetAndDestroy());
  const { code, stderr } = await running;
  expect(stderr).toMatch(/^s6-tlsc: fatal: unable to read from the network: [^\n]*\n$/);
  expect(code).toBe(111);
});

const SMTP = "220 mail.test ESMTP\r\n";
const HTTP = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

it.each([
  ["SMTP", SMTP],
  ["HTTP", HTTP],
  ["a single letter that hangs up", "x"],
])("a server that speaks %s: 98", async (_, text) => {
  const { port } = await plainServer((socket) => {
    socket.resume();
    socket.write(text);
    if (text === "x") socket.end();
  });
  const { code, stderr } = await refusalOf({ port, authority });
  expect(stderr).toMatch(/^s6-tlsc: fatal: TLS error: [^\n]+\n$/);
  expect(stderr).toContain(text === "x" ? "EOF during the handshake" : "not TLS");
  expect(code).toBe(98);
});

it("with -K 500, a silent server: 98 after half a second, and not much later", async () => {
  const { port } = await plainServer((socket) => void socket.resume());
  const begin = Date.now();
  const { code, stderr } = await refusalOf({ port, authority, options: ["-K", "500"] });
  const duration = Date.now() - begin;
  expect(stderr).toBe("s6-tlsc: fatal: TLS error: handshake not done within 500 milliseconds\n");
  expect(code).toBe(98);
  expect(duration).toBeGreaterThan(480);
  // From the process' start on, on whatever machine.
  expect(duration).toBeLessThan(8000);
});

it("-K ends with the handshake", async () => {
  const { port, connection } = await serverByWire(credentials);
  const options = ["-K", "4000"];
  const prog = ["sh", "-c", "cat <&6"];
  const client = await call({ port, authority, options, prog });
  const { server } = await connection;
  server.resume();
  setTimeout(() => server.end("late"), 4500);
  expect(await client.ended).toMatchObject({ stdout: "late", stderr: "", code: 0 });
});
