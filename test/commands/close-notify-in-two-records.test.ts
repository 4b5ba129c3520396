/**
 * close_notify is two bytes, and a record may have one of them (RFC 5246, 6.2.1). It ends the
 * client's direction all the same: what prog says afterwards still arrives.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ALERT, WARNING } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { RECORD } from "../support/wire.ts";

const credentials = Authority.root().issue();

it.each([
  ["in one record", [[WARNING, ALERT.closeNotify]]],
  ["in a record for each byte", [[WARNING], [ALERT.closeNotify]]],
])("a close_notify %s leaves the late reply to come", async (_, records) => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "cat; sleep 0.2; echo late"] });
  const client = await Tls12Client.connect(listener.port);
  await client.establish();
  client.records.send(RECORD.applicationData, Buffer.from("early\n"));
  for (const content of records) client.records.send(RECORD.alert, Buffer.from(content));
  let heard = "";
  for (;;) {
    const record = await client.records.next();
    if (record?.type !== RECORD.applicationData) {
      expect([...(record?.content ?? [])]).toEqual([WARNING, ALERT.closeNotify]);
      break;
    }
    heard += record.content.toString();
  }
  expect(heard).toBe("early\nlate\n");
  client.records.socket.end();
  expect((await (await listener.tunnel()).ended).code).toBe(0);
});
