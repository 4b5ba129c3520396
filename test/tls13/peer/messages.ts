import { uint16, vector8, vector16 } from "../../support/tls12-encoding.ts";
import { message } from "../../support/tls12-messages.ts";
import { Reader, uint32, vector24 } from "./bytes.ts";
import { MESSAGE } from "./numbers.ts";

/** A handshake message, with and without its header of four bytes. */
export interface Message {
  type: number;
  body: Buffer;
  whole: Buffer;
}

export interface Extension {
  type: number;
  content: Buffer;
}

export interface ClientHello {
  version: number;
  random: Buffer;
  sessionId: Buffer;
  suites: readonly number[];
  compressions: readonly number[];
  /** null: the message ends behind the compressions. */
  extensions: readonly Extension[] | null;
}

export interface ServerHello {
  version: number;
  random: Buffer;
  sessionId: Buffer;
  suite: number;
  compression: number;
  extensions: readonly Extension[];
}

/** The first message in a stream of handshake bytes; null if it is not whole. */
export function firstMessage(bytes: Buffer): Message | null {
  if (bytes.length < HEADER || bytes.length < HEADER + bytes.readUIntBE(1, 3)) return null;
  const whole = bytes.subarray(0, HEADER + bytes.readUIntBE(1, 3));
  return { type: whole.readUInt8(0), body: whole.subarray(HEADER), whole };
}

export function encodedClientHello(hello: ClientHello): Buffer {
  const extensions = hello.extensions === null ? [] : [encodedExtensions(hello.extensions)];
  const body = Buffer.concat([
    ...[uint16(hello.version), hello.random, vector8(hello.sessionId)],
    vector16(...hello.suites.map(uint16)),
    vector8(Buffer.from(hello.compressions)),
    ...extensions,
  ]);
  return message(MESSAGE.clientHello, body);
}

export function decodedClientHello(body: Buffer): ClientHello {
  const reader = new Reader(body);
  const hello = {
    ...{ version: reader.number(2), random: reader.take(32), sessionId: reader.vector(1) },
    suites: reader.each(2, (inner) => inner.number(2)),
    compressions: [...reader.vector(1)],
    extensions: reader.left === 0 ? null : readExtensions(reader),
  };
  reader.end();
  return hello;
}

export function encodedServerHello(hello: ServerHello): Buffer {
  const body = Buffer.concat([
    ...[uint16(hello.version), hello.random, vector8(hello.sessionId), uint16(hello.suite)],
    ...[Buffer.of(hello.compression), encodedExtensions(hello.extensions)],
  ]);
  return message(MESSAGE.serverHello, body);
}

export function decodedServerHello(body: Buffer): ServerHello {
  const reader = new Reader(body);
  const hello = {
    ...{ version: reader.number(2), random: reader.take(32), sessionId: reader.vector(1) },
    ...{ suite: reader.number(2), compression: reader.number(1) },
    extensions: reader.left === 0 ? [] : readExtensions(reader),
  };
  reader.end();
  return hello;
}

function encodedExtensions(extensions: readonly Extension[]): Buffer {
  return vector16(...extensions.flatMap(({ type, content }) => [uint16(type), vector16(content)]));
}

function readExtensions(reader: Reader): Extension[] {
  return reader.each(2, (inner) => ({ type: inner.number(2), content: inner.vector(2) }));
}

export function decodedExtensions(body: Buffer): Extension[] {
  const reader = new Reader(body);
  const extensions = readExtensions(reader);
  reader.end();
  return extensions;
}

export function encryptedExtensions(extensions: readonly Extension[]): Buffer {
  return message(MESSAGE.encryptedExtensions, encodedExtensions(extensions));
}

/** A chain in DER, each certificate with its extensions (RFC 8446, 4.4.2). */
export interface Chain {
  context?: Buffer;
  certificates: readonly Buffer[];
  extensions?: readonly Extension[];
}

export function certificate({ context = Buffer.of(), certificates, extensions = [] }: Chain) {
  const entries = certificates.map((der) =>
    Buffer.concat([vector24(der), encodedExtensions(extensions)]),
  );
  return message(MESSAGE.certificate, Buffer.concat([vector8(context), vector24(...entries)]));
}

export function decodedCertificate(body: Buffer): Required<Chain> {
  const reader = new Reader(body);
  const context = reader.vector(1);
  const extensions: Extension[] = [];
  const certificates = reader.each(3, (inner) => {
    const der = inner.vector(3);
    extensions.push(...readExtensions(inner));
    return der;
  });
  reader.end();
  return { context, certificates, extensions };
}

export interface Request {
  context?: Buffer;
  extensions: readonly Extension[];
}

export function certificateRequest({ context = Buffer.of(), extensions }: Request): Buffer {
  const body = [vector8(context), encodedExtensions(extensions)];
  return message(MESSAGE.certificateRequest, Buffer.concat(body));
}

export function decodedRequest(body: Buffer): Required<Request> {
  const reader = new Reader(body);
  const request = { context: reader.vector(1), extensions: readExtensions(reader) };
  reader.end();
  return request;
}

export function certificateVerify(scheme: number, signature: Uint8Array): Buffer {
  return message(MESSAGE.certificateVerify, Buffer.concat([uint16(scheme), vector16(signature)]));
}

export function decodedVerify(body: Buffer): { scheme: number; signature: Buffer } {
  const reader = new Reader(body);
  const verify = { scheme: reader.number(2), signature: reader.vector(2) };
  reader.end();
  return verify;
}

export function finished(content: Uint8Array): Buffer {
  return message(MESSAGE.finished, content);
}

export const UPDATE = { notRequested: 0, requested: 1 } as const;

export function keyUpdate(request: number): Buffer {
  return message(MESSAGE.keyUpdate, Buffer.of(request));
}

/** NewSessionTicket (RFC 8446, 4.6.1). */
export interface TicketMessage {
  lifetime: number;
  ageAdd: number;
  nonce: Buffer;
  ticket: Buffer;
  extensions: readonly Extension[];
}

export function encodedTicket(ticket: TicketMessage): Buffer {
  const body = Buffer.concat([
    ...[uint32(ticket.lifetime), uint32(ticket.ageAdd), vector8(ticket.nonce)],
    ...[vector16(ticket.ticket), encodedExtensions(ticket.extensions)],
  ]);
  return message(MESSAGE.newSessionTicket, body);
}

export function decodedTicket(body: Buffer): TicketMessage {
  const reader = new Reader(body);
  const ticket = {
    ...{ lifetime: reader.number(4), ageAdd: reader.number(4), nonce: reader.vector(1) },
    ...{ ticket: reader.vector(2), extensions: readExtensions(reader) },
  };
  reader.end();
  return ticket;
}

const HEADER = 4;
