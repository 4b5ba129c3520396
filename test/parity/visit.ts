import { existsSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { expect } from "vitest";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connectByWire } from "../support/clients.ts";
import { type Ended, everything, type Running } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Listener, serve } from "../support/service.ts";
import type { Wire } from "../support/wire.ts";
import { words } from "../support/words.ts";

export const authority = Authority.root();
export const credentials = authority.issue();

/** What Node's client is told besides where to go. */
export type ClientOptions = NonNullable<Parameters<typeof connectByWire>[1]>;

export interface Call {
  /** A piece of command line. */
  options?: string;
  prog?: string[];
  environment?: Record<string, string>;
  /** null: neither KEYFILE nor CERTFILE is set. */
  credentials?: Credentials | null;
  client?: ClientOptions;
  /** What the client says before it hangs up. */
  says?: string;
}

export interface Visit {
  answer: string;
  /** The common name of the certificate that the client was shown. */
  server: string;
  wire: Wire;
  ended: Ended;
}

/** A service behind which s6-tlsd, or s6-tlsd-io with its cleartext on 3 and 4, awaits a client. */
export function open(call: Call, program: "s6-tlsd" | "s6-tlsd-io" = "s6-tlsd"): Promise<Listener> {
  const { options = "", prog = ["cat"], environment = {} } = call;
  const pair = call.credentials === undefined ? credentials : call.credentials;
  return serve({
    ...(pair && { credentials: pair }),
    options: words(options),
    environment,
    program,
    ...(program === "s6-tlsd" ? { prog } : { prog: ["3", "4"], pipes: 3 }),
  });
}

/** A client that comes, says what it has to say, hears everything, and goes. */
export async function visit(call: Call): Promise<Visit> {
  const listener = await open(call);
  const { client, wire } = await connectByWire({ port: listener.port, authority }, call.client);
  const server = client.getPeerCertificate().subject.CN;
  const heard = everything(client);
  client.end(call.says ?? "");
  const answer = (await heard).toString();
  return { answer, server, wire, ended: await (await listener.tunnel()).ended };
}

/**
 * A client that comes and is turned away in the handshake: prog has not run. In TLS 1.3 the client
 * hears so only when its own part of the handshake is done.
 */
export async function refused(call: Call): Promise<Ended> {
  const trace = scratchFile("prog-has-run");
  const listener = await open({ ...call, prog: ["touch", trace] });
  const heard = connectByWire({ port: listener.port, authority }, call.client).then(({ client }) =>
    everything(client),
  );
  await expect(heard, "the client's handshake").rejects.toThrow();
  const ended = await (await listener.tunnel()).ended;
  expect(existsSync(trace), "prog has run").toBe(false);
  return ended;
}

/** The same at s6-tlsd-io, whose cleartext the test has in its hands. */
export async function meet(call: Call): Promise<{ client: TLSSocket; wire: Wire; io: Running }> {
  const listener = await open(call, "s6-tlsd-io");
  const ends = await connectByWire({ port: listener.port, authority }, call.client);
  return { ...ends, io: await listener.tunnel() };
}

/** What prog finds in its environment. */
export async function environmentOf(call: Call): Promise<Record<string, string>> {
  const { answer, ended } = await visit({ ...call, prog: ["env", "-0"] });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return parseEnvironment(answer.split("\0"));
}

export function parseEnvironment(pairs: readonly string[]): Record<string, string> {
  const real = pairs.filter((pair) => pair !== "");
  return Object.fromEntries(real.map((pair) => [pair.split("=")[0], pair.replace(/^[^=]*=/, "")]));
}

/** A client that sends no server name, and takes whatever certificate it is shown. */
export const NAMELESS: ClientOptions = { servername: "", checkServerIdentity: () => undefined };

/** A client that asks for a name, and takes whatever certificate it is shown. */
export function askingFor(servername: string): ClientOptions {
  return { servername, checkServerIdentity: () => undefined };
}

/** KEYFILE:x and CERTFILE:x. */
export function pairFor(x: string, { keyFile, certFile }: Credentials): Record<string, string> {
  return { [`KEYFILE:${x}`]: keyFile, [`CERTFILE:${x}`]: certFile };
}
