import { execFileSync } from "node:child_process";
import { createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { scratchFile } from "./scratch.ts";

const repository = join(import.meta.dirname, "../..");

const SENDREC = 0;
const RECVREC = 1;
const RECVAPP = 3;

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  client_point(): number;
  client_seed(): number;
  client_certificate(): number;
  client_scalar(): number;
  client_show(how: number, curve: number, certificateLength: number, scalarLength: number): void;
  client_start(suite: number, version: number): number;
  client_buf(channel: number): number;
  client_buf_length(): number;
  client_ack(channel: number, length: number): void;
  client_last_error(): number;
}

export interface Offer {
  suite: number;
  /** On the wire: 0x0301 to 0x0303. */
  version: number;
  /** The server's P-256 key; its public half must be the one in the certificate. */
  key: KeyObject;
  /** A certificate of the client's own. */
  certificate?: Shown;
}

/** How a client shows that it has its certificate's key; a client without the key can only guess. */
const WAYS = { signature: 1, secret: 2, guess: 3 } as const;

export interface Shown {
  way: keyof typeof WAYS;
  der: Uint8Array;
  /** On an elliptic curve; whether it belongs to the certificate does not matter here. */
  key: KeyObject;
}

/** The registry's numbers of curves (RFC 8422, 5.1.1). */
const CURVES: Record<string, number> = { "P-256": 23, "P-384": 24, "P-521": 25 };

let compiled: WebAssembly.Module | undefined;

/**
 * BearSSL's own client (bearssl-client.c), which offers one suite. Gives what the server's program
 * says until the connection is over.
 */
export async function bearsslClient(socket: Duplex, offer: Offer): Promise<string> {
  compiled ??= compile();
  const instance = new WebAssembly.Instance(compiled, {});
  const client = instance.exports as unknown as Exports;
  client._initialize();
  bytes(client, client.client_seed(), 32).set(randomBytes(32));
  bytes(client, client.client_point(), 65).set(publicPoint(offer.key));
  if (offer.certificate !== undefined) show(client, offer.certificate);
  client.client_start(offer.suite, offer.version);
  return converse(client, socket);
}

function show(client: Exports, { way, der, key }: Shown): void {
  const { crv = "", d = "" } = key.export({ format: "jwk" });
  const scalar = Buffer.from(d, "base64url");
  bytes(client, client.client_certificate(), der.length).set(der);
  bytes(client, client.client_scalar(), scalar.length).set(scalar);
  client.client_show(WAYS[way], CURVES[crv] ?? 0, der.length, scalar.length);
}

async function converse(client: Exports, socket: Duplex): Promise<string> {
  let heard = "";
  heard += pump(client, socket);
  for await (const chunk of socket) {
    for (let rest = chunk as Buffer; rest.length > 0; ) {
      const room = channel(client, RECVREC);
      if (room.length === 0) throw new Error(`BearSSL error ${client.client_last_error()}`);
      const count = Math.min(room.length, rest.length);
      room.set(rest.subarray(0, count));
      client.client_ack(RECVREC, count);
      rest = rest.subarray(count);
      heard += pump(client, socket);
    }
  }
  const error = client.client_last_error();
  if (error !== 0) throw new Error(`BearSSL error ${error}`);
  return heard;
}

/** Sends what there is to send; gives what there is to read. */
function pump(client: Exports, socket: Duplex): string {
  const records = Buffer.from(channel(client, SENDREC));
  if (records.length > 0) {
    client.client_ack(SENDREC, records.length);
    socket.write(records);
    return pump(client, socket);
  }
  const data = Buffer.from(channel(client, RECVAPP));
  if (data.length === 0) return "";
  client.client_ack(RECVAPP, data.length);
  return data.toString() + pump(client, socket);
}

function channel(client: Exports, number: number): Uint8Array {
  const address = client.client_buf(number);
  return address === 0 ? new Uint8Array() : bytes(client, address, client.client_buf_length());
}

function bytes(client: Exports, address: number, length: number): Uint8Array {
  return new Uint8Array(client.memory.buffer, address, length);
}

/** The uncompressed point: 0x04, X, Y. */
function publicPoint(key: KeyObject): Buffer {
  const { x = "", y = "" } = createPublicKey(key).export({ format: "jwk" });
  return Buffer.concat([
    Buffer.from([4]),
    Buffer.from(x, "base64url"),
    Buffer.from(y, "base64url"),
  ]);
}

/** With what `make` has built already: emcc, and BearSSL as one archive, in which its SHA-256 is not. */
function compile(): WebAssembly.Module {
  const output = scratchFile("bearssl-client.wasm");
  execFileSync(
    "emcc",
    [
      ...["-O2", "-std=c99", "--no-entry", "-sSTANDALONE_WASM", "-Wall", "-Wextra", "-Werror"],
      ...["-include", "wasm/bearssl-config.h", "-Ivendor/bearssl/inc", "-Ivendor/bearssl/src"],
      ...["-Iwasm", "test/support/bearssl-client.c", "wasm/crypto/no-seeder.c"],
      ...["vendor/bearssl/src/hash/sha2small.c", "build/bearssl.a"],
      ...["-o", output],
    ],
    { cwd: repository, stdio: ["ignore", "ignore", "pipe"] },
  );
  return new WebAssembly.Module(readFileSync(output));
}
