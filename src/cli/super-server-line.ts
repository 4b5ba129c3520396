import { ACCESS_DEFAULTS, access } from "./access-options.ts";
import { questions } from "./help.ts";
import type { CommandLine } from "./options.ts";
import * as server from "./server-options.ts";
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

export const s6TlsserverLine: CommandLine<server.SuperServerSettings> = {
  groups: [
    ...server.serving,
    server.families,
    server.serverDelay,
    server.listenFd,
    server.idleTimeout,
    server.status,
    tls.closeNotify,
    tls.enforceCloseNotify,
    tls.clientCertificate,
    tls.partialChain,
    tls.keepEnvironment,
    tls.handshakeTimeout(`${SERVER_DEFAULTS.handshakeTimeout}`),
    tls.sniLevel,
    tls.offer,
    tls.keyGroups,
    tls.alpn,
    tls.tickets,
    tls.ticketLifetime,
    ...access,
    tls.check,
    questions,
  ],
  operands: "ip port prog...",
};
