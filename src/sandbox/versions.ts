import { BR_TLS10, BR_TLS11, BR_TLS12 } from "./abi.ts";

/** TLS 1.3 on the wire (RFC 8446, 4.2.1): BearSSL has no name for it. */
export const VERSION_TLS13 = 0x0304;

/** By the names that settings have for them; the numbers are those on the wire. */
export const VERSION_NUMBERS = {
  "1.0": BR_TLS10,
  "1.1": BR_TLS11,
  "1.2": BR_TLS12,
  "1.3": VERSION_TLS13,
} as const;

export type Version = keyof typeof VERSION_NUMBERS;

/** OpenSSL's names. 0: there is none yet. */
const PROTOCOLS = new Map<number, string>([
  [0, ""],
  [BR_TLS10, "TLSv1"],
  [BR_TLS11, "TLSv1.1"],
  [BR_TLS12, "TLSv1.2"],
  [VERSION_TLS13, "TLSv1.3"],
]);

/** undefined: that is no version. */
export function protocolOf(version: number): string | undefined {
  return PROTOCOLS.get(version);
}
