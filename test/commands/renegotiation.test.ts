/**
 * A client that wants to renegotiate is told that there will be none.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { opensslArguments } from "../support/clients.ts";
import { lastWords, untilAlert } from "../support/last-words.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { ALERT, WARNING } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { renegotiationInfo } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("openssl s_client gets no_renegotiation", async () => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "cat; exit 7"] });
  const client = start([...opensslArguments({ port: listener.port, authority }), "-tls1_2"]);
  client.child.stdin?.write("before\n");
  await eventually("the echo", () => client.stdout.includes("before\n"));
  client.child.stdin?.write("R\n");
  await eventually("the answer", () => client.stderr.includes("no renegotiation"));
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 7, signal: null });
});

it.each([
  ["none, and no word of it in the first", undefined],
  ["what RFC 5746 wants from a client that began without it", Buffer.of()],
  ["a proof that is made up", Buffer.alloc(12, 0x11)],
])("a ClientHello with %s gets no_renegotiation, and the connection goes on", async (_, proof) => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  const extensions = proof === undefined ? [] : [renegotiationInfo(proof)];
  for (const text of ["once\n", "twice\n"]) {
    client.records.send(RECORD.handshake, client.hello({ extensions }));
    const alert = await untilAlert(client);
    expect({ sealed: alert.sealed, content: [...alert.content] }).toEqual({
      sealed: true,
      content: [WARNING, ALERT.noRenegotiation],
    });
    expect(await client.echo(text)).toBe(text);
  }
});

it.each([
  ["one byte", () => Buffer.of(1)],
  ["another hello", (client: Tls12Client) => client.hello()],
])("%s behind a refused ClientHello, in its record: unexpected_message", async (_, more) => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "cat >/dev/null; exit 7"] });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  client.records.send(RECORD.handshake, Buffer.concat([client.hello(), more(client)]));
  expect([...(await untilAlert(client)).content]).toEqual([WARNING, ALERT.noRenegotiation]);
  expect(await lastWords(client)).toMatchObject({ alert: ALERT.unexpectedMessage, sealed: true });
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 7 });
});
