import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { uint16 } from "../../support/tls12-encoding.ts";
import { Conversation } from "./conversation.ts";
import * as extend from "./extensions.ts";
import { answerTo } from "./groups.ts";
import { KeySchedule, ticketKey } from "./key-schedule.ts";
import * as messages from "./messages.ts";
import { EXTENSION, MESSAGE, RETRY_RANDOM, VERSION } from "./numbers.ts";
import type { Suite } from "./protection.ts";
import { binderOf, type Psk, readOffer } from "./psk.ts";
import { choice, type ServerSettings, usualRetryExtensions } from "./server-hello.ts";

/** What a test changes in a ServerHello or HelloRetryRequest. */
export interface ServerHelloChanges extends Partial<Omit<messages.ServerHello, "extensions">> {
  extensions?: (usual: messages.Extension[]) => readonly messages.Extension[];
}

/**
 * A TLS 1.3 server (RFC 8446) whose every step is a test's to take, to leave out or to take wrong:
 * `hearHello`, `retry`, `greet`, `flight`, `clientFlight`.
 */
export class Tls13Server extends Conversation {
  readonly random: Buffer = randomBytes(32);

  /** What the client said. */
  clientHello: messages.ClientHello | null = null;
  chain: readonly Buffer[] = [];
  group = 0;
  resumed = false;

  /** The client was asked for a certificate. */
  private asked = false;
  private selected: messages.Extension[] = [];
  private offeredKey: Buffer | null = null;

  constructor(
    socket: Socket,
    readonly settings: ServerSettings,
  ) {
    super(socket, "server");
  }

  /** Reads a ClientHello and chooses. A binder that is wrong is an error. */
  async hearHello(): Promise<messages.ClientHello> {
    const { body, whole } = await this.hear(MESSAGE.clientHello);
    this.clientHello = messages.decodedClientHello(body);
    const { suite, group, shown } = choice(this.clientHello, this.settings);
    this.suite = suite;
    this.group = group;
    this.offeredKey = shown;
    const psk = this.acceptable(this.clientHello, whole);
    this.resumed = psk !== undefined;
    this.schedule = new KeySchedule(suite.hash, psk?.key);
    this.transcript.add(whole);
    return this.clientHello;
  }

  /** The client has shown a share of the group that we take. */
  get hasShare(): boolean {
    return this.offeredKey !== null;
  }

  helloRetryRequest(changes: ServerHelloChanges = {}): Buffer {
    return this.helloOf(usualRetryExtensions(this.group), { random: RETRY_RANDOM, ...changes });
  }

  /** Sends a HelloRetryRequest. */
  retry(changes: ServerHelloChanges = {}): void {
    const { suite } = this.agreed;
    this.transcript.retry(suite.hash);
    this.say(this.helloRetryRequest(changes));
    this.changeCipherSpec();
  }

  hello(changes: ServerHelloChanges = {}): Buffer {
    return this.helloOf(this.selected, changes);
  }

  /** Answers the client's share; `shown`: what it gets to see in its place. */
  exchange(shown?: Buffer): void {
    if (this.offeredKey === null) throw new Error("the client has no share for us");
    const answer = answerTo(this.group, this.offeredKey);
    this.agreed.schedule.agree(answer.secret);
    this.selected = [
      extend.selectedVersion(VERSION.tls13),
      extend.chosenShare({ group: this.group, shown: shown ?? answer.shown }),
      ...(this.resumed ? [extend.extension(EXTENSION.preSharedKey, uint16(0))] : []),
    ];
  }

  /** Sends a ServerHello and takes the keys that follow. */
  greet(changes: ServerHelloChanges = {}): void {
    this.exchange();
    this.say(this.hello(changes));
    this.protect();
  }

  protect(): void {
    this.changeCipherSpec();
    this.takeHandshakeSecrets();
    this.writeUnder("handshake");
    this.readUnder("handshake");
  }

