/**
 * A record longer than TLS allows is refused with record_overflow.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire, receiveUntil, VERSIONS } from "../support/clients.ts";
import { ALERT, alertsIn, FATAL, serveGuarded, shout } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { looksLikeAlert, RECORD } from "../support/wire.ts";

const authority = Authority.root();
const credentials = authority.issue();

function recordOf(type: number, length: number): Buffer {
  return Buffer.concat([
    Buffer.from([type, 3, 3, length >> 8, length & 0xff]),
    // A ClientHello that would fill it.
    Buffer.from([1, 0, (length - 4) >> 8, (length - 4) & 0xff, 3, 3]),
    Buffer.alloc(length - 6),
  ]);
}

it.each([0x4001, 0x4801, 0xffff])("in the clear, one of %i bytes", async (length) => {
  const { listener, refusal } = await serveGuarded(credentials);
  const bytes = recordOf(RECORD.handshake, length);
  const answer = await shout({ port: listener.port, bytes });
  expect(alertsIn(answer)).toEqual([[FATAL, ALERT.recordOverflow]]);
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]*record[^\n]*\n$/);
  expect(code).toBe(98);
});

it.each(VERSIONS)(
  "after the handshake of %s, it ends the connection with an alert and a message",
  async (maxVersion) => {
    const listener = await serve({ credentials, prog: ["sh", "-c", "cat; exit 7"] });
    const { client, wire } = await connectByWire(
      { port: listener.port, authority },
      { maxVersion },
    );
    client.on("error", () => {});
    // With the echo, prog has begun: in TLS 1.3 the client is done before the server is.
    const echo = receiveUntil(client, "before\n");
    client.write("before\n");
    await echo;
    client.resume();
    wire.inject(recordOf(RECORD.applicationData, 0xffff));
    const tunnel = await listener.tunnel();
    const { code, stderr } = await tunnel.ended;
    expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]*record[^\n]*\n$/);
    expect(code).toBe(7);
    expect(looksLikeAlert(wire.received.at(-1), maxVersion)).toBe(true);
  },
);
