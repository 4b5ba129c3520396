import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { connectRaw } from "../../support/clients.ts";
import {
  type ClientSettings,
  DEFAULT_GROUPS,
  type HelloChanges,
  helloOf,
  usualExtensions,
} from "./client-hello.ts";
import { Conversation } from "./conversation.ts";
import { contentOf, readKeyShare } from "./extensions.ts";
import { newShare, type Share } from "./groups.ts";
import { KeySchedule } from "./key-schedule.ts";
import * as messages from "./messages.ts";
import { EXTENSION, MESSAGE, RETRY_RANDOM, VERSION } from "./numbers.ts";
import { suiteOf } from "./protection.ts";
import { type Psk, pskOf } from "./psk.ts";

/**
 * A TLS 1.3 client (RFC 8446) whose every step is a test's to take, to leave out or to take wrong:
 * `greet`, `serverHello`, `serverFlight`, `protect`, `finish`. It trusts every server whose proofs
 * are right.
 */
export class Tls13Client extends Conversation {
  readonly random: Buffer = randomBytes(32);
  sessionId: Buffer = randomBytes(32);
  shares: readonly Share[];
  cookie: Buffer | null = null;

  /** What the server said. */
  encryptedExtensions: messages.Extension[] = [];
  request: Required<messages.Request> | null = null;
  chain: readonly Buffer[] = [];
  scheme = 0;
  group = 0;
  resumed = false;
  retried = false;

  private hasChangedCipherSpec = false;

  constructor(
    socket: Socket,
    readonly settings: ClientSettings = {},
  ) {
    super(socket, "client");
    this.records.version = VERSION.tls10;
    const { groups = DEFAULT_GROUPS } = settings;
    this.shares = (settings.shares ?? groups.slice(0, 1)).map(newShare);
  }

  static async connect(port: number, settings: ClientSettings = {}): Promise<Tls13Client> {
    return new Tls13Client(await connectRaw(port), settings);
  }

  get usualExtensions(): messages.Extension[] {
    return usualExtensions(this.settings, this);
  }

  hello(changes: HelloChanges = {}): Buffer {
    return helloOf(this.settings, this, changes);
  }

  greet(changes: HelloChanges = {}): void {
    this.say(this.hello(changes));
  }

  /** Reads a ServerHello and takes the keys that follow; or prepares what a retry asks for. */
  async serverHello(): Promise<messages.ServerHello> {
    const { body, whole } = await this.hear(MESSAGE.serverHello);
    const hello = messages.decodedServerHello(body);
    if (!hello.sessionId.equals(this.sessionId)) throw new Error("another session id comes back");
    const version = contentOf(hello.extensions, EXTENSION.supportedVersions);
    if (version?.readUInt16BE(0) !== VERSION.tls13) throw new Error("a ServerHello of TLS 1.2");
    if (isRetry(hello)) this.retry(hello, whole);
    else this.agree(hello, whole);
    this.records.version = VERSION.tls12;
    return hello;
  }

  /** Reads EncryptedExtensions to Finished, checks all proofs, and takes the keys for data. */
  async serverFlight(): Promise<void> {
    const extensions = await this.hear(MESSAGE.encryptedExtensions);
    this.transcript.add(extensions.whole);
    this.encryptedExtensions = messages.decodedExtensions(extensions.body);
    if (!this.resumed) await this.hearProofs();
    await this.hearFinished("server");
    this.takeApplicationSecrets();
    this.readUnder("application");
  }

  /** The handshake's keys for what we send, and before them what middleboxes want to see. */
  protect(): void {
    this.changeCipherSpec();
    this.writeUnder("handshake");
  }

  /** Once, and only of a client that has a session id (D.4). */
  changeCipherSpec(): void {
    if (this.sessionId.length === 0 || this.hasChangedCipherSpec) return;
    this.hasChangedCipherSpec = true;
    this.records.changeCipherSpec();
  }

  /** Our certificates, in answer to the server's request. */
  certificate(): Buffer {
    const { certificates = [] } = this.settings;
    return messages.certificate({ context: this.request?.context ?? Buffer.of(), certificates });
  }

  /** Our last flight, with nothing wrong; and the keys for data. */
  finish(): void {
    this.records.hold();
    this.protect();
    if (this.request !== null) this.say(this.certificate());
    const { key, certificates = [] } = this.settings;
    if (this.request !== null && key !== undefined && certificates.length > 0) {
      this.say(this.certificateVerify({ key }));
    }
    this.say(this.finished());
    this.records.release();
    this.open();
  }

  /** The keys for data, after our Finished. */
  open(): void {
    this.writeUnder("application");
    this.takeResumptionSecret();
  }

  /** A whole handshake, with nothing wrong. */
  async establish(): Promise<void> {
    await this.upToFinish();
    this.finish();
  }

  async upToFinish(): Promise<void> {
    await this.upToServerHello();
    await this.serverFlight();
  }

  /** Up to a ServerHello; one retry is done, if the server wants it. */
  async upToServerHello(): Promise<void> {
    this.greet();
    if (!isRetry(await this.serverHello())) return;
    this.changeCipherSpec();
    this.greet();
    if (isRetry(await this.serverHello())) throw new Error("two retries");
  }

  /** What the n-th ticket is good for; tickets are read with data. */
  ticket(n = 0): Psk {
    const message = this.tickets[n];
    if (message === undefined || this.resumption === null) throw new Error("no such ticket");
    const { suite } = this.agreed;
    return pskOf(messages.decodedTicket(message.body), { suite, resumption: this.resumption });
  }

  private retry(hello: messages.ServerHello, whole: Buffer): void {
    this.retried = true;
    this.suite = suiteOf(hello.suite);
    this.transcript.retry(this.suite.hash);
    this.transcript.add(whole);
    this.cookie = contentOf(hello.extensions, EXTENSION.cookie)?.subarray(2) ?? null;
    const group = contentOf(hello.extensions, EXTENSION.keyShare);
    if (group !== null) this.shares = [newShare(group.readUInt16BE(0))];
  }

  private agree(hello: messages.ServerHello, whole: Buffer): void {
    const suite = suiteOf(hello.suite);
    if (this.retried && suite !== this.suite) throw new Error("another suite after a retry");
    const identity = contentOf(hello.extensions, EXTENSION.preSharedKey)?.readUInt16BE(0);
    const psk = identity === undefined ? undefined : this.settings.psks?.[identity];
    this.resumed = psk !== undefined;
    const { group, shown } = readKeyShare(
      contentOf(hello.extensions, EXTENSION.keyShare) ?? Buffer.of(),
    );
    const share = this.shares.find((one) => one.group === group);
    if (share === undefined) throw new Error(`there is no share of group ${group}`);
    this.transcript.add(whole);
    this.suite = suite;
    this.group = group;
    this.schedule = new KeySchedule(suite.hash, psk?.key);
    this.schedule.agree(share.secret(shown));
    this.takeHandshakeSecrets();
    this.readUnder("handshake");
  }

  private async hearProofs(): Promise<void> {
    let next = await this.hear();
    if (next.type === MESSAGE.certificateRequest) {
      this.request = messages.decodedRequest(next.body);
      this.transcript.add(next.whole);
      next = await this.hear();
    }
    const { chain, scheme } = await this.hearCertificate(next, "server");
    this.chain = chain;
    this.scheme = scheme;
  }
}

function isRetry({ random }: messages.ServerHello): boolean {
  return random.equals(RETRY_RANDOM);
}
