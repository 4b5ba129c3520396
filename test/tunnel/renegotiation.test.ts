import { expect, test } from "vitest";
import { TLS12 } from "../support/clients.ts";
import { RECORD, records } from "../support/wire.ts";
import { Rig } from "./rig.ts";

/** There is one handshake in a connection: the key is gone after it. */

const SERVER_HELLO = 2;

test("a client that wants a second handshake doesn't get it", async () => {
  const rig = await Rig.established({ client: TLS12 });
  rig.client.say("before");
  await rig.settle();
  rig.client.tls.renegotiate({}, () => {});
  await rig.settle();
  expect(rig.client.error).toMatchObject({ code: "ERR_SSL_NO_RENEGOTIATION" });
  expect(rig.local.takeText()).toBe("before");
  const hellos = records(Buffer.concat(rig.recorded.toClient)).filter(
    ({ type, body }) => type === RECORD.handshake && body[0] === SERVER_HELLO,
  );
  expect(hellos).toHaveLength(1);
});
