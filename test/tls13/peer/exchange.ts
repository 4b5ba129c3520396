import type { Socket } from "node:net";
import { RECORD } from "../../support/wire.ts";
import { firstMessage, keyUpdate, type Message, UPDATE } from "./messages.ts";
import { LEVEL, MESSAGE } from "./numbers.ts";
import { type Received, Records } from "./records.ts";
import { Transcript } from "./transcript.ts";

export interface Alert {
  level: number;
  description: number;
  /** Under the keys of the moment, and not in the clear. */
  sealed: boolean;
}

/** The other side has sent an alert where a test expects something else. */
class Alerted extends Error {
  constructor(readonly alert: Alert) {
    super(`alert ${alert.description} of level ${alert.level}`);
  }
}

/** Messages and data in both directions, KeyUpdates, alerts: what has nothing to do with roles. */
export abstract class Exchange {
  readonly records: Records;
  readonly transcript = new Transcript();

  /** Each message of ours passes through here before it is hashed and sent. */
  alter: (message: Buffer) => Buffer = (message) => message;

  /** A test may switch this off, and owe the other side its answer. */
  answersKeyUpdates = true;

  /** What the other side has sent besides messages and data. */
  changeCipherSpecs = 0;
  keyUpdates = 0;
  readonly tickets: Message[] = [];

  /** Handshake bytes that are no whole message yet. */
  private pending: Buffer = Buffer.of();
  private data: Buffer = Buffer.of();

  protected constructor(socket: Socket) {
    this.records = new Records(socket);
  }

  /** Sends messages in as few records as they need. */
  say(...messages: Buffer[]): void {
    const altered = messages.map(this.alter);
    for (const message of altered) this.transcript.add(message);
    this.records.send(RECORD.handshake, Buffer.concat(altered));
  }

  /** Sends handshake bytes that no hash has to know of. */
  mutter(bytes: Uint8Array): void {
    this.records.send(RECORD.handshake, bytes);
  }

  /** The next message of the handshake; `type`: or it is an error. */
  async hear(type?: number): Promise<Message> {
    let message = firstMessage(this.pending);
    while (message === null) {
      const record = await this.expect(RECORD.handshake);
      this.pending = Buffer.concat([this.pending, record.content]);
      message = firstMessage(this.pending);
    }
    if (type !== undefined && message.type !== type) {
      throw new Error(`message ${type} expected, not ${message.type}`);
    }
    this.pending = this.pending.subarray(message.whole.length);
    return message;
  }

  /** There is nothing behind the last message in its record. */
  get isBetweenMessages(): boolean {
    return this.pending.length === 0;
  }

  send(data: Uint8Array | string): void {
    this.records.send(RECORD.applicationData, Buffer.from(data));
  }

  /** So many bytes of data; tickets and KeyUpdates on the way are taken as they come. */
  async receive(length: number): Promise<Buffer> {
    while (this.data.length < length) {
      const record = await this.next();
      if (record === null) throw new Error(`EOF after ${this.data.length} bytes of data`);
      this.take(record);
    }
    const data = this.data.subarray(0, length);
    this.data = this.data.subarray(length);
    return data;
  }

  /** Sends data and reads as much back. */
  async echo(text: string): Promise<string> {
    this.send(text);
    return (await this.receive(Buffer.byteLength(text))).toString();
  }

  /** All data until close_notify or EOF; any other alert is an error. */
  async receiveAll(): Promise<Buffer> {
    try {
      for (let record = await this.next(); record !== null; record = await this.next()) {
        this.take(record);
      }
    } catch (error) {
      if (!(error instanceof Alerted && error.alert.description === 0)) throw error;
    }
    return this.data;
  }

  /** Everything to the other side's EOF, and the alerts in it. */
  async lastWords(): Promise<Alert[]> {
    const alerts: Alert[] = [];
    for (;;) {
      try {
        const record = await this.next();
        if (record === null) return alerts;
        if (record.type === RECORD.applicationData) {
          this.data = Buffer.concat([this.data, record.content]);
        }
      } catch (error) {
        if (!(error instanceof Alerted)) throw error;
        alerts.push(error.alert);
      }
    }
  }

  /** Sends a KeyUpdate and goes on under the next key. */
  updateKey(request: number = UPDATE.notRequested): void {
    this.mutter(keyUpdate(request));
    this.records.outgoing = this.records.outgoing?.next() ?? null;
  }

  alert(description: number, level: number = LEVEL.fatal): void {
    this.records.send(RECORD.alert, Buffer.of(level, description));
  }

  /** Ends our direction. */
  close(): void {
    this.alert(0, LEVEL.warning);
    this.records.socket.end();
  }

  /** The next record but for ChangeCipherSpecs, which are counted. An alert is an exception. */
  protected async next(): Promise<Received | null> {
    for (;;) {
      const record = await this.records.next();
      if (record?.type === RECORD.alert) throw new Alerted(alertIn(record));
      if (record?.type !== RECORD.changeCipherSpec || record.sealed) return record;
      this.changeCipherSpecs++;
    }
  }

  protected async expect(type: number): Promise<Received> {
    const record = await this.next();
    if (record?.type === type) return record;
    const what = record === null ? "EOF" : `${record.type}: ${record.content.toString("hex")}`;
    throw new Error(`a record of type ${type} expected, not ${what}`);
  }

  /** After the handshake. */
  private take({ type, content }: Received): void {
    if (type === RECORD.applicationData) this.data = Buffer.concat([this.data, content]);
    else if (type === RECORD.handshake) this.takeMessages(content);
    else throw new Error(`a record of type ${type} between data`);
  }

  private takeMessages(content: Buffer): void {
    this.pending = Buffer.concat([this.pending, content]);
    for (let one = firstMessage(this.pending); one !== null; one = firstMessage(this.pending)) {
      this.pending = this.pending.subarray(one.whole.length);
      if (one.type === MESSAGE.newSessionTicket) this.tickets.push(one);
      else if (one.type === MESSAGE.keyUpdate) this.takeKeyUpdate(one);
      else throw new Error(`message ${one.type} after the handshake`);
    }
  }

  private takeKeyUpdate({ body }: Message): void {
    if (!this.isBetweenMessages) throw new Error("bytes behind a KeyUpdate in its record");
    this.keyUpdates++;
    this.records.incoming = this.records.incoming?.next() ?? null;
    const isRequest = body.readUInt8(0) === UPDATE.requested;
    if (isRequest && this.answersKeyUpdates) this.updateKey();
  }
}

function alertIn({ content, sealed }: Received): Alert {
  if (content.length !== 2) throw new Error(`an alert of ${content.length} bytes`);
  return { level: content.readUInt8(0), description: content.readUInt8(1), sealed };
}
