/**
 * A client that hangs up before the handshake is done: 98, and no program.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { clientHello, connect, newWire } from "../support/clients.ts";
import { serveGuarded, shout } from "../support/refusals.ts";

const authority = Authority.root();
const credentials = authority.issue();
const MESSAGE = /^s6-tlsd: fatal: TLS error: EOF during the handshake\n$/;

const hello = await clientHello();

it.each([0, 1, 5, 6, 100, hello.length - 1, hello.length])(
  "after %i bytes of its ClientHello",
  async (length) => {
    const { listener, refusal } = await serveGuarded(credentials);
    const bytes = hello.subarray(0, length);
    await shout({ port: listener.port, bytes, fin: true });
    const { code, stderr } = await refusal();
    expect(stderr).toMatch(MESSAGE);
    expect(code).toBe(98);
  },
);

it.each([20, 60, 84])("%i bytes after its ClientHello", async (length) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const wire = await newWire(listener.port);
  wire.bytesUntilFin = hello.length + length;
  await expect(connect({ port: listener.port, authority }, { socket: wire })).rejects.toThrow();
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(MESSAGE);
  expect(code).toBe(98);
});

it("with close_notify in place of the rest", async () => {
  const { listener, refusal } = await serveGuarded(credentials);
  const closeNotify = Buffer.from([21, 3, 3, 0, 2, 1, 0]);
  await shout({ port: listener.port, bytes: Buffer.concat([hello, closeNotify]) });
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(code).toBe(98);
});
