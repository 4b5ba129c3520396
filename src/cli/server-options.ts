import type { AccessSettings } from "./access-options.ts";
import { groupId, userId } from "./accounts.ts";
import { nameOf, parseTarget, staysHere, type Target } from "./addresses.ts";
import { flag, type OptionGroup, text, UsageError, unsigned } from "./options.ts";
import type { TlsSettings } from "./tls-options.ts";

/** What the command line of the super-server says, besides the connections' TLS. */
export interface SuperServerSettings extends TlsSettings, AccessSettings {
  /** What is logged: 0 errors, 1 warnings too, 2 every connection. */
  logLevel: 0 | 1 | 2;
  logFormat: "text" | "json";
  printPort: boolean;
  /** -4, -6: the family that ip must have; with both, `::` takes clients of both. */
  ipv4: boolean;
  ipv6: boolean;
  maxConnections: number;
  /** null: half of maxConnections. */
  maxPerAddress: number | null;
  /** Bits of an IPv6 address that count as one for maxPerAddress. */
  ipv6Prefix: number;
  backlog: number;
  uid: number | null;
  gid: number | null;
  groups: readonly number[] | null;
  /** uid, gid and groups are UID, GID and GIDLIST in the environment. */
  idsFromEnvironment: boolean;
  delay: boolean;
  /** null: as many as there are cores. */
  workers: number | null;
  /** Seconds. */
  grace: number;
  /** Seconds; 0: files are not looked at. */
  reloadInterval: number;
  notificationFd: number | null;
  listenFd: number | null;
  /** Milliseconds; 0 is for ever. */
  idleTimeout: number;
  /** Where to tell by HTTP how things stand; null: nowhere. */
  status: Target | null;
}

type Group = OptionGroup<SuperServerSettings>;

function level(short: string, long: string, logLevel: 0 | 1 | 2, about: string) {
  const apply = (settings: SuperServerSettings) => {
    settings.logLevel = logLevel;
  };
  const spell = (settings: SuperServerSettings) => flag(settings.logLevel === logLevel);
  return { short, long, about, apply, spell };
}

const logLevel: Group = [
  level("q", "quiet", 0, "Log errors only."),
  level("Q", "warnings", 1, "Log warnings, too. The default."),
  {
    ...level(
      "v",
      "verbose",
      2,
      "Log each connection, too, when it opens and when it is closed. -v0 to -v3: what access control and look-ups log; 1 is the default, 2 tells which clients were refused, 3 each problem of a look-up.",
    ),
    levels: true,
    apply: (settings, level) => {
      if (level === "") settings.logLevel = 2;
      else settings.accessLevel = unsigned(level);
    },
    // As a cluster, -v1v: the level, and then the flag.
    spell: ({ logLevel, accessLevel }) => `${accessLevel}${logLevel === 2 ? "v" : ""}`,
  },
];

const logFormat: Group = [
  {
    long: "log-format",
    value: "format",
    about: "text (the default), or json for one object a line.",
    apply: (settings, value) => {
      if (value !== "text" && value !== "json") throw new UsageError(`neither text nor json`);
      settings.logFormat = value;
    },
    spell: ({ logFormat }) => text(logFormat),
  },
];

export const families: Group = [
  {
    short: "4",
    long: "ipv4",
    about: "ip must be an IPv4 address. With -6, too, :: takes IPv4 clients besides.",
    apply: (settings) => {
      settings.ipv4 = true;
    },
    spell: ({ ipv4 }) => flag(ipv4),
  },
  {
    short: "6",
    long: "ipv6",
    about: "ip must be an IPv6 address.",
    apply: (settings) => {
      settings.ipv6 = true;
    },
    spell: ({ ipv6 }) => flag(ipv6),
  },
];

const printPort: Group = [
  {
    short: "1",
    long: "print-port",
    about: "Print the port on standard output once it listens, and close standard output.",
    apply: (settings) => {
      settings.printPort = true;
    },
    spell: ({ printPort }) => flag(printPort),
  },
];

const notificationFd: Group = [
  {
    long: "notification-fd",
    value: "fd",
    about: "Write a newline to this descriptor once it listens, and close it.",
    apply: (settings, value) => {
      settings.notificationFd = unsigned(value);
    },
    spell: ({ notificationFd }) => text(notificationFd),
  },
];

const maxConnections: Group = [
  {
    short: "c",
    long: "max-connections",
    value: "maxconn",
    about: "Serve at most so many connections at once; more of them wait. 40 by default.",
    apply: (settings, value) => {
      settings.maxConnections = positive(value);
    },
    spell: ({ maxConnections }) => text(maxConnections),
  },
];

const maxPerAddress: Group = [
  {
    short: "C",
    long: "max-per-address",
    value: "localmaxconn",
    about: "Of one address, serve at most so many; more are hung up on. Half of -c by default.",
    apply: (settings, value) => {
      settings.maxPerAddress = positive(value);
    },
    spell: ({ maxPerAddress }) => text(maxPerAddress),
  },
  {
    long: "ipv6-prefix",
    value: "bits",
    about: "For -C, IPv6 addresses that begin with the same bits are one. 64 by default.",
    apply: (settings, value) => {
      settings.ipv6Prefix = unsigned(value);
      if (settings.ipv6Prefix > 128) throw new UsageError("must be at most 128");
    },
    spell: ({ ipv6Prefix }) => text(ipv6Prefix),
  },
];

