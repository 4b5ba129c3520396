/** The companions' page: keys and certificates of s6-tlsd-io, the default pair and those for names. */
import { expect } from "vitest";
import { scratchFile } from "../../support/scratch.ts";
import { choosesByName, knowsNamesOnly, shown } from "../behaviours/server-names.ts";
import { command, type Row, type Section } from "../statement.ts";
import { askingFor, authority, NAMELESS, pairFor, refused, visit } from "../visit.ts";

export function serverCredentials(text: string): Section[] {
  return [
    { text, section: "Keys and certificates", rows: [...KEYS, ...CERTIFICATES] },
    { text, section: "Server names", rows: NAMES },
  ];
}

const FORMS = [
  ["PKCS#8", "P-256", "pkcs8"],
  ["SEC1", "P-256", "sec1"],
  ["PKCS#1", "RSA-2048", "pkcs1"],
] as const;

const KEYS: Row[] = FORMS.flatMap(([name, kind, type]) =>
  (["pem", "der"] as const).map(
    (format): Row => [
      `KEYFILE may be ${name} in ${format.toUpperCase()}.`,
      async () => {
        const issued = authority.issue({ kind });
        const exported = issued.key.export({ type, format } as { type: "pkcs8"; format: "pem" });
        const pair = { ...issued, keyFile: scratchFile(`key.${format}`, exported) };
        expect((await visit({ credentials: pair, says: "hello" })).answer).toBe("hello");
      },
    ],
  ),
);

const CERTIFICATES: Row[] = [
  [
    "CERTFILE may be a PEM chain, in order.",
    command(
      "certificate-chain",
      "a chain with two intermediates is verified by openssl against its root",
    ),
  ],
  ["CERTFILE may be DER.", command("certificate-chain", "a single certificate may be in DER")],
];

const exact = authority.issue({ name: "exact.test" });
const wild = authority.issue({ name: "wild.test" });

/** A call with these pairs, and the default pair. */
function having(...pairs: Record<string, string>[]) {
  return { options: "-k 1", environment: Object.assign({}, ...pairs) as Record<string, string> };
}

const NAMES: Row[] = [
  ["With a nonzero snilevel: KEYFILE:x with CERTFILE:x, too.", () => choosesByName("-k 1")],
  [
    "x may be *.example.com, which stands for one label.",
    async () => {
      const call = having(pairFor("*.example.com", wild));
      expect(await shown("www.example.com", call)).toBe("wild.test");
    },
  ],
  [
    "It stands neither for two labels nor for none.",
    async () => {
      const call = having(pairFor("*.example.com", wild));
      expect(await shown("a.www.example.com", call)).toBe("server.test");
      expect(await shown("example.com", call)).toBe("server.test");
    },
  ],
  [
    "A wildcard never stands for a whole top-level domain.",
    async () => {
      const call = having(pairFor("*.com", wild), pairFor("*", wild));
      expect(await shown("example.com", call)).toBe("server.test");
      expect(await shown("localhost", call)).toBe("server.test");
    },
  ],
  [
    "Names compare without case.",
    async () => {
      const call = having(pairFor("Exact.TEST", exact), pairFor("*.EXAMPLE.com", wild));
      expect(await shown("eXACT.test", call)).toBe("exact.test");
      expect(await shown("WWW.example.COM", call)).toBe("wild.test");
    },
  ],
  [
    "The exact name comes before the wildcard.",
    async () => {
      const call = having(pairFor("*.example.com", wild), pairFor("www.example.com", exact));
      expect(await shown("www.example.com", call)).toBe("exact.test");
    },
  ],
  [
    "The wildcard comes before the default pair.",
    async () => {
      const call = having(pairFor("*.example.com", wild));
      expect(await shown("www.example.com", call)).toBe("wild.test");
    },
  ],
  [
    "The default pair is for any other name, and for none.",
    async () => {
      const call = having(pairFor("exact.test", exact));
      expect(await shown("other.test", call)).toBe("server.test");
      expect((await visit({ ...call, client: NAMELESS })).server).toBe("server.test");
    },
  ],
  ["With snilevel 2 or more there is no default pair.", () => knowsNamesOnly("-k 2")],
  ...(["another name", "no name"] as const).map(
    (what): Row => [
      `With snilevel 2 or more a client with ${what} is refused.`,
      async () => {
        const client = what === "no name" ? NAMELESS : askingFor("other.test");
        const environment = pairFor("exact.test", exact);
        expect((await refused({ options: "-k 2", environment, client })).code).toBe(98);
      },
    ],
  ),
];
