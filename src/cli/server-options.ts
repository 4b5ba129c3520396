import type { AccessSettings } from "./access-options.ts";
import { groupId, listOfGroups, userId } from "./accounts.ts";
import { nameOf, parseTarget, staysHere, type Target } from "./addresses.ts";
import { type OptionGroup, text, UsageError, unsigned } from "./options.ts";
import { readingsOf, switchesOf } from "./rows.ts";
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

const flag = switchesOf<SuperServerSettings>();
const value = readingsOf<SuperServerSettings>();

const logLevel: Group = [
  flag(["q", "quiet"], "Log errors only.", ["logLevel", 0]),
  flag(["Q", "warnings"], "Log warnings, too. The default.", ["logLevel", 1]),
  {
    ...flag(
      ["v", "verbose"],
      "Log each connection, too, when it opens and when it is closed. -v0 to -v3: what access control and look-ups log; 1 is the default, 2 tells which clients were refused, 3 each problem of a look-up.",
      ["logLevel", 2],
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

const printPort: Group = [
  flag(
    ["1", "print-port"],
    "Print the port on standard output once it listens, and close standard output.",
    ["printPort", true],
  ),
];

const notificationFd: Group = [
  value(
    ["", "notification-fd"],
    ["fd", "Write a newline to this descriptor once it listens, and close it."],
    ["notificationFd", unsigned],
  ),
];

const maxConnections: Group = [
  value(
    ["c", "max-connections"],
    ["maxconn", "Serve at most so many connections at once; more of them wait. 40 by default."],
    ["maxConnections", positive],
  ),
];

const maxPerAddress: Group = [
  value(
    ["C", "max-per-address"],
    [
      "localmaxconn",
      "Of one address, serve at most so many; more are hung up on. Half of -c by default.",
    ],
    ["maxPerAddress", positive],
  ),
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
  value(
    ["b", "backlog"],
    ["backlog", "How many connections may wait. 511 by default."],
    ["backlog", unsigned],
  ),
];

const ids: Group = [
  value(
    ["u", "uid"],
    ["uid", "Become this user (a number or a name) once the keys are read."],
    ["uid", userId],
  ),
  value(
    ["g", "gid"],
    ["gid", "Take on this group (a number or a name). With -u, the user's own by default."],
    ["gid", groupId],
  ),
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
  flag(
    ["U", "ids-from-environment"],
    "The same as -u, -g and -G with the values of UID, GID and GIDLIST.",
    ["idsFromEnvironment", true],
  ),
];

const workers: Group = [
  value(
    ["", "workers"],
    ["number", "How many processes serve connections. As many as there are cores by default."],
    ["workers", positive],
  ),
];

const grace: Group = [
  value(
    ["", "grace"],
    ["seconds", "After TERM, how long open connections may take to end. 30 by default."],
    ["grace", unsigned],
  ),
];

const reloadInterval: Group = [
  value(
    ["", "reload-interval"],
    [
      "seconds",
      "Look so often whether the files of keys and certificates have changed, and do as at USR2 then. 0, the default: never.",
    ],
    ["reloadInterval", unsigned],
  ),
];

export const idleTimeout: Group = [
  value(
    ["", "idle-timeout"],
    [
      "milliseconds",
      "End a connection on which nothing passed for so long; 0, the default: never.",
    ],
    ["idleTimeout", unsigned],
  ),
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
