import { element, integer, octets, oid, sequence } from "../engine/der.ts";

/** Extensions of certificates in DER (RFC 5280, 4.2). */

const TRUE = element(0x01, Buffer.of(0xff));

/** Bits of a key usage (4.2.1.3), as its only byte has them. */
export const USAGE = {
  digitalSignature: 0x80,
  keyEncipherment: 0x20,
  keyAgreement: 0x08,
  keyCertSign: 0x04,
} as const;

/** Purposes of an extended key usage (4.2.1.12). */
export const PURPOSE = {
  any: "2.5.29.37.0",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  emailProtection: "1.3.6.1.5.5.7.3.4",
} as const;

/** Tags of alternative names (4.2.1.6). */
const ALTERNATIVE = {
  other: 0xa0,
  email: 0x81,
  DNS: 0x82,
  /** With a whole Name in it (names.ts). */
  directory: 0xa4,
  URI: 0x86,
  IP: 0x87,
  registeredID: 0x88,
} as const;

export type Alternative = readonly [kind: keyof typeof ALTERNATIVE, value: string | Uint8Array];

export const extension = {
  constraints({ ca, pathLength }: { ca: boolean; pathLength?: number }): Buffer {
    const length = pathLength === undefined ? [] : [integer(Buffer.of(pathLength))];
    return of("2.5.29.19", sequence(...(ca ? [TRUE] : []), ...length), true);
  },

  keyUsage(...usages: (keyof typeof USAGE)[]): Buffer {
    const bits = usages.reduce((sum, usage) => sum | USAGE[usage], 0);
    return of("2.5.29.15", element(0x03, Buffer.of(0, bits)), true);
  },

  extendedKeyUsage(...purposes: (keyof typeof PURPOSE)[]): Buffer {
    return of("2.5.29.37", sequence(...purposes.map((purpose) => oid(PURPOSE[purpose]))));
  },

  /** One that must be understood. */
  criticalExtendedKeyUsage(...purposes: (keyof typeof PURPOSE)[]): Buffer {
    return of("2.5.29.37", sequence(...purposes.map((purpose) => oid(PURPOSE[purpose]))), true);
  },

  alternativeNames(...names: Alternative[]): Buffer {
    return of("2.5.29.17", sequence(...names.map(generalName)));
  },

  /** As they must be where there is no subject (4.1.2.6). */
  criticalAlternativeNames(...names: Alternative[]): Buffer {
    return of("2.5.29.17", sequence(...names.map(generalName)), true);
  },

  /** Only for names within some subtrees, and not within others (4.2.1.10). */
  nameConstraints({ permitted = [], excluded = [], critical = true }: NameConstraints): Buffer {
    const lists = [
      ...(permitted.length === 0 ? [] : [element(0xa0, ...permitted.map(subtree))]),
      ...(excluded.length === 0 ? [] : [element(0xa1, ...excluded.map(subtree))]),
    ];
    return of("2.5.29.30", sequence(...lists), critical);
  },

  /** Where the list of what was revoked is (4.2.1.13). */
  revocationList(url: string, critical = false): Buffer {
    const fullName = element(0xa0, element(ALTERNATIVE.URI, Buffer.from(url)));
    return of("2.5.29.31", sequence(sequence(element(0xa0, fullName))), critical);
  },

  /** Where to ask by OCSP (4.2.2.1). */
  ocspResponder(url: string): Buffer {
    const location = element(ALTERNATIVE.URI, Buffer.from(url));
    return of("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.1"), location)));
  },

  /** The server has to bring OCSP's answer along: status_request (RFC 7633). */
  mustStaple({ critical }: { critical: boolean }): Buffer {
    return of("1.3.6.1.5.5.7.1.24", sequence(integer(Buffer.of(5))), critical);
  },

  /** One that nobody knows. */
  unknown({ critical, size = 0 }: { critical: boolean; size?: number }): Buffer {
    return of("1.3.6.1.4.1.99999.1", octets(Buffer.alloc(size)), critical);
  },
};

export interface NameConstraints {
  permitted?: readonly Alternative[];
  excluded?: readonly Alternative[];
  critical?: boolean;
}

function generalName([kind, value]: Alternative): Buffer {
  return element(ALTERNATIVE[kind], Buffer.from(value));
}

function subtree(base: Alternative): Buffer {
  return sequence(generalName(base));
}

/** Any extension, by its number and the contents of its value. */
export function extensionOf(number: string, value: Uint8Array, critical = false): Buffer {
  return of(number, value, critical);
}

function of(number: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(number), ...(critical ? [TRUE] : []), octets(value));
}
