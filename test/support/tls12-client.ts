import { createECDH, type ECDH, randomBytes } from "node:crypto";
import { connectRaw } from "./clients.ts";
import { vector8, vector16 } from "./tls12-encoding.ts";
import { MASTER_LENGTH, prf, verifyData } from "./tls12-keys.ts";
import { clientHello, type Hello, MESSAGE, message, messages, VERSION } from "./tls12-messages.ts";
import { cutKeys, keyBlockLength, type Protected, protection, SUITE } from "./tls12-protection.ts";
import { type Received, Records } from "./tls12-records.ts";
import { RECORD } from "./wire.ts";

/**
 * A TLS 1.2 client (RFC 5246) whose every step is a test's to take, to leave out or to take wrong:
 * `greet`, `serverFlight`, `exchangeKeys`, `changeCipherSpec`, `finish`, `serverFinished`. It
 * trusts every server.
 */
export class Tls12Client {
  readonly records: Records;

  /** What the keys depend on in the server's first flight. */
  private flight: Flight | null = null;
  private readonly random = randomBytes(32);
  private readonly ecdh: ECDH = createECDH("prime256v1");
  private master: Buffer = Buffer.alloc(0);

  private constructor(
    records: Records,
    private readonly suite: Protected,
  ) {
    this.records = records;
    this.ecdh.generateKeys();
  }

  static async connect(
    port: number,
    suite: Protected = SUITE[DEFAULT_SUITE],
  ): Promise<Tls12Client> {
    return new Tls12Client(new Records(await connectRaw(port)), suite);
  }

  /** The ClientHello; what is wrong with it is the test's to say. */
  hello(changes: Partial<Hello> = {}): Buffer {
    return clientHello({ suites: [this.suite.id], random: this.random, ...changes });
  }

  greet(changes: Partial<Hello> = {}): void {
    this.records.send(RECORD.handshake, this.hello(changes), VERSION.tls10);
  }

  /** Reads ServerHello to ServerHelloDone. */
  async serverFlight(): Promise<void> {
    const begin = this.records.transcript.length;
    for (;;) {
      await this.expect(RECORD.handshake);
      const all = messages(this.records.transcript.subarray(begin));
      const body = (type: number) => all.find((one) => one.type === type)?.body ?? Buffer.of();
      if (all.at(-1)?.type !== MESSAGE.serverHelloDone) continue;
      const point = body(MESSAGE.serverKeyExchange);
      this.flight = {
        // After the version, and after curve type, curve and length.
        random: body(MESSAGE.serverHello).subarray(2, 34),
        point: point.subarray(4, 4 + (point[3] ?? 0)),
      };
      return;
    }
  }

  /** Sends a ClientKeyExchange with our point, or with what the test takes for one. */
  exchangeKeys(point: Uint8Array = this.ecdh.getPublicKey()): void {
    this.records.send(RECORD.handshake, message(MESSAGE.clientKeyExchange, vector8(point)));
    this.agree(this.ecdh.computeSecret(this.serverFlightSeen().point));
  }

  /** The same for static RSA. Our keys are made from the premaster secret, whatever was sent. */
  exchangeKeysByRsa(premaster: Buffer, encrypted: Buffer): void {
    this.records.send(RECORD.handshake, message(MESSAGE.clientKeyExchange, vector16(encrypted)));
    this.agree(premaster);
  }

  /** Our records are sealed from here on. */
  changeCipherSpec(): void {
    this.records.send(RECORD.changeCipherSpec, Buffer.of(1));
    const seed = Buffer.concat([this.serverFlightSeen().random, this.random]);
    const block = prf(this.master, "key expansion", { seed, length: keyBlockLength(this.suite) });
    const { client, server } = cutKeys(this.suite, block);
    this.records.outgoing = protection(this.suite, client);
    this.records.incoming = protection(this.suite, server);
  }

  /** Our Finished message, or what the test says in its place. */
  finished(content: Uint8Array = verifyData(this.master, this.records.transcript)): Buffer {
    return message(MESSAGE.finished, content);
  }

  finish(): void {
    this.records.send(RECORD.handshake, this.finished());
  }

  /** Reads the server's ChangeCipherSpec and Finished: the keys are in force on both sides. */
  async serverFinished(): Promise<void> {
    await this.expect(RECORD.changeCipherSpec);
    await this.expect(RECORD.handshake);
  }

  /** A whole handshake, with nothing wrong. */
  async establish(): Promise<void> {
    await this.upToKeys();
    this.finish();
    await this.serverFinished();
  }

  /** As far as our ChangeCipherSpec. */
  async upToKeys(): Promise<void> {
    await this.upToServerFlight();
    this.exchangeKeys();
    this.changeCipherSpec();
  }

  async upToServerFlight(): Promise<void> {
    this.greet();
    await this.serverFlight();
  }

  /** Sends application data and reads as much of it back. */
  async echo(text: string): Promise<string> {
    this.records.send(RECORD.applicationData, Buffer.from(text));
    let heard = "";
    while (heard.length < text.length) {
      heard += (await this.expect(RECORD.applicationData)).content.toString();
    }
    return heard;
  }

  private async expect(type: number): Promise<Received> {
    const record = await this.records.next();
    if (record?.type === type) return record;
    const what = record === null ? "EOF" : `${record.type}: ${record.content.toString("hex")}`;
    throw new Error(`a record of type ${type} expected, not ${what}`);
  }

  private serverFlightSeen(): Flight {
    if (this.flight === null) throw new Error("the server's flight has not been read");
    return this.flight;
  }

  private agree(premaster: Buffer): void {
    const seed = Buffer.concat([this.random, this.serverFlightSeen().random]);
    this.master = prf(premaster, "master secret", { seed, length: MASTER_LENGTH });
  }
}

const DEFAULT_SUITE = "ECDHE-ECDSA-CHACHA20-POLY1305";

interface Flight {
  random: Buffer;
  point: Buffer;
}
