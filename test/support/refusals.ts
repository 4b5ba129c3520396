import { existsSync } from "node:fs";
import { expect } from "vitest";
import type { Credentials } from "./certificates.ts";
import { connectRaw } from "./clients.ts";
import type { Ended } from "./processes.ts";
import { scratchFile } from "./scratch.ts";
import { type Listener, type Service, serve } from "./service.ts";
import { RECORD, records } from "./wire.ts";

/** A service whose program leaves a trace, so that a test sees that it never ran. */
export interface Guarded {
  listener: Listener;
  /** How s6-tlsd ended on the next connection; prog has not run. */
  refusal(): Promise<Ended>;
}

export function serveGuarded(
  credentials: Pick<Credentials, "keyFile" | "certFile">,
  options: string[] = [],
  environment: Record<string, string> = {},
): Promise<Guarded> {
  return guard({ credentials, options, environment });
}

/** The same for any service: the program is our own. */
export async function guard(service: Omit<Service, "prog">): Promise<Guarded> {
  const trace = scratchFile("prog-has-run");
  const listener = await serve({ ...service, prog: ["touch", trace] });
  const refusal = async () => {
    const tunnel = await listener.tunnel();
    const ended = await tunnel.ended;
    expect(existsSync(trace), "prog has run").toBe(false);
    return ended;
  };
  return { listener, refusal };
}

export interface Shouting {
  port: number;
  bytes: Uint8Array;
  /** Half-close after the bytes; otherwise the client goes on waiting. */
  fin?: boolean;
}

/** Sends bytes in place of TLS, and gives what the server answers until it hangs up. */
export async function shout({ port, bytes, fin = false }: Shouting): Promise<Buffer> {
  const socket = await connectRaw(port);
  const answer: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => answer.push(chunk));
  const over = new Promise<void>((resolve, reject) => {
    socket.once("end", () => resolve(void socket.end()));
    socket.once("error", reject);
  });
  socket.write(bytes);
  if (fin) socket.end();
  await over;
  return Buffer.concat(answer);
}

/** The alerts in what a server sent in the clear, as [level, description]. */
export function alertsIn(answer: Buffer): number[][] {
  const alerts = records(answer).filter(({ type }) => type === RECORD.alert);
  for (const { version } of alerts) {
    // A client takes a record with any other major version for a defect of ours.
    expect(version >> 8, "major version of the alert's record").toBe(3);
  }
  return alerts.map(({ body }) => [...body]);
}

export const WARNING = 1;
export const FATAL = 2;

/** Descriptions of alerts (RFC 5246, 7.2.2; RFC 7507). */
export const ALERT = {
  closeNotify: 0,
  unexpectedMessage: 10,
  badRecordMac: 20,
  recordOverflow: 22,
  handshakeFailure: 40,
  unsupportedCertificate: 43,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
  inappropriateFallback: 86,
  userCanceled: 90,
  noRenegotiation: 100,
  unsupportedExtension: 110,
  unrecognizedName: 112,
} as const;
