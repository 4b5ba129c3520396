import type { Facts } from "../connection/connection.ts";
import { describe as describeFailure } from "../connection/exit-codes.ts";
import { negotiated } from "../connection/summary.ts";
import { commonNameOf } from "../credentials/subject.ts";
import type { Ending } from "../program/program.ts";
import type { Log } from "./log.ts";
import type { ClientFacts } from "./messages.ts";

/** Tells the log that a connection opened. */
export function opened(log: Log, client: ClientFacts): void {
  const { number, remoteAddress: address, remotePort: port, openFromAddress } = client;
  log.info(`${number} open from ${address}:${port}, which has ${openFromAddress}`, {
    event: "open",
    number,
    address,
    port,
    openFromAddress,
  });
}

export interface Closed {
  readonly client: ClientFacts;
  readonly facts: Facts;
  /** null: there was no prog. */
  readonly ending: Ending | null;
  readonly seconds: number;
  /** The side whose certificate was shown; the client if not given. */
  readonly certified?: "client" | "server";
}

/** Tells the log how a connection went; of one that failed, also when connections are not logged. */
export function closed(log: Log, given: Closed): void {
  const { client, facts, ending, seconds, certified = "client" } = given;
  const { number, remoteAddress: address, remotePort: port } = client;
  const { session, count, failure } = facts;
  const ended = failure && describeFailure(failure);
  if (!log.isVerbose) {
    if (ended !== null) {
      log.warn("connection failed", `${number} from ${address}:${port}: ${ended}`, {
        number,
        address,
        port,
        ended,
      });
    }
    return;
  }
  const protocol = session?.protocol ?? null;
  const cipher = session?.cipher ?? null;
  const group = session?.group ?? null;
  const serverName = session?.serverName ?? null;
  const resumed = session?.resumed ?? false;
  const peer = session?.peer ?? null;
  const name = peer && commonNameOf(peer.names);
  const text = [
    `${number} closed: ${address}:${port}`,
    session === null ? withoutTls(count.toLocal) : negotiated(session),
    ...(name === null ? [] : [`${certified} certificate CN=${name}`]),
    `${count.toLocal} bytes in`,
    `${count.toRemote} bytes out`,
    `${seconds.toFixed(3)} s`,
    ended ?? "ended normally",
    describe(ending),
  ].join(", ");
  log.info(text, {
    event: "closed",
    number,
    address,
    port,
    protocol,
    cipher,
    group,
    resumed,
    serverName,
    [certified]: name,
    bytesIn: count.toLocal,
    bytesOut: count.toRemote,
    seconds: Number(seconds.toFixed(6)),
    ended,
    prog: ending,
  });
}

function withoutTls(passedOn: number): string {
  return passedOn > 0 ? "no handshake, passed on in clear" : "no handshake, no server name";
}

function describe(ending: Ending | null): string {
  if (ending === null) return "no prog";
  return ending.signal === null
    ? `prog exited ${ending.code}`
    : `prog was killed by ${ending.signal}`;
}
