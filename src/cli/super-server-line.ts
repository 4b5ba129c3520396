import { ACCESS_DEFAULTS, access } from "./access-options.ts";
import { questions } from "./help.ts";
import { type CommandLine, type OptionGroup, unsigned } from "./options.ts";
import { readingsOf, switchesOf } from "./rows.ts";
import * as server from "./server-options.ts";
import * as serverTls from "./server-tls-options.ts";
import { delay } from "./tcp-options.ts";
import * as tls from "./tls-options.ts";

export const SERVER_DEFAULTS: Readonly<server.SuperServerSettings> = {
  ...tls.DEFAULTS,
  ...ACCESS_DEFAULTS,
  // A silent peer must not hold a slot for ever.
  handshakeTimeout: 30_000,
  logLevel: 1,
  logFormat: "text",
  printPort: false,
  ipv4: false,
  ipv6: false,
  maxConnections: 40,
  maxPerAddress: null,
  ipv6Prefix: 64,
  backlog: 511,
  uid: null,
  gid: null,
  groups: null,
  idsFromEnvironment: false,
  delay: false,
  workers: null,
  grace: 30,
  reloadInterval: 0,
  notificationFd: null,
  listenFd: null,
  idleTimeout: 0,
  status: null,
};

type Group = OptionGroup<server.SuperServerSettings>;

const flag = switchesOf<server.SuperServerSettings>();
const value = readingsOf<server.SuperServerSettings>();

const families: Group = [
  flag(["4", "ipv4"], "ip must be an IPv4 address. With -6, too, :: takes IPv4 clients besides.", [
    "ipv4",
    true,
  ]),
  flag(["6", "ipv6"], "ip must be an IPv6 address.", ["ipv6", true]),
];

/**
 * In the original, -D is access control's, and names are looked up as soon as that is there: also when
 * -d comes later.
 */
const serverDelay: Group = [
  {
    ...flag(
      ["D", "no-delay"],
      "Send at once. The default. Given, it looks names up as -e does, unless -H is given.",
      ["noDelay", true],
    ),
    apply: (settings) => {
      settings.delay = false;
      settings.noDelay = true;
    },
  },
  ...delay.filter(({ short }) => short === "d"),
];

const listenFd: Group = [
  value(
    ["", "listen-fd"],
    ["fd", "Listen on this descriptor, a bound and listening socket, instead of ip and port."],
    ["listenFd", unsigned],
  ),
];

export const s6TlsserverLine: CommandLine<server.SuperServerSettings> = {
  groups: [
    ...server.serving,
    families,
    serverDelay,
    listenFd,
    server.idleTimeout,
    server.status,
    tls.closeNotify,
    tls.enforceCloseNotify,
    serverTls.clientCertificate,
    tls.partialChain,
    tls.keepEnvironment,
    tls.handshakeTimeout(`${SERVER_DEFAULTS.handshakeTimeout}`),
    serverTls.sniLevel,
    tls.offer,
    tls.keyGroups,
    tls.alpn,
    serverTls.tickets,
    serverTls.ticketLifetime,
    ...access,
    tls.check,
    questions,
  ],
  operands: "ip port prog...",
};
