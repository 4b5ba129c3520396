import { clearRecord } from "../../support/tls12-messages.ts";
import { readVectors } from "../../support/vectors.ts";
import { RECORD } from "../../support/wire.ts";
import { expansionInfo, HASH_LENGTH, type Hash } from "../peer/key-schedule.ts";
import { type Protection, SUITES } from "../peer/protection.ts";
import { Transcript } from "../peer/transcript.ts";

/** One of the five conversations of RFC 8448, its values by the RFC's names. */
export interface Trace {
  section: number;
  name: string;
  values: Record<string, string>;
  message_parts: Record<string, string>;
}

export function traces(): Trace[] {
  return (readVectors("rfc8448.json") as { traces: Trace[] }).traces;
}

/** All traces are of this suite. */
export const suite = SUITES[1];
export const hash: Hash = suite.hash;

/** What only the RFC can tell, and can't be computed: secrets of the parties, and their choices. */
export const TOLD = [
  ...["client_ephemeral_private", "server_ephemeral_private"],
  ...["client_ephemeral_1_private", "client_ephemeral_2_private"],
  ...["client_application_data", "server_application_data", "client_early_data"],
];

/** What a trace tells, and beside it what this peer makes of the little that it has to be told. */
export class Book {
  readonly computed = new Map<string, Buffer>();
  readonly transcript = new Transcript();

  constructor(private readonly trace: Trace) {}

  has(name: string): boolean {
    return name in this.trace.values || name in this.trace.message_parts;
  }

  given(name: string): Buffer {
    const hex = this.trace.values[name] ?? this.trace.message_parts[name];
    if (hex === undefined) throw new Error(`section ${this.trace.section} has no ${name}`);
    return Buffer.from(hex, "hex");
  }

  set(name: string, value: Buffer): Buffer {
    this.computed.set(name, value);
    return value;
  }

  /** A message is hashed; its name is `name`, and that of the hash behind it follows from it. */
  say(name: string, whole: Buffer): Buffer {
    this.transcript.add(this.set(name, whole));
    this.set(`transcript_hash_${name}`, this.transcript.hash(hash));
    return whole;
  }

  /** A record in the clear around a value that was computed. */
  clear(name: string, { type = RECORD.handshake as number, version = 0x0303 } = {}): void {
    this.set(`${name}_record`, clearRecord(type, this.found(name), version));
  }

  /** A sealed record; `content`: the name of what is in it, if it is not the record's. */
  seal(
    protection: Protection,
    name: string,
    { type = RECORD.handshake as number, content = name } = {},
  ): void {
    this.set(`${name}_record`, protection.seal(type, this.found(content)));
  }

  /** A secret, and the input of HKDF-Expand that it comes from. */
  secret(name: string, value: Buffer, { label, context }: { label: string; context: Buffer }) {
    this.info(name, { label, context, length: HASH_LENGTH[hash] });
    return this.set(name, value);
  }

  info(name: string, expansion: { label: string; context?: Buffer; length: number }): void {
    this.set(`${name}_info`, expansionInfo(expansion));
  }

  /** Key and iv are values of the trace. */
  keys(name: string, protection: Protection): Protection {
    this.set(`${name}_write_key`, protection.key);
    this.set(`${name}_write_iv`, protection.iv);
    return protection;
  }

  found(name: string): Buffer {
    return this.computed.get(name) ?? this.given(name);
  }
}
