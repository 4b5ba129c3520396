import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { expect } from "vitest";
import { SERVER_NAME } from "./certificates.ts";
import type { Destination } from "./clients.ts";
import { everything } from "./processes.ts";

export interface TicketVisit {
  readonly reused: boolean;
  /** For the next one. */
  readonly session: Buffer;
}

/** Node's client of TLS 1.3 hears a server whose prog says hello, and takes its session. */
export async function visitWithTicket(
  { port, authority }: Destination,
  session?: Buffer,
): Promise<TicketVisit> {
  const socket = connect({
    ...{ host: "127.0.0.1", port, servername: SERVER_NAME, ca: readFileSync(authority.certFile) },
    ...{ minVersion: "TLSv1.3" as const, ...(session && { session }) },
  });
  const next = once(socket, "session");
  expect((await everything(socket)).toString()).toBe("hello");
  return { reused: socket.isSessionReused(), session: (await next)[0] as Buffer };
}

/** Visits enough for both of a server's workers, the first of which offers this session; gives the last session. */
export async function resumesOnBoth(server: Destination, session: Buffer): Promise<Buffer> {
  let last = session;
  for (let n = 0; n < 4; n++) {
    const { reused, session: next } = await visitWithTicket(server, last);
    expect([n, reused]).toEqual([n, true]);
    last = next;
  }
  return last;
}
