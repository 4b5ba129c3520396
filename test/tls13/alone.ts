import { readFileSync } from "node:fs";

/** build/tls13-test.wasm: TLS 1.3's key schedule and records, without a connection around them. */

export const SUITES = { chacha20: 0x1303, aes128: 0x1301, aes256: 0x1302 } as const;

export const TYPES = { ccs: 20, alert: 21, handshake: 22, data: 23 } as const;

const SECRETS = {
  stage: 0,
  client: 1,
  clientNext: 2,
  server: 3,
  exporter: 4,
  resumption: 5,
} as const;

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  input(): number;
  output(): number;
  early(suite: number, pskLength: number): void;
  binder_key(): void;
  handshake(sharedLength: number): void;
  application(exports: number): void;
  finish(resumes: number): void;
  update(): void;
  secret(which: number): number;
  secrets_len(): number;
  begin(suite: number): void;
  add(length: number): void;
  retry(): void;
  hash(): void;
  finished(suite: number): void;
  is_finished(suite: number, length: number): number;
  expand(suite: number, contextLength: number, length: number): void;
  records(suite: number): void;
  rekey(suite: number): number;
  allow(ccs: number, plainAlerts: number, earlyData: number): void;
  partial(length: number): void;
  receive(length: number): number;
  type(): number;
  left(): number;
  content(): number;
  take(length: number): void;
  gather(type: number, length: number): number;
  seal(): void;
  put(type: number, length: number): void;
  rekey_in_front(suite: number): void;
  content_max(max: number): void;
  send(): number;
}

const file = new URL("../../build/tls13-test.wasm", import.meta.url);
const module = new WebAssembly.Module(readFileSync(file));

/** A record's type and content. */
export interface Opened {
  readonly type: number;
  readonly content: Buffer;
}

/** One of each: a key schedule, a transcript, a receiver and a sender of records. */
export class Alone {
  private readonly exports: Exports;

  /** @param of another module than the one that was built: one that reports its way, say */
  constructor(
    private readonly suite: number,
    of: { module: WebAssembly.Module; imports: WebAssembly.Imports } = { module, imports: {} },
  ) {
    this.exports = new WebAssembly.Instance(of.module, of.imports).exports as unknown as Exports;
    this.exports._initialize();
  }

  get hashLength(): number {
    return this.suite === SUITES.aes256 ? 48 : 32;
  }

  early(psk: Uint8Array | null): void {
    this.exports.early(this.suite, psk === null ? 0 : this.put(psk));
  }

  binderKey(): Buffer {
    this.exports.binder_key();
    return this.output(this.hashLength);
  }

  handshake(shared: Uint8Array, transcriptHash: Uint8Array): void {
    this.put(Buffer.concat([shared, transcriptHash]));
    this.exports.handshake(shared.length);
  }

  application(transcriptHash: Uint8Array, { exports = true } = {}): void {
    this.put(transcriptHash);
    this.exports.application(exports ? 1 : 0);
  }

  finish(transcriptHash: Uint8Array, { resumes = true } = {}): void {
    this.put(transcriptHash);
    this.exports.finish(resumes ? 1 : 0);
  }

  /** The traffic secret after a KeyUpdate. */
  updated(secret: Uint8Array): Buffer {
    this.put(secret);
    this.exports.update();
    return this.at(this.exports.input(), this.hashLength);
  }

  secret(which: keyof typeof SECRETS): Buffer {
    return this.at(this.exports.secret(SECRETS[which]), this.hashLength);
  }

  /** All bytes of all secrets. */
  secrets(): Buffer {
    return this.at(this.exports.secret(0), this.exports.secrets_len());
  }

  begin(...messages: readonly Uint8Array[]): void {
    this.exports.begin(this.suite);
    this.add(...messages);
  }

  add(...messages: readonly Uint8Array[]): void {
    for (const message of messages) this.exports.add(this.put(message));
  }

  retry(): void {
    this.exports.retry();
  }

  hash(): Buffer {
    this.exports.hash();
    return this.output(this.hashLength);
  }

  finished(secret: Uint8Array, transcriptHash: Uint8Array): Buffer {
    this.put(Buffer.concat([secret, transcriptHash]));
    this.exports.finished(this.suite);
    return this.output(this.hashLength);
  }

  isFinished(secret: Uint8Array, transcriptHash: Uint8Array, sum: Uint8Array): boolean {
    this.put(Buffer.concat([secret, transcriptHash, sum]));
    return this.exports.is_finished(this.suite, sum.length) === 1;
  }

  expand(secret: Uint8Array, label: string, context: Uint8Array, length: number): Buffer {
    this.put(Buffer.concat([Buffer.from(`${label}\0`), secret, context]));
    this.exports.expand(this.suite, context.length, length);
    return this.output(length);
  }

  /** Records begin anew in both directions, protected with a traffic secret or in the clear. */
  records(traffic: Uint8Array | null): void {
    if (traffic !== null) this.put(traffic);
    this.exports.records(traffic === null ? 0 : this.suite);
  }

  /** The records that follow have these keys. @returns an error's number */
  rekey(traffic: Uint8Array): number {
    this.put(traffic);
    return this.exports.rekey(this.suite);
  }

  allow(what: { ccs?: number; plainAlerts?: boolean; earlyData?: number }): void {
    this.exports.allow(what.ccs ?? 0, what.plainAlerts === true ? 1 : 0, what.earlyData ?? 0);
  }

  /** So many bytes of a handshake message are waiting for the next record. */
  partial(length: number): void {
    this.exports.partial(length);
  }

  /** Bytes from the network. @returns how many were taken, or an error's number, negative */
  receive(bytes: Uint8Array): number {
    return this.exports.receive(this.put(bytes));
  }

  /** The record that is open. */
  opened(): Opened | null {
    const type = this.exports.type();
    if (type === 0) return null;
    return { type, content: this.at(this.exports.content(), this.exports.left()) };
  }

  take(length: number): void {
    this.exports.take(length);
  }

  /** A record that is opened whole. @returns what is inside, or an error's number */
  open(record: Uint8Array): Opened | number {
    const taken = this.receive(record);
    if (taken < 0) return -taken;
    const opened = this.opened();
    if (opened === null) throw new Error("the record was dropped");
    this.take(opened.content.length);
    return opened;
  }

  /** @returns how many bytes of content there was room for */
  gather(type: number, content: Uint8Array): number {
    return this.exports.gather(type, this.put(content));
  }

  sealed(type: number, content: Uint8Array): Buffer {
    this.gather(type, content);
    return this.flush();
  }

  /** Seals what was gathered. @returns all that is for the network */
  flush(): Buffer {
    this.exports.seal();
    return this.send();
  }

  send(): Buffer {
    return this.output(this.exports.send());
  }

  /** A record by itself, behind the one under way. */
  putRecord(type: number, content: Uint8Array): void {
    this.exports.put(type, this.put(content));
  }

  rekeyInFront(message: Uint8Array, traffic: Uint8Array): void {
    this.put(Buffer.concat([message, traffic]));
    this.exports.rekey_in_front(this.suite);
  }

  limitContent(max: number): void {
    this.exports.content_max(max);
  }

  private put(bytes: Uint8Array): number {
    new Uint8Array(this.exports.memory.buffer, this.exports.input(), bytes.length).set(bytes);
    return bytes.length;
  }

  private output(length: number): Buffer {
    return this.at(this.exports.output(), length);
  }

  private at(address: number, length: number): Buffer {
    return Buffer.from(new Uint8Array(this.exports.memory.buffer, address, length));
  }
}
