import { uint16, vector8, vector16 } from "../../support/tls12-encoding.ts";
import { list16, Reader } from "./bytes.ts";
import type { Extension } from "./messages.ts";
import { EXTENSION } from "./numbers.ts";

/** The contents of extensions as a right peer writes them (RFC 8446, 4.2). */

export interface KeyShare {
  group: number;
  shown: Uint8Array;
}

export function extension(type: number, ...content: Uint8Array[]): Extension {
  return { type, content: Buffer.concat(content) };
}

export function serverName(name: string): Extension {
  const entry = [Buffer.of(0), vector16(Buffer.from(name))];
  return extension(EXTENSION.serverName, vector16(...entry));
}

export function supportedGroups(groups: readonly number[]): Extension {
  return extension(EXTENSION.supportedGroups, list16(groups));
}

export function signatureAlgorithms(schemes: readonly number[]): Extension {
  return extension(EXTENSION.signatureAlgorithms, list16(schemes));
}

export function supportedVersions(versions: readonly number[]): Extension {
  return extension(EXTENSION.supportedVersions, vector8(...versions.map(uint16)));
}

/** In a ServerHello or HelloRetryRequest. */
export function selectedVersion(version: number): Extension {
  return extension(EXTENSION.supportedVersions, uint16(version));
}

export function pskModes(modes: readonly number[]): Extension {
  return extension(EXTENSION.pskModes, vector8(Buffer.from(modes)));
}

export function keyShares(shares: readonly KeyShare[]): Extension {
  return extension(EXTENSION.keyShare, vector16(...shares.map(entry)));
}

/** In a ServerHello. */
export function chosenShare(share: KeyShare): Extension {
  return extension(EXTENSION.keyShare, entry(share));
}

/** In a HelloRetryRequest. */
export function chosenGroup(group: number): Extension {
  return extension(EXTENSION.keyShare, uint16(group));
}

export function cookie(content: Uint8Array): Extension {
  return extension(EXTENSION.cookie, vector16(content));
}

export function alpn(protocols: readonly string[]): Extension {
  return extension(
    EXTENSION.alpn,
    vector16(...protocols.map((name) => vector8(Buffer.from(name)))),
  );
}

export function recordSizeLimit(limit: number): Extension {
  return extension(EXTENSION.recordSizeLimit, uint16(limit));
}

export function earlyData(): Extension {
  return extension(EXTENSION.earlyData);
}

export function contentOf(extensions: readonly Extension[], type: number): Buffer | null {
  return extensions.find((one) => one.type === type)?.content ?? null;
}

export function readKeyShares(content: Buffer): { group: number; shown: Buffer }[] {
  return new Reader(content).each(2, readEntry);
}

export function readKeyShare(content: Buffer): { group: number; shown: Buffer } {
  return readEntry(new Reader(content));
}

export function readList16(content: Buffer): number[] {
  return new Reader(content).each(2, (inner) => inner.number(2));
}

function entry({ group, shown }: KeyShare): Buffer {
  return Buffer.concat([uint16(group), vector16(shown)]);
}

function readEntry(reader: Reader): { group: number; shown: Buffer } {
  return { group: reader.number(2), shown: reader.vector(2) };
}
