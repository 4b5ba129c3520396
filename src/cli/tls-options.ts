import { type OptionGroup, UsageError, unsigned } from "./options.ts";
import { asGiven, readingsOf, switchesOf } from "./rows.ts";

/** What a tunnel goes by, whichever side it is of. */
export interface TunnelOptions {
  closeNotify: boolean;
  enforceCloseNotify: boolean;
  verbosity: number;
  /** Milliseconds; 0 is for ever. */
  handshakeTimeout: number;
  /** Judge what a start would, and serve nothing. */
  check: boolean;
}

/** What the command line of a TLS server says about the connection. */
export interface TlsSettings extends TunnelOptions {
  clientCertificate: "none" | "optional" | "mandatory";
  /** A CA that did not issue itself vouches without the one that did. */
  partialChain: boolean;
  keepEnvironment: boolean;
  sniLevel: number;
  /** null: not given. */
  profile: string | null;
  /** The oldest and the newest version of TLS, as in 1.2; null: not given. */
  minVersion: string | null;
  maxVersion: string | null;
  /** In which keys are exchanged; null: not given. */
  keyGroups: string | null;
  /** Application protocols (ALPN), the best first; none: it isn't spoken of. */
  alpn: readonly string[];
  /** Session tickets that a client gets after a full handshake. */
  tickets: number;
  /** Seconds. */
  ticketLifetime: number;
}

/** A ticket's key is of one period of six hours, and opens tickets in the next one, too. */
export const LONGEST_LIFETIME = 21_600;

export const DEFAULTS: Readonly<TlsSettings> = {
  closeNotify: false,
  enforceCloseNotify: false,
  clientCertificate: "none",
  partialChain: false,
  keepEnvironment: false,
  verbosity: 1,
  handshakeTimeout: 0,
  check: false,
  sniLevel: 0,
  profile: null,
  minVersion: null,
  maxVersion: null,
  keyGroups: null,
  alpn: [],
  tickets: 2,
  ticketLifetime: LONGEST_LIFETIME,
};

/** Of servers and of clients alike. */
type Shared = Omit<TlsSettings, "sniLevel">;
type Group = OptionGroup<Shared>;

const flag = switchesOf<Shared>();
const value = readingsOf<Shared>();

export const closeNotify: Group = [
  flag(
    ["S", "close-notify"],
    "Send close_notify when prog sends EOF. Before TLS 1.3 that breaks the connection.",
    ["closeNotify", true],
  ),
  flag(
    ["s", "no-close-notify"],
    "Transmit prog's EOF by half-closing the TCP connection. The default.",
    ["closeNotify", false],
  ),
];

export const enforceCloseNotify: Group = [
  flag(
    ["J", "enforce-close-notify"],
    "Take an EOF from the peer without close_notify for an error.",
    ["enforceCloseNotify", true],
  ),
  flag(
    ["j", "no-enforce-close-notify"],
    "Take any EOF from the peer for a normal one. The default.",
    ["enforceCloseNotify", false],
  ),
];

export const partialChain: Group = [
  flag(
    ["", "partial-chain"],
    "Let a CA in CADIR or CAFILE that another CA issued vouch by itself. " +
      "Without it, the CA above it must be there, too.",
    ["partialChain", true],
  ),
];

export const keepEnvironment: Group = [
  flag(
    ["Z", "keep"],
    "Leave the variables that name keys and certificates in prog's environment.",
    ["keepEnvironment", true],
  ),
  flag(["z", "no-keep"], "Remove them. The default.", ["keepEnvironment", false]),
];

export const verbosity: Group = [
  value(
    ["v", "verbosity"],
    ["verbosity", "0: quiet. 1, the default: errors. 2: a line about each connection, too."],
    ["verbosity", unsigned],
  ),
];

export const check: Group = [
  flag(
    ["", "check"],
    "Judge options, keys and certificates as a start would, and exit as it would, or with 0: nothing is served or run.",
    ["check", true],
  ),
];

/** @param byDefault what holds without it, in words */
export function handshakeTimeout(byDefault = "0"): Group {
  return [
    value(
      ["K", "handshake-timeout"],
      [
        "kimeout",
        `Give up if the handshake takes more than so many milliseconds; 0: never. The default is ${byDefault}.`,
      ],
      ["handshakeTimeout", unsigned],
    ),
  ];
}

const VERSIONS = ["1.0", "1.1", "1.2", "1.3"];

function version(value: string): string {
  if (VERSIONS.includes(value)) return value;
  throw new UsageError(`unknown version of TLS ${value}; there are ${VERSIONS.join(", ")}`);
}

/** Which versions and suites. */
export const offer: Group = [
  value(
    ["", "tls-profile"],
    ["profile", "Versions and suites on offer: strict, modern (the default), compat or legacy."],
    ["profile", asGiven],
  ),
  value(
    ["", "tls-min"],
    ["version", "Of the profile's versions, only this one (1.0 to 1.3) and newer ones."],
    ["minVersion", version],
  ),
  value(
    ["", "tls-max"],
    ["version", "Of the profile's versions, only this one (1.0 to 1.3) and older ones."],
    ["maxVersion", version],
  ),
];

export const keyGroups: Group = [
  value(
    ["", "groups"],
    [
      "list",
      "Groups in which keys may be exchanged, the best first, with colons between them: " +
        "X25519MLKEM768, X25519, secp256r1, secp384r1 or secp521r1.",
    ],
    ["keyGroups", asGiven],
  ),
];

/** What an engine has room for. */
const PROTOCOLS_MAX = 32;

export const alpn: Group = [
  {
    long: "alpn",
    value: "list",
    about:
      "Application protocols (ALPN) to agree on, the best first, with commas between them, such as h2,http/1.1. A server refuses a client that names others only.",
    apply: (settings, value) => {
      const names = value.split(",");
      const wrong = names.find((name) => !/^[\x21-\x7e]{1,255}$/.test(name));
      if (wrong !== undefined)
        throw new UsageError(`not a protocol's name: "${wrong}" in ${value}`);
      if (names.length > PROTOCOLS_MAX)
        throw new UsageError(`more than ${PROTOCOLS_MAX} protocols`);
      if (new Set(names).size < names.length) throw new UsageError(`one of them twice: ${value}`);
      settings.alpn = names;
    },
    spell: ({ alpn }) => (alpn.length === 0 ? null : alpn.join(",")),
  },
];
