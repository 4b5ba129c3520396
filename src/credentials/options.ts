import { LONGEST_TICKET, MOST_TICKETS, PROFILE_NAMES } from "../sandbox/engine-settings.ts";
import { GROUP_NAMES, groupsNamed } from "../sandbox/groups.ts";
import { own } from "../sandbox/own.ts";
import { isBytes } from "./bytes.ts";
import { normal, whyNoHostName } from "./server-names.ts";
import { whyNoTicketKeys } from "./ticket-keys.ts";
import { ArgumentTypeError, ArgumentValueError } from "./tls-error.ts";

/** What an option may be. */
export interface Rule {
  /** As the complaint has it: "must be …". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Why a value of that type is of no use, or null. */
  readonly refuses?: (value: never) => string | null;
}

/** One row an option. */
export type Rules = Readonly<Record<string, Rule>>;

/** PEM as text; PEM or DER as bytes. */
export type Credential = string | Uint8Array;

const isString = (value: unknown) => typeof value === "string";
const isCredential = (value: unknown) => isString(value) || isBytes(value);
const isObject = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (accepts: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && Array.from(value).every(accepts);

export const BOOLEAN: Rule = {
  expected: "a boolean",
  accepts: (value) => typeof value === "boolean",
};
export const STRING: Rule = { expected: "a string", accepts: isString };
export const OBJECT: Rule = { expected: "an object", accepts: isObject };
export const FUNCTION: Rule = {
  expected: "a function",
  accepts: (value) => typeof value === "function",
};
export const MILLISECONDS: Rule = {
  expected: "a number of milliseconds",
  accepts: (value) => typeof value === "number",
  refuses: (value: number) =>
    value >= 0 && Number.isFinite(value) ? null : "must be 0 or more, and finite",
};
const TICKETS: Rule = {
  expected: "a number",
  accepts: (value) => typeof value === "number",
  refuses: (value: number) =>
    Number.isInteger(value) && value >= 0 && value <= MOST_TICKETS
      ? null
      : `must be a whole number, 0 to ${MOST_TICKETS}`,
};
const SESSION_TIMEOUT: Rule = {
  expected: "a number of seconds",
  accepts: (value) => typeof value === "number",
  refuses: (value: number) =>
    Number.isInteger(value) && value >= 1 && value <= LONGEST_TICKET
      ? null
      : `must be a whole number, 1 to ${LONGEST_TICKET}`,
};
const TICKET_KEYS: Rule = {
  expected: "a Buffer or another Uint8Array, or an array of those",
  accepts: (value) => isBytes(value) || listOf(isBytes)(value),
  refuses: (value: Uint8Array | readonly Uint8Array[]) =>
    whyNoTicketKeys(isBytes(value) ? [value] : value),
};
const CREDENTIAL: Rule = {
  expected: "a string (PEM), a Buffer or another Uint8Array (PEM or DER)",
  accepts: isCredential,
};
const CREDENTIALS: Rule = {
  expected: `${CREDENTIAL.expected}, or an array of those`,
  accepts: (value) => isCredential(value) || listOf(isCredential)(value),
};
const KEY: Rule = {
  expected: `${CREDENTIAL.expected}, or an array with one of those`,
  accepts: (value) => isCredential(value) || listOf(isCredential)(value),
  refuses: (value: Credential | readonly Credential[]) =>
    !Array.isArray(value) || value.length === 1
      ? null
      : `has ${value.length} keys, and a server shows one: give those for other names in contexts`,
};
export const SERVER_NAME: Rule = {
  expected: "a string, or null",
  accepts: (value) => value === null || isString(value),
  refuses: (value: string | null) => (value === null ? null : whyNoHostName(value)),
};

/** What is said inside of TLS's first message; BearSSL's names are C's strings. */
const PROTOCOL_NAME = /^[\x21-\x7e]{1,255}$/;
const PROTOCOLS_MAX = 32;

const PROTOCOLS: Rule = {
  expected: "an array of strings",
  accepts: listOf(isString),
  refuses: (value: readonly string[]) => {
    const bad = value.find((name) => !PROTOCOL_NAME.test(name));
    if (bad !== undefined) return `has ${JSON.stringify(bad)}; a name is 1 to 255 visible ASCII`;
    return value.length > PROTOCOLS_MAX ? `has more than ${PROTOCOLS_MAX} names` : null;
  },
};
const PROFILE: Rule = {
  expected: `one of ${PROFILE_NAMES.join(", ")}`,
  accepts: isString,
  refuses: (value: string) =>
    PROFILE_NAMES.some((name) => name === value)
      ? null
      : `must be one of ${PROFILE_NAMES.join(", ")}. Received ${JSON.stringify(value)}`,
};
/** Node's names of versions. */
export const NODE_VERSIONS = {
  TLSv1: "1.0",
  "TLSv1.1": "1.1",
  "TLSv1.2": "1.2",
  "TLSv1.3": "1.3",
} as const;

const VERSION: Rule = {
  expected: `one of ${Object.keys(NODE_VERSIONS).join(", ")}`,
  accepts: isString,
  refuses: (value: string) =>
    Object.hasOwn(NODE_VERSIONS, value)
      ? null
      : `must be one of ${Object.keys(NODE_VERSIONS).join(", ")}. Received ${JSON.stringify(value)}`,
};
/** Node's word for the default. */
export const AUTO = "auto";
const GROUPS: Rule = {
  expected: `groups of ${GROUP_NAMES.join(", ")} with colons between them, or ${AUTO}`,
  accepts: isString,
  refuses: (value: string) =>
    value === AUTO || groupsNamed(value) !== null
      ? null
      : `must be groups of ${GROUP_NAMES.join(", ")}, each once, with colons between them. Received ${JSON.stringify(value)}`,
};
export const REQUEST: Rule = {
  expected: 'a boolean or "optional"',
  accepts: (value) => typeof value === "boolean" || value === "optional",
};

const PAIR: Rules = { key: KEY, sign: FUNCTION, cert: CREDENTIALS };

const CONTEXTS: Rule = {
  expected: "an object: for each server name one with key and cert",
  accepts: isObject,
  refuses: (value: Record<string, unknown>) => {
    const names = Object.keys(value).map(normal);
    for (const [name, pair] of Object.entries(value)) {
      checkOptions(pair as object, PAIR, `contexts.${name}`);
    }
    return names.length === new Set(names).size ? null : "has one name twice";
  },
};

/** What a SecureContext is made of. */
export const CONTEXT_OPTIONS: Rules = {
  ...PAIR,
  contexts: CONTEXTS,
  ca: CREDENTIALS,
  allowPartialTrustChain: BOOLEAN,
  profile: PROFILE,
  minVersion: VERSION,
  maxVersion: VERSION,
  ecdhCurve: GROUPS,
  keepExporter: BOOLEAN,
  keyLog: FUNCTION,
  ALPNProtocols: PROTOCOLS,
  tickets: TICKETS,
  ticketKeys: TICKET_KEYS,
  sessionTimeout: SESSION_TIMEOUT,
};

/** Options of Node's that others stand for here. */
const INSTEAD: Readonly<Record<string, string>> = {
  ciphers: "choose a profile",
  secureProtocol: "choose a profile",
  SNICallback: "give contexts",
  ALPNCallback: "give ALPNProtocols",
  passphrase: "decrypt the key first",
  privateKeyEngine: "give sign, which may ask any device",
  privateKeyIdentifier: "give sign, which may ask any device",
  pfx: "give key and cert",
  checkServerIdentity: "the server's certificate is for servername, or refused",
};

/**
 * Throws at once when something is not as the rules say: an option that is misspelt, and so ignored,
 * could be the one that asks for a certificate.
 *
 * @param where what stands before an option's name in complaints
 * @returns the options themselves, without whatever Object.prototype has
 * @throws `ArgumentTypeError` `ArgumentValueError`
 */
export function checkOptions<T extends object>(given: T, rules: Rules, where = ""): T {
  const prefix = where === "" ? "" : `${where}.`;
  if (!isObject(given)) throw new ArgumentTypeError(where || "options", "an object", given);
  const options = own(given);
  for (const [name, value] of Object.entries(options)) {
    const rule = own(rules)[name];
    if (rule === undefined) throw new ArgumentValueError(`${prefix}${name}`, unknown(name, rules));
    if (value === undefined) continue;
    const { accepts, expected, refuses } = own(rule);
    if (!accepts(value)) throw new ArgumentTypeError(`${prefix}${name}`, expected, value);
    const reason = refuses?.(value as never) ?? null;
    if (reason !== null) throw new ArgumentValueError(`${prefix}${name}`, reason);
  }
  return options;
}

/** Those of the options that the rules know. */
export function pick<T extends object>(options: T, rules: Rules): Partial<T> {
  const known = Object.entries(options).filter(([name]) => Object.hasOwn(rules, name));
  return own(Object.fromEntries(known) as Partial<T>);
}

function unknown(name: string, rules: Rules): string {
  const known = Object.keys(rules);
  const near = known.find((one) => one.toLowerCase() === name.toLowerCase());
  if (near !== undefined) return `is not known; it is spelt ${near}`;
  const instead = own(INSTEAD)[name];
  if (instead !== undefined) return `of Node's is not known here: ${instead}`;
  return `is not known; there are ${known.join(", ")}`;
}
