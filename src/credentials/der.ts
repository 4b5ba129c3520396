/** DER as far as messages about our own files need it. Nothing is believed, and nothing throws. */

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** [0]: a certificate's version, a request's attributes. */
export const TAG = { integer: 0x02, oid: 0x06, utcTime: 0x17, sequence: 0x30, zero: 0xa0 } as const;

/** The DER elements in bytes (X.690, 8.1), as far as they are whole. */
export function elements(bytes: Uint8Array = new Uint8Array(0)): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const [tag = 0, first = 0] = bytes.subarray(at);
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const begin = at + 2 + octets;
    const digits = bytes.subarray(at + 2, begin);
    const length = octets === 0 ? first : digits.reduce((sum, digit) => sum * 256 + digit, 0);
    if (begin + length > bytes.length) return found;
    found.push({ tag, content: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return found;
}

/** Behind serial number, algorithm and issuer (RFC 5280, 4.1); a subject stands between the two. */
export const PART = { validity: 3, key: 5 } as const;

/** The parts of a TBSCertificate without its version, as PART numbers them. */
export function certificateParts(der: Uint8Array): Element[] {
  const [whole] = elements(der);
  const [tbs] = elements(whole?.content);
  return partsOf(tbs?.content);
}

/** @param tbs the content of what is signed: a TBSCertificate or a CertificationRequestInfo */
export function partsOf(tbs: Uint8Array | undefined): Element[] {
  return elements(tbs).filter(({ tag }) => tag !== TAG.zero);
}
