import { type OptionGroup, UsageError } from "./options.ts";
import { switchesOf } from "./rows.ts";

/** Whose certificates are let in, besides that a CA vouches for them. */
export interface AdmissionSettings {
  /** Any of these is enough; none: all are. */
  admitted: readonly {
    readonly kind: "CN" | "OU" | "DNS" | "URI" | "SPKI";
    readonly value: string;
  }[];
  /** All are, and that is meant so. */
  admitsAll: boolean;
}

type Group = OptionGroup<AdmissionSettings>;

const flag = switchesOf<AdmissionSettings>();
type Kind = AdmissionSettings["admitted"][number]["kind"];

function named(long: string, kind: Kind, about: string): Group[number] {
  return {
    long,
    value: "name",
    about: `Let in clients whose certificate has this ${about}, exactly. May be given more than once.`,
    apply: (settings, value) => {
      if (value === "") throw new UsageError("the name is empty");
      settings.admitted = [...settings.admitted, { kind, value }];
    },
    spell: (settings) => admittedBy(settings, kind),
  };
}

function key(long: string, about: string): Group[number] {
  return {
    long,
    value: "sha256//base64",
    about,
    apply: (settings, value) => {
      settings.admitted = [
        ...settings.admitted,
        ...value.split(";").map((one) => ({ kind: "SPKI" as const, value: keyHash(one) })),
      ];
    },
    spell: (settings) => admittedBy(settings, "SPKI").map((hash) => `sha256//${hash}`),
  };
}

function admittedBy({ admitted }: AdmissionSettings, kind: Kind): string[] {
  return admitted.filter((rule) => rule.kind === kind).map(({ value }) => value);
}

/** Of servers: each demands a certificate of one of the CAs. */
export const admission: Group = [
  named("allow-cn", "CN", "common name"),
  named("allow-ou", "OU", "organizational unit"),
  named("allow-dns", "DNS", "DNS name among its alternative names"),
  named("allow-uri", "URI", "URI among its alternative names"),
  key(
    "allow-spki",
    "Let in clients with this key: the SHA-256 of its public key info, as curl's --pinnedpubkey has it.",
  ),
  flag(
    ["", "allow-all"],
    "Let in all clients with a certificate of one of the CAs. The default with --cacert.",
    ["admitsAll", true],
  ),
];

/** Of clients. */
export const pins: Group = [
  key(
    "pin",
    "Besides what --cacert says, the server must have this key: the SHA-256 of its public key info, as curl's --pinnedpubkey has it; several with semicolons between them.",
  ),
];

/** 32 bytes in base64. */
function keyHash(text: string): string {
  const hash = /^sha256\/\/([A-Za-z0-9+/]{43}=)$/.exec(text)?.[1];
  if (hash !== undefined && Buffer.from(hash, "base64").toString("base64") === hash) return hash;
  throw new UsageError(`not sha256// and 32 bytes in base64: ${text}`);
}
