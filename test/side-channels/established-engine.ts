import { readFileSync } from "node:fs";
import type { Engine } from "../../src/sandbox/engine.ts";
import { serverEngine } from "../../src/sandbox/engines.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import { drain, feed, loadKey } from "../engine/instances.ts";
import type { Credentials } from "../support/certificates.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { nextConnection } from "../support/tls-servers.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { clearRecord } from "../support/tls12-messages.ts";
import { type Protected, type Protection, SUITE } from "../support/tls12-protection.ts";
import { RECORD } from "../support/wire.ts";

/**
 * A server's engine whose handshake is done, and which can be put back to that moment as often as
 * it takes: a forged record ends a connection, and a measurement needs thousands of forged records.
 */
export class EstablishedEngine {
  private readonly snapshot: Uint8Array;

  private constructor(
    private readonly engine: Engine,
    /** How the client would seal its next record. */
    readonly protection: Protection,
  ) {
    this.snapshot = memoryOf(engine).slice();
  }

  static async make(
    module: WebAssembly.Module,
    suite: keyof typeof SUITE,
    credentials: Credentials,
  ): Promise<EstablishedEngine> {
    const engine = serverEngine(module, {
      profile: "compat",
      identity: {
        chain: readCertificates(credentials.certFile),
        key: loadKey(readFileSync(credentials.keyFile)),
      },
      clients: null,
      seed: (room) => room.fill(7),
    });
    const { port, socket } = await nextConnection();
    const connecting = Tls12Client.connect(port, SUITE[suite] as Protected);
    const server = await socket;
    server.on("data", (records) => {
      feed(engine, "recvrec", records);
      server.write(drain(engine, "sendrec"));
    });
    const client = await connecting;
    await client.establish();
    if (!engine.established || client.records.outgoing === null) throw new Error("no handshake");
    return new EstablishedEngine(engine, client.records.outgoing);
  }

  /** To the moment after the handshake. Nothing but its memory tells an engine what time it is. */
  putBack(): void {
    memoryOf(this.engine).set(this.snapshot);
  }

  /** Puts a whole record before the engine, but for its last byte. */
  offer(record: Uint8Array): void {
    feed(this.engine, "recvrec", record.subarray(0, -1));
    const room = this.engine.buffer("recvrec");
    room[0] = record.at(-1) ?? 0;
  }

  /** The engine takes the last byte, opens the record, and judges it. */
  judge(): void {
    this.engine.ack("recvrec", 1);
  }

  /** BearSSL's reason for ending the connection; null if the record was taken. */
  get reason(): string | null {
    return this.engine.error?.reason ?? null;
  }
}

/** Application data, as the network brings it. */
export function recordOf(body: Uint8Array): Buffer {
  return clearRecord(RECORD.applicationData, body);
}