  /** For middleboxes, where the client wants it. */
  changeCipherSpec(): void {
    if ((this.clientHello?.sessionId.length ?? 0) > 0 && this.changedCipherSpecs++ === 0) {
      this.records.changeCipherSpec();
    }
  }

  encryptedExtensions(more: readonly messages.Extension[] = []): Buffer {
    const { protocol } = this.settings;
    const usual = protocol === undefined ? [] : [extend.alpn([protocol])];
    return messages.encryptedExtensions([...usual, ...more]);
  }

  certificate(extensions: readonly messages.Extension[] = []): Buffer {
    return messages.certificate({ certificates: this.settings.certificates, extensions });
  }

  /** Everything from EncryptedExtensions to Finished; `request`: a CertificateRequest in it. */
  flight(request: Buffer | null = null): void {
    this.asked = request !== null;
    this.say(this.encryptedExtensions(), ...(request === null ? [] : [request]));
    if (!this.resumed) {
      this.say(this.certificate());
      this.say(this.certificateVerify({ key: this.settings.key }));
    }
    this.finish();
  }

  /** Sends Finished and takes the keys for our data. */
  finish(): void {
    this.say(this.finished());
    this.takeApplicationSecrets();
    this.writeUnder("application");
  }

  /** Reads to the client's Finished and checks all proofs. */
  async clientFlight(): Promise<void> {
    if (this.asked) {
      const { chain } = await this.hearCertificate(await this.hear(), "client");
      this.chain = chain;
    }
    await this.hearFinished("client");
    this.readUnder("application");
    this.takeResumptionSecret();
  }

  /** A whole handshake, with nothing wrong. */
  async establish(request: Buffer | null = null): Promise<void> {
    await this.upToShare();
    this.records.hold();
    this.greet();
    this.flight(request);
    this.records.release();
    await this.clientFlight();
  }

  /** Up to a ClientHello with a share for us; one retry is done if there is need. */
  async upToShare(): Promise<void> {
    await this.hearHello();
    if (this.hasShare) return;
    this.retry();
    await this.hearHello();
  }

  /** Sends a ticket, and gives what a second server must have to take it. */
  issueTicket(changes: Partial<messages.TicketMessage> = {}): Psk {
    if (this.resumption === null) throw new Error("there is no Finished of the client's yet");
    const message = {
      ...{ lifetime: 3600, ageAdd: 0, nonce: randomBytes(8), ticket: randomBytes(64) },
      ...{ extensions: [], ...changes },
    };
    this.mutter(messages.encodedTicket(message));
    const { suite } = this.agreed;
    const key = ticketKey(suite.hash, this.resumption, message.nonce);
    return { identity: message.ticket, key, suite, resumption: true, age: 0 };
  }

  private changedCipherSpecs = 0;

  private helloOf(usual: messages.Extension[], changes: ServerHelloChanges): Buffer {
    const { extensions = (all) => all, ...rest } = changes;
    return messages.encodedServerHello({
      ...{ version: VERSION.tls12, random: this.random, compression: 0 },
      ...{ sessionId: this.clientHello?.sessionId ?? Buffer.of(), suite: this.agreed.suite.id },
      extensions: extensions(usual),
      ...rest,
    });
  }

  /** The first identity, if it is one of ours and fits the suite. */
  private acceptable({ extensions }: messages.ClientHello, whole: Buffer): Psk | undefined {
    const content = extend.contentOf(extensions ?? [], EXTENSION.preSharedKey);
    if (content === null) return undefined;
    const { identities, binders, bindersLength } = readOffer(content);
    const psk = this.settings.psks?.find(
      ({ identity, suite }) =>
        identities[0]?.identity.equals(identity) && suite.hash === (this.suite as Suite).hash,
    );
    if (psk === undefined) return undefined;
    const truncated = whole.subarray(0, whole.length - bindersLength);
    const right = binderOf(psk, this.transcript.hash(psk.suite.hash, truncated));
    if (!binders[0]?.equals(right)) throw new Error("the client's binder does not match");
    return psk;
  }
}