const backlog: Group = [
  {
    short: "b",
    long: "backlog",
    value: "backlog",
    about: "How many connections may wait. 511 by default.",
    apply: (settings, value) => {
      settings.backlog = unsigned(value);
    },
    spell: ({ backlog }) => text(backlog),
  },
];

const ids: Group = [
  {
    short: "u",
    long: "uid",
    value: "uid",
    about: "Become this user (a number or a name) once the keys are read.",
    apply: (settings, value) => {
      settings.uid = userId(value);
    },
    spell: ({ uid }) => text(uid),
  },
  {
    short: "g",
    long: "gid",
    value: "gid",
    about: "Take on this group (a number or a name). With -u, the user's own by default.",
    apply: (settings, value) => {
      settings.gid = groupId(value);
    },
    spell: ({ gid }) => text(gid),
  },
  {
    short: "G",
    long: "supplementary-groups",
    value: "gidlist",
    about: "Take on these supplementary groups: numbers or names, with commas between them.",
    apply: (settings, value) => {
      settings.groups = listOfGroups(value);
    },
    spell: ({ groups }) => groups?.join(",") ?? null,
  },
  {
    short: "U",
    long: "ids-from-environment",
    about: "The same as -u, -g and -G with the values of UID, GID and GIDLIST.",
    apply: (settings) => {
      settings.idsFromEnvironment = true;
    },
    spell: ({ idsFromEnvironment }) => flag(idsFromEnvironment),
  },
];

export const delay: OptionGroup<{ delay: boolean }> = [
  {
    short: "d",
    long: "delay",
    about: "Let the system gather small segments (Nagle's algorithm).",
    apply: (settings) => {
      settings.delay = true;
    },
    spell: ({ delay }) => flag(delay),
  },
  {
    short: "D",
    long: "no-delay",
    about: "Send at once. The default.",
    apply: (settings) => {
      settings.delay = false;
    },
    spell: ({ delay }) => flag(!delay),
  },
];

/**
 * In the original, -D is access control's, and names are looked up as soon as that is there: also when
 * -d comes later.
 */
export const serverDelay: Group = [
  {
    short: "D",
    long: "no-delay",
    about: "Send at once. The default. Given, it looks names up as -e does, unless -H is given.",
    apply: (settings) => {
      settings.delay = false;
      settings.noDelay = true;
    },
    spell: ({ noDelay }) => flag(noDelay),
  },
  ...delay.filter(({ short }) => short === "d"),
];

const workers: Group = [
  {
    long: "workers",
    value: "number",
    about: "How many processes serve connections. As many as there are cores by default.",
    apply: (settings, value) => {
      settings.workers = positive(value);
    },
    spell: ({ workers }) => text(workers),
  },
];

const grace: Group = [
  {
    long: "grace",
    value: "seconds",
    about: "After TERM, how long open connections may take to end. 30 by default.",
    apply: (settings, value) => {
      settings.grace = unsigned(value);
    },
    spell: ({ grace }) => text(grace),
  },
];

const reloadInterval: Group = [
  {
    long: "reload-interval",
    value: "seconds",
    about:
      "Look so often whether the files of keys and certificates have changed, and do as at USR2 then. 0, the default: never.",
    apply: (settings, value) => {
      settings.reloadInterval = unsigned(value);
    },
    spell: ({ reloadInterval }) => text(reloadInterval),
  },
];

export const listenFd: Group = [
  {
    long: "listen-fd",
    value: "fd",
    about: "Listen on this descriptor, a bound and listening socket, instead of ip and port.",
    apply: (settings, value) => {
      settings.listenFd = unsigned(value);
    },
    spell: ({ listenFd }) => text(listenFd),
  },
];

export const idleTimeout: Group = [
  {
    long: "idle-timeout",
    value: "milliseconds",
    about: "End a connection on which nothing passed for so long; 0, the default: never.",
    apply: (settings, value) => {
      settings.idleTimeout = unsigned(value);
    },
    spell: ({ idleTimeout }) => text(idleTimeout),
  },
];

export const status: Group = [
  {
    long: "status",
    value: "address",
    about:
      "Answer HTTP there, a loopback IP:PORT or unix:PATH: /healthz, /readyz (503 while draining), and /metrics for Prometheus.",
    apply: (settings, value) => {
      const address = parseTarget(value);
      if (!staysHere(address)) {
        throw new UsageError(`${value} is neither a loopback address nor a UNIX socket`);
      }
      settings.status = address;
    },
    spell: ({ status }) => text(status && nameOf(status)),
  },
];

/** What s6-tlsserver and bearhug have in common, in the order of their manuals. */
export const serving: readonly Group[] = [
  logLevel,
  logFormat,
  printPort,
  notificationFd,
  maxConnections,
  maxPerAddress,
  backlog,
  ids,
  workers,
  grace,
  reloadInterval,
];

/** @throws {UsageError} for 0, and for what is no number */
function positive(text: string): number {
  const value = unsigned(text);
  if (value === 0) throw new UsageError("must be at least 1");
  return value;
}

/** @throws {UsageError} unless it is numbers with commas between them */
export function listOfGroups(text: string): number[] {
  return text === "" ? [] : text.split(",").map(groupId);
}
