import { element, oid, sequence } from "../engine/der.ts";

/** Names of subjects and issuers in DER (RFC 5280, 4.1.2.4), of any kind of string. */

const ATTRIBUTES = {
  CN: "2.5.4.3",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  serialNumber: "2.5.4.5",
  emailAddress: "1.2.840.113549.1.9.1",
  DC: "0.9.2342.19200300.100.1.25",
} as const;

/** Tags of strings (X.680, 8.4). */
export const STRING = {
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  universal: 0x1c,
  bmp: 0x1e,
} as const;

/** A value of the given type of string, in UTF-8 unless bytes are given. */
export type Attribute = readonly [
  type: keyof typeof ATTRIBUTES,
  value: string | Uint8Array,
  string?: keyof typeof STRING,
];

/** A name of one attribute after the other. */
export function name(...attributes: Attribute[]): Buffer {
  return nameOfSets(...attributes.map((attribute) => [attribute]));
}

/** A name some of whose parts have several values. */
export function nameOfSets(...sets: readonly Attribute[][]): Buffer {
  return sequence(...sets.map((set) => element(0x31, ...set.map(pair))));
}

function pair([type, value, string = "utf8"]: Attribute): Buffer {
  return sequence(oid(ATTRIBUTES[type]), element(STRING[string], Buffer.from(value)));
}

/** UTF-16 in the order of the network, as a BMPString has it. */
export function utf16(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

/** Characters by their numbers, as a UniversalString has them. */
export function utf32(...codes: number[]): Buffer {
  return Buffer.concat(
    codes.map((code) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(code);
      return bytes;
    }),
  );
}
