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
  if (log.isVerbose) log.info(closingText(given), closingFields(given));
  else warnOfFailure(log, given);
}

function warnOfFailure(log: Log, { client, facts }: Closed): void {
  const { number, remoteAddress: address, remotePort: port } = client;
  if (facts.failure === null) return;
  const ended = describeFailure(facts.failure);
  const text = `${number} from ${address}:${port}: ${ended}`;
  log.warn("connection failed", text, { number, address, port, ended });
}

function closingText({ client, facts, ending, seconds, certified = "client" }: Closed): string {
  const { session, count, failure } = facts;
  const name = peerName(facts);
  return [
    `${client.number} closed: ${client.remoteAddress}:${client.remotePort}`,
    session === null ? withoutTls(count.toLocal) : negotiated(session),
    ...(name === null ? [] : [`${certified} certificate CN=${name}`]),
    `${count.toLocal} bytes in`,
    `${count.toRemote} bytes out`,
    `${seconds.toFixed(3)} s`,
    failure === null ? "ended normally" : describeFailure(failure),
    describe(ending),
  ].join(", ");
}

function closingFields({ client, facts, ending, seconds, certified = "client" }: Closed) {
  const { session, count, failure } = facts;
  return {
    event: "closed",
    number: client.number,
    address: client.remoteAddress,
    port: client.remotePort,
    protocol: session?.protocol ?? null,
    cipher: session?.cipher ?? null,
    group: session?.group ?? null,
    resumed: session?.resumed ?? false,
    serverName: session?.serverName ?? null,
    [certified]: peerName(facts),
    bytesIn: count.toLocal,
    bytesOut: count.toRemote,
    seconds: Number(seconds.toFixed(6)),
    ended: failure && describeFailure(failure),
    prog: ending,
  };
}

function peerName({ session }: Facts): string | null {
  const peer = session?.peer ?? null;
  return peer && commonNameOf(peer.names);
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
