import { flag, never, type OptionGroup, text, UsageError, unsigned } from "./options.ts";

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

const MOST_TICKETS = 4;

/** A ticket's key is of one period of six hours, and opens tickets in the next one, too. */
const LONGEST_LIFETIME = 21_600;

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

type Group = OptionGroup<TlsSettings>;
type TunnelGroup = OptionGroup<TunnelOptions>;

export const closeNotify: TunnelGroup = [
  {
    short: "S",
    long: "close-notify",
    about: "Send close_notify when prog sends EOF. Before TLS 1.3 that breaks the connection.",
    apply: (settings) => {
      settings.closeNotify = true;
    },
    spell: ({ closeNotify }) => flag(closeNotify),
  },
  {
    short: "s",
    long: "no-close-notify",
    about: "Transmit prog's EOF by half-closing the TCP connection. The default.",
    apply: (settings) => {
      settings.closeNotify = false;
    },
    spell: ({ closeNotify }) => flag(!closeNotify),
  },
];

export const enforceCloseNotify: TunnelGroup = [
  {
    short: "J",
    long: "enforce-close-notify",
    about: "Take an EOF from the peer without close_notify for an error.",
    apply: (settings) => {
      settings.enforceCloseNotify = true;
    },
    spell: ({ enforceCloseNotify }) => flag(enforceCloseNotify),
  },
  {
    short: "j",
    long: "no-enforce-close-notify",
    about: "Take any EOF from the peer for a normal one. The default.",
    apply: (settings) => {
      settings.enforceCloseNotify = false;
    },
    spell: ({ enforceCloseNotify }) => flag(!enforceCloseNotify),
  },
];

export const clientCertificate: Group = [
  {
    short: "Y",
    long: "client-cert",
    about: "Request an optional client certificate.",
    apply: (settings) => {
      settings.clientCertificate = "optional";
    },
    spell: ({ clientCertificate }) => flag(clientCertificate === "optional"),
  },
  {
    short: "y",
    long: "mandatory-client-cert",
    about: "Request a mandatory client certificate.",
    apply: (settings) => {
      settings.clientCertificate = "mandatory";
    },
    spell: ({ clientCertificate }) => flag(clientCertificate === "mandatory"),
  },
];

export const partialChain: OptionGroup<{ partialChain: boolean }> = [
  {
    long: "partial-chain",
    about:
      "Let a CA in CADIR or CAFILE that another CA issued vouch by itself. " +
      "Without it, the CA above it must be there, too.",
    apply: (settings) => {
      settings.partialChain = true;
    },
    spell: ({ partialChain }) => flag(partialChain),
  },
];

export const keepEnvironment: OptionGroup<{ keepEnvironment: boolean }> = [
  {
    short: "Z",
    long: "keep",
    about: "Leave the variables that name keys and certificates in prog's environment.",
    apply: (settings) => {
      settings.keepEnvironment = true;
    },
    spell: ({ keepEnvironment }) => flag(keepEnvironment),
  },
  {
    short: "z",
    long: "no-keep",
    about: "Remove them. The default.",
    apply: (settings) => {
      settings.keepEnvironment = false;
    },
    spell: ({ keepEnvironment }) => flag(!keepEnvironment),
  },
];

export const verbosity: TunnelGroup = [
  {
    short: "v",
    long: "verbosity",
    value: "verbosity",
    about: "0: quiet. 1, the default: errors. 2: a line about each connection, too.",
    apply: (settings, value) => {
      settings.verbosity = unsigned(value);
    },
    spell: ({ verbosity }) => text(verbosity),
  },
];

export const check: TunnelGroup = [
  {
    long: "check",
    about:
      "Judge options, keys and certificates as a start would, and exit as it would, or with 0: nothing is served or run.",
    apply: (settings) => {
      settings.check = true;
    },
    spell: ({ check }) => flag(check),
  },
];

