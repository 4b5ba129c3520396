import { ProxyHeaderError } from "./header.ts";

/**
 * What a proxy tells ends up in prog's environment and in logs: each value has an alphabet and a
 * bound, and a header with another one is refused.
 */

/** RFC 1035, 2.3.4. */
const NAME_MAX = 255;
/** Longer than any name of a protocol or a suite. */
const TOKEN_MAX = 64;
/** RFC 5280, A.1 (ub-common-name is 64), with room for what certificates really hold. */
const COMMON_NAME_MAX = 256;

/** The name of a protocol or of a cipher suite. */
export function token(text: string): string {
  return checked(text, /^[A-Za-z0-9._+:-]+$/, TOKEN_MAX);
}

/** A host name as in server_name (RFC 6066, 3), and for proxies of other protocols a URI's host. */
export function tlsName(text: string): string {
  return checked(text, /^[\x21-\x7e]+$/, NAME_MAX);
}

/** A common name or a path: any text without control characters. */
export function commonName(text: string): string {
  return checked(text, /^\P{Cc}*$/u, COMMON_NAME_MAX);
}

function checked(text: string, alphabet: RegExp, longest: number): string {
  if (text.length <= longest && alphabet.test(text)) return text;
  throw new ProxyHeaderError("a text of it is too long or has characters that don't belong there");
}
