import type { KeyObject } from "node:crypto";
import type { Socket } from "node:net";
import { Exchange } from "./exchange.ts";
import { type BothTraffic, exported, type KeySchedule, verifyData } from "./key-schedule.ts";
import * as messages from "./messages.ts";
import { MESSAGE } from "./numbers.ts";
import { Protection, type Suite } from "./protection.ts";
import { isGenuine, type Side, schemeOf, signature, signedContent } from "./signatures.ts";

/** What both roles of the peer have in a handshake: secrets, certificates, Finished. */
export abstract class Conversation extends Exchange {
  /** Set when it is known which suite it is, and which key shares and tickets count. */
  suite: Suite | null = null;
  schedule: KeySchedule | null = null;

  /** Traffic secrets, each from the message on that they depend on. */
  handshake: BothTraffic | null = null;
  application: BothTraffic | null = null;
  exporter: Buffer | null = null;
  resumption: Buffer | null = null;

  protected constructor(
    socket: Socket,
    readonly side: Side,
  ) {
    super(socket);
  }

  /** Our proof that the certificate is ours; or what the test takes for a scheme, or signs. */
  certificateVerify(proof: {
    key: KeyObject;
    scheme?: number;
    /** What the other side gets to read, and not what is signed with. */
    told?: number;
    side?: Side;
    transcript?: Buffer;
  }): Buffer {
    const { hash } = this.agreed.suite;
    const { key, scheme = schemeOf(key), side = this.side } = proof;
    const { told = scheme, transcript = this.transcript.hash(hash) } = proof;
    const content = signedContent(side, transcript);
    return messages.certificateVerify(told, signature(scheme, key, content));
  }

  /** Our Finished, or what the test says in its place. */
  finished(content: Uint8Array = this.verifyData(this.side)): Buffer {
    return messages.finished(content);
  }

  /** What a side's Finished has to say now. */
  verifyData(side: Side): Buffer {
    const { hash } = this.agreed.suite;
    const secret = present(this.handshake, "handshake")[side];
    return verifyData(hash, secret, this.transcript.hash(hash));
  }

  exported(label: string, { context = Buffer.of(), length }: { context?: Buffer; length: number }) {
    const { hash } = this.agreed.suite;
    return exported(hash, present(this.exporter, "exporter"), { label, context, length });
  }

  readUnder(stage: "handshake" | "application"): void {
    const other = this.side === "client" ? "server" : "client";
    const secret = present(this[stage], stage)[other];
    this.records.incoming = new Protection(this.agreed.suite, secret);
  }

  writeUnder(stage: "handshake" | "application"): void {
    const secret = present(this[stage], stage)[this.side];
    this.records.outgoing = new Protection(this.agreed.suite, secret);
  }

  /** Right after ServerHello. */
  protected takeHandshakeSecrets(): void {
    const { suite, schedule } = this.agreed;
    this.handshake = schedule.handshakeTraffic(this.transcript.hash(suite.hash));
  }

  /** Right after the server's Finished. */
  protected takeApplicationSecrets(): void {
    const { suite, schedule } = this.agreed;
    const context = this.transcript.hash(suite.hash);
    this.application = schedule.applicationTraffic(context);
    this.exporter = schedule.exporter(context);
  }

  /** Right after the client's Finished. */
  protected takeResumptionSecret(): void {
    const { suite, schedule } = this.agreed;
    this.resumption = schedule.resumption(this.transcript.hash(suite.hash));
  }

  /** Checks a Certificate that was read already, and the CertificateVerify behind it. */
  protected async hearCertificate(
    certificate: messages.Message,
    side: Side,
  ): Promise<{ chain: readonly Buffer[]; scheme: number }> {
    if (certificate.type !== MESSAGE.certificate) {
      throw new Error(`a Certificate expected, not ${certificate.type}`);
    }
    const chain = messages.decodedCertificate(certificate.body).certificates;
    this.transcript.add(certificate.whole);
    const [first] = chain;
    if (first === undefined) return { chain, scheme: 0 };
    const content = signedContent(side, this.transcript.hash(this.agreed.suite.hash));
    const { body, whole } = await this.hear(MESSAGE.certificateVerify);
    const { scheme, signature } = messages.decodedVerify(body);
    if (!isGenuine({ scheme, certificate: first, content, signature })) {
      throw new Error("CertificateVerify does not match");
    }
    this.transcript.add(whole);
    return { chain, scheme };
  }

  protected async hearFinished(side: Side): Promise<void> {
    const right = this.verifyData(side);
    const { body, whole } = await this.hear(MESSAGE.finished);
    if (!body.equals(right)) throw new Error("Finished does not match");
    if (!this.isBetweenMessages) throw new Error("bytes behind Finished in its record");
    this.transcript.add(whole);
  }

  protected get agreed(): { suite: Suite; schedule: KeySchedule } {
    return { suite: present(this.suite, "suite"), schedule: present(this.schedule, "schedule") };
  }
}

function present<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`there is no ${what} yet`);
  return value;
}
