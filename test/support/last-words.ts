import { expect } from "vitest";
import { FATAL } from "./refusals.ts";
import type { Tls12Client } from "./tls12-client.ts";
import type { Received } from "./tls12-records.ts";
import { RECORD } from "./wire.ts";

/** Either side. */
type Party = Pick<Tls12Client, "records">;

/** The fatal alert with which our side ended a connection, as it was on the wire. */
export interface LastWords {
  alert: number;
  sealed: boolean;
  wireLength: number;
}

/** Reads up to the server's EOF: after one fatal alert there is nothing more, and no reset. */
export async function lastWords(client: Party): Promise<LastWords> {
  const alert = await untilAlert(client);
  expect(await client.records.next(), "after the alert").toBeNull();
  client.records.socket.end();
  expect(alert.content, "level and description").toHaveLength(2);
  const [level, description = -1] = alert.content;
  expect(level).toBe(FATAL);
  expect(alert.version >> 8, "major version of the alert's record").toBe(3);
  return { alert: description, sealed: alert.sealed, wireLength: alert.wireLength };
}

/** Reads up to the next alert of either level. */
export async function untilAlert(client: Party): Promise<Received> {
  for (;;) {
    const record = await client.records.next();
    if (record === null) throw new Error("EOF, and no alert before it");
    if (record.type === RECORD.alert) return record;
  }
}
