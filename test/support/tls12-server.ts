import { createECDH, type ECDH, randomBytes, sign } from "node:crypto";
import type { Socket } from "node:net";
import { type Credentials, derCertificate } from "./certificates.ts";
import { uint16, uint24, vector8, vector16 } from "./tls12-encoding.ts";
import { MASTER_LENGTH, prf, verifyData } from "./tls12-keys.ts";
import { MESSAGE, message, messages, renegotiationInfo, VERSION } from "./tls12-messages.ts";
import { cutKeys, keyBlockLength, type Protected, protection, SUITE } from "./tls12-protection.ts";
import { type Received, Records } from "./tls12-records.ts";
import { RECORD } from "./wire.ts";

/** The parts of a ServerHello (RFC 5246, 7.4.1.3) that a test may want to be wrong. */
export interface ServerHello {
  version?: number;
  sessionId?: Buffer;
  suite?: number;
  compression?: number;
  /** What comes after the renegotiation_info. */
  extensions?: readonly Buffer[];
}

/** The parts of a CertificateRequest (RFC 5246, 7.4.4). */
export interface CertificateRequest {
  types?: readonly number[];
  schemes?: readonly number[];
}

/**
 * A TLS 1.2 server with an ECDSA key on P-256 whose every step is a test's to take, to leave out or
 * to take wrong: `hear`, the messages of its flight, `clientFlight`, `finish`.
 */
export class Tls12Server {
  readonly records: Records;

  private keys: ReturnType<typeof cutKeys> | null = null;
  private readonly random = randomBytes(32);
  private readonly ecdh: ECDH = createECDH("prime256v1");
  private clientRandom: Buffer = Buffer.alloc(0);
  private master: Buffer = Buffer.alloc(0);
  private beforeKeys: Buffer = Buffer.alloc(0);

  constructor(
    socket: Socket,
    private readonly credentials: Credentials,
    private readonly suite: Protected = SUITE["ECDHE-ECDSA-CHACHA20-POLY1305"],
  ) {
    this.records = new Records(socket);
    if (suite.exchange === "ecdh") this.ecdh.setPrivateKey(scalarOf(credentials));
    else this.ecdh.generateKeys();
  }

  /** Reads the ClientHello. */
  async hear(): Promise<Buffer> {
    await this.expect(RECORD.handshake);
    const [hello] = messages(this.records.transcript);
    // After the version.
    this.clientRandom = hello?.body.subarray(2, 34) ?? Buffer.of();
    return hello?.body ?? Buffer.of();
  }

  say(...parts: Buffer[]): void {
    this.records.send(RECORD.handshake, Buffer.concat(parts));
  }

  hello(changes: ServerHello = {}): Buffer {
    const { version = VERSION.tls12, sessionId = Buffer.of(), suite = this.suite.id } = changes;
    const { compression = 0, extensions = [] } = changes;
    const body = Buffer.concat([
      uint16(version),
      this.random,
      vector8(sessionId),
      uint16(suite),
      Buffer.of(compression),
      vector16(renegotiationInfo(Buffer.of()), ...extensions),
    ]);
    return message(MESSAGE.serverHello, body);
  }

  certificate(): Buffer {
    const der = derCertificate(this.credentials.certFile);
    const one = Buffer.concat([uint24(der.length), der]);
    return message(MESSAGE.certificate, Buffer.concat([uint24(one.length), one]));
  }

  /** Our point on P-256, signed; or what the test takes for a curve, for a point, or signs. */
  keyExchange(changes: { curve?: number; point?: Buffer; signed?: Buffer } = {}): Buffer {
    const { curve = P256, point = this.ecdh.getPublicKey(), signed } = changes;
    const parameters = Buffer.concat([Buffer.of(NAMED_CURVE), uint16(curve), vector8(point)]);
    const proof = signed ?? Buffer.concat([this.clientRandom, this.random, parameters]);
    const signature = vector16(sign("sha256", proof, this.credentials.key));
    const body = Buffer.concat([parameters, uint16(ECDSA_WITH_SHA256), signature]);
    return message(MESSAGE.serverKeyExchange, body);
  }

