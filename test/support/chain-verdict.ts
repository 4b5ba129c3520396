import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { Verification } from "../../src/sandbox/engine-settings.ts";
import { EngineError } from "../../src/sandbox/errors.ts";
import { pem } from "../engine/der.ts";
import { drain, feed, newClient, newServer } from "../engine/instances.ts";
import { recordedCredentials } from "./recorded.ts";
import { scratchFile } from "./scratch.ts";
import { uint16, uint24, vector8, vector16 } from "./tls12-encoding.ts";
import { clearRecord, MESSAGE, message, renegotiationInfo } from "./tls12-messages.ts";
import { RECORD } from "./wire.ts";

/** A chain of certificates, and what it is held against. */
export interface Presented {
  readonly anchors: readonly Uint8Array[];
  readonly partialChain?: boolean;
  /** In DER, end entity first. */
  readonly chain: readonly Uint8Array[];
  /** The server's name or address. */
  readonly name?: string | null;
  /** It is a client's chain. */
  readonly isClients?: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: number;
}

/**
 * What an engine says to a chain that comes in a handshake, as far as the message with it: no key is
 * needed, since the key is asked for afterwards.
 *
 * @returns "taken", or the reason why not
 */
export function chainVerdict(presented: Presented): string {
  const engine = engineFor(presented);
  say(engine, certificateMessage(presented.chain));
  return engine.error === null ? "taken" : engine.error.reason;
}

/** The engine at the point where the chain comes. */
export function engineFor(presented: Presented): Engine {
  const { anchors, partialChain = false, chain, name = null, isClients = false } = presented;
  const trust = { anchors, partialChain, now: presented.now ?? Date.now() };
  if (isClients) return serverThatHears(trust);
  const serverName = name;
  const engine = newClient({ serverName, server: trust });
  drain(engine, "sendrec");
  const suite = hasRsaKey(chain[0]) ? ECDHE_RSA : ECDHE_ECDSA;
  const hello = Buffer.concat([
    ...[uint16(TLS12), randomBytes(32), vector8(Buffer.of())],
    ...[uint16(suite), Buffer.of(0), vector16(renegotiationInfo(Buffer.of()))],
  ]);
  say(engine, message(MESSAGE.serverHello, hello));
  return engine;
}

/** What an engine says to CAs' certificates: why none of them can be used, or nothing. */
export function refusesAnchors(...anchors: Uint8Array[]): boolean {
  try {
    newClient({ server: { anchors, now: Date.now() } });
    return false;
  } catch (error) {
    if (error instanceof EngineError) return true;
    return (error as Error).message.includes("none of the certificates can be used");
  }
}

/** Does OpenSSL, with its defaults, take the chain? */
export function opensslTakes(presented: Presented): boolean {
  return opensslObjection(presented) === "";
}

/** What OpenSSL says against the chain, with its defaults; nothing if it takes it. */
export function opensslObjection(presented: Presented, options: readonly string[] = []): string {
  const { anchors, chain, name = null, isClients = false, now = Date.now() } = presented;
  const [leaf = Buffer.of(), ...others] = chain;
  const kind = name !== null && /^[0-9.]+$|:/.test(name) ? "-verify_ip" : "-verify_hostname";
  const below = others.length === 0 ? [] : ["-untrusted", pemFile(...others)];
  const { status, stderr } = spawnSync("openssl", [
    ...["verify", "-purpose", isClients ? "sslclient" : "sslserver"],
    ...["-attime", `${Math.floor(now / 1000)}`, "-no-CApath", "-no-CAstore"],
    ...[...options, "-CAfile", pemFile(...anchors), ...below],
    ...[...(name === null ? [] : [kind, name]), pemFile(leaf)],
  ]);
  return status === 0 ? "" : (/error \d+ at \d+ depth lookup: (.*)/.exec(`${stderr}`)?.[1] ?? "?");
}

export function certificateMessage(chain: readonly Uint8Array[]): Buffer {
  const list = Buffer.concat(chain.map((der) => Buffer.concat([uint24(der.length), der])));
  return message(MESSAGE.certificate, Buffer.concat([uint24(list.length), list]));
}

/** @returns how many bytes the engine took */
export function say(engine: Engine, content: Buffer): number {
  let taken = 0;
  for (let at = 0; at < content.length; at += LONGEST) {
    const part = content.subarray(at, at + LONGEST);
    taken += feed(engine, "recvrec", clearRecord(RECORD.handshake, part));
  }
  return taken;
}

/** Our server, after a ClientHello of our client's; in TLS 1.3 a chain comes sealed. */
function serverThatHears(verification: Verification): Engine {
  const clients = { ...verification, mandatory: true };
  const engine = newServer(recordedCredentials("p256"), { clients });
  const versions = { max: "1.2" } as const;
  feed(engine, "recvrec", drain(newClient({ server: null, versions }), "sendrec"));
  drain(engine, "sendrec");
  return engine;
}

function pemFile(...certificates: readonly Uint8Array[]): string {
  const text = certificates.map((der) => pem("CERTIFICATE", der)).join("");
  return scratchFile("certificates.pem", text);
}

function hasRsaKey(der: Uint8Array = Buffer.of()): boolean {
  return Buffer.from(der).includes(RSA_ENCRYPTION);
}

/** 1.2.840.113549.1.1.1 */
const RSA_ENCRYPTION = Buffer.from("06092a864886f70d010101", "hex");

const TLS12 = 0x0303;
const ECDHE_ECDSA = 0xc02b;
const ECDHE_RSA = 0xc02f;

/** Content of a record. */
const LONGEST = 16384;