/** @param byDefault what holds without it, in words */
export function handshakeTimeout(byDefault = "0"): TunnelGroup {
  return [
    {
      short: "K",
      long: "handshake-timeout",
      value: "kimeout",
      about: `Give up if the handshake takes more than so many milliseconds; 0: never. The default is ${byDefault}.`,
      apply: (settings, value) => {
        settings.handshakeTimeout = unsigned(value);
      },
      spell: ({ handshakeTimeout }) => text(handshakeTimeout),
    },
  ];
}

export const sniLevel: Group = [
  {
    short: "k",
    long: "sni-level",
    value: "snilevel",
    about:
      "1: choose the chain by server name. 2: and refuse other names. 0, the default: neither.",
    apply: (settings, value) => {
      settings.sniLevel = unsigned(value);
    },
    spell: ({ sniLevel }) => text(sniLevel),
  },
  {
    long: "sni",
    about: "The same as -k 1.",
    apply: (settings) => {
      settings.sniLevel = 1;
    },
    spell: never,
  },
  {
    long: "mandatory-sni",
    about: "The same as -k 2.",
    apply: (settings) => {
      settings.sniLevel = 2;
    },
    spell: never,
  },
];

const VERSIONS = ["1.0", "1.1", "1.2", "1.3"];

function version(value: string): string {
  if (VERSIONS.includes(value)) return value;
  throw new UsageError(`unknown version of TLS ${value}; there are ${VERSIONS.join(", ")}`);
}

/** Which versions and suites. */
export const offer: OptionGroup<Pick<TlsSettings, "profile" | "minVersion" | "maxVersion">> = [
  {
    long: "tls-profile",
    value: "profile",
    about: "Versions and suites on offer: strict, modern (the default), compat or legacy.",
    apply: (settings, value) => {
      settings.profile = value;
    },
    spell: ({ profile }) => text(profile),
  },
  {
    long: "tls-min",
    value: "version",
    about: "Of the profile's versions, only this one (1.0 to 1.3) and newer ones.",
    apply: (settings, value) => {
      settings.minVersion = version(value);
    },
    spell: ({ minVersion }) => text(minVersion),
  },
  {
    long: "tls-max",
    value: "version",
    about: "Of the profile's versions, only this one (1.0 to 1.3) and older ones.",
    apply: (settings, value) => {
      settings.maxVersion = version(value);
    },
    spell: ({ maxVersion }) => text(maxVersion),
  },
];

export const keyGroups: OptionGroup<{ keyGroups: string | null }> = [
  {
    long: "groups",
    value: "list",
    about:
      "Groups in which keys may be exchanged, the best first, with colons between them: " +
      "X25519MLKEM768, X25519, secp256r1, secp384r1 or secp521r1.",
    apply: (settings, value) => {
      settings.keyGroups = value;
    },
    spell: ({ keyGroups }) => text(keyGroups),
  },
];

/** What an engine has room for. */
const PROTOCOLS_MAX = 32;

export const alpn: OptionGroup<{ alpn: readonly string[] }> = [
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

/** Resumption of sessions (RFC 8446, 2.2). */
export const tickets: OptionGroup<Pick<TlsSettings, "tickets">> = [
  {
    long: "tickets",
    value: "number",
    about:
      `Session tickets for each client of TLS 1.3, 0 to ${MOST_TICKETS}; 0: no session is resumed. ` +
      `The default is ${DEFAULTS.tickets}. With -y or -Y there are none.`,
    apply: (settings, value) => {
      settings.tickets = within(value, [0, MOST_TICKETS]);
    },
    spell: ({ tickets }) => text(tickets),
  },
];

export const ticketLifetime: OptionGroup<Pick<TlsSettings, "ticketLifetime">> = [
  {
    long: "ticket-lifetime",
    value: "seconds",
    about: `How long a session can be resumed: 1 to ${LONGEST_LIFETIME} seconds, which is the default.`,
    apply: (settings, value) => {
      settings.ticketLifetime = within(value, [1, LONGEST_LIFETIME]);
    },
    spell: ({ ticketLifetime }) => text(ticketLifetime),
  },
];

function within(value: string, [least, most]: readonly [number, number]): number {
  const number = unsigned(value);
  if (number >= least && number <= most) return number;
  throw new UsageError(`${value} is out of range; it is ${least} to ${most}`);
}