  /** Asks for a certificate of one of these types (7.4.4), by any CA. */
  certificateRequest(...types: number[]): Buffer {
    return this.request({ types });
  }

  /** The same, with the algorithms that its proof may have. */
  request({ types = [ECDSA_SIGN], schemes = SIGNATURES }: CertificateRequest): Buffer {
    const body = [vector8(Buffer.from(types)), vector16(...schemes.map(uint16)), vector16()];
    return message(MESSAGE.certificateRequest, Buffer.concat(body));
  }

  done(content: Uint8Array = Buffer.of()): Buffer {
    return message(MESSAGE.serverHelloDone, content);
  }

  /** A whole first flight, with nothing wrong. */
  flight(request: Buffer = Buffer.of(), changes: ServerHello = {}): void {
    const exchange = this.suite.exchange === "ecdh" ? [] : [this.keyExchange()];
    this.say(this.hello(changes), this.certificate(), ...exchange, request, this.done());
  }

  /** Reads all to Finished, which starts with a certificate if there was a request for one. */
  async clientFlight(): Promise<ReturnType<typeof messages>> {
    const { content } = await this.expect(RECORD.handshake);
    const flight = messages(content);
    const exchange = flight.find(({ type }) => type === MESSAGE.clientKeyExchange);
    const point = exchange?.body.subarray(1) ?? Buffer.of();
    const randoms = Buffer.concat([this.clientRandom, this.random]);
    const premaster = this.ecdh.computeSecret(point);
    this.master = prf(premaster, "master secret", { seed: randoms, length: MASTER_LENGTH });
    const seed = Buffer.concat([this.random, this.clientRandom]);
    const block = prf(this.master, "key expansion", { seed, length: keyBlockLength(this.suite) });
    this.keys = cutKeys(this.suite, block);
    this.records.incoming = protection(this.suite, this.keys.client);
    this.beforeKeys = this.records.transcript;
    await this.expect(RECORD.changeCipherSpec);
    await this.expect(RECORD.handshake);
    return flight;
  }

  /** The messages up to a client's CertificateVerify, which signs them. */
  signedByClient(verify: Buffer): Buffer {
    return this.beforeKeys.subarray(0, this.beforeKeys.length - MESSAGE_HEADER - verify.length);
  }

  changeCipherSpec(): void {
    this.records.send(RECORD.changeCipherSpec, Buffer.of(1));
    if (this.keys === null) throw new Error("there are no keys yet");
    this.records.outgoing = protection(this.suite, this.keys.server);
  }

  /** Our Finished message, or what the test says in its place. */
  finished(
    content: Uint8Array = verifyData(this.master, this.records.transcript, "server"),
  ): Buffer {
    return message(MESSAGE.finished, content);
  }

  /** A whole handshake, with nothing wrong. */
  async establish(): Promise<void> {
    await this.upToFinished();
    this.say(this.finished());
  }

  async upToFinished(): Promise<void> {
    await this.hear();
    this.flight();
    await this.clientFlight();
    this.changeCipherSpec();
  }

  async expect(type: number): Promise<Received> {
    const record = await this.records.next();
    if (record?.type === type) return record;
    const what = record === null ? "EOF" : `${record.type}: ${record.content.toString("hex")}`;
    throw new Error(`a record of type ${type} expected, not ${what}`);
  }
}

/** The secret number of a key on a curve. */
function scalarOf({ key }: Credentials): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
}

const P256 = 23;
const NAMED_CURVE = 3;
const ECDSA_WITH_SHA256 = 0x0403;
const RSA_WITH_SHA256 = 0x0401;
const ECDSA_SIGN = 64;
const SIGNATURES: readonly number[] = [ECDSA_WITH_SHA256, RSA_WITH_SHA256];

/** Type and length. */
const MESSAGE_HEADER = 4;
