import { ACCESS_DEFAULTS, access } from "./access-options.ts";
import * as client from "./client-options.ts";
import * as dial from "./dial-options.ts";
import { questions } from "./help.ts";
import { type CommandLine, type OptionGroup, spellOut, text, unsigned } from "./options.ts";
import * as server from "./server-options.ts";
import * as tls from "./tls-options.ts";

/** Each program's options, in the order of its usage line and of its manual. */
export const s6TlsdLine: CommandLine<tls.TlsSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    tls.clientCertificate,
    tls.keepEnvironment,
    tls.verbosity,
    tls.handshakeTimeout(),
    tls.sniLevel,
    tls.offer,
    tls.keyGroups,
    questions,
  ],
  operands: "prog...",
};

export interface IoSettings extends tls.TlsSettings {
  /** Where to tell that the handshake is done; null: nowhere. */
  notify: number | null;
}

const notify: OptionGroup<{ notify: number | null }> = [
  {
    short: "d",
    long: "notification-fd",
    value: "notif",
    about: "When the handshake is done, write what it told to this descriptor, and close it.",
    apply: (settings, value) => {
      settings.notify = unsigned(value);
    },
    spell: ({ notify }) => text(notify),
  },
];

export const s6TlsdIoLine: CommandLine<IoSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    tls.clientCertificate,
    tls.verbosity,
    tls.handshakeTimeout(),
    tls.sniLevel,
    tls.offer,
    tls.keyGroups,
    notify,
    questions,
  ],
  operands: "fdr fdw",
};

export interface ClientProgramSettings
  extends client.ClientTlsSettings,
    client.NetworkDescriptors {}

export const s6TlscLine: CommandLine<ClientProgramSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    client.ownCertificate,
    tls.keepEnvironment,
    tls.verbosity,
    tls.handshakeTimeout(),
    client.serverName,
    tls.offer,
    tls.keyGroups,
    client.descriptors,
    questions,
  ],
  operands: "prog...",
};

export interface TcpClientSettings extends client.ClientTlsSettings, dial.DialSettings {}

export const s6TlsclientLine: CommandLine<TcpClientSettings> = {
  groups: [
    ...dial.dialing,
    tls.closeNotify,
    tls.enforceCloseNotify,
    client.ownCertificate,
    tls.keepEnvironment,
    tls.handshakeTimeout(),
    client.serverName,
    tls.offer,
    tls.keyGroups,
    questions,
  ],
  operands: "host port prog...",
};

export interface ClientIoSettings extends client.ClientTlsSettings {
  notify: number | null;
}

export const s6TlscIoLine: CommandLine<ClientIoSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    client.ownCertificate,
    tls.verbosity,
    tls.handshakeTimeout(),
    client.serverName,
    tls.offer,
    tls.keyGroups,
    notify,
    client.verification,
    questions,
  ],
  operands: "fdr fdw",
};

export const SERVER_DEFAULTS: Readonly<server.ServerSettings> = {
  ...tls.DEFAULTS,
  ...ACCESS_DEFAULTS,
  // A silent peer must not hold a slot for ever.
  handshakeTimeout: 30_000,
  logLevel: 1,
  logFormat: "text",
  printPort: false,
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
  notificationFd: null,
  listenFd: null,
  idleTimeout: 0,
};

export const s6TlsserverLine: CommandLine<server.ServerSettings> = {
  groups: [
    server.logLevel,
    server.logFormat,
    server.printPort,
    server.notificationFd,
    server.maxConnections,
    server.maxPerAddress,
    server.backlog,
    server.ids,
    server.delay,
    server.workers,
    server.grace,
    server.listenFd,
    server.idleTimeout,
    tls.closeNotify,
    tls.enforceCloseNotify,
    tls.clientCertificate,
    tls.keepEnvironment,
    tls.handshakeTimeout(`${SERVER_DEFAULTS.handshakeTimeout}`),
    tls.sniLevel,
    tls.offer,
    tls.keyGroups,
    ...access,
    questions,
  ],
  operands: "ip port prog...",
};

/** Delayed TLS takes the options of the program that starts TLS at once. */
export const s6UcspitlsdLine = s6TlsdLine;
export const s6UcspitlscLine = s6TlscLine;

/** For s6-tlsd-io, which then serves one connection of a program with these settings. */
export function serverTunnelOptions(settings: tls.TlsSettings): string[] {
  return spellOut(s6TlsdIoLine, { ...settings, notify: null });
}

/** For s6-tlsc-io, in the same way. */
export function clientTunnelOptions(settings: client.ClientTlsSettings): string[] {
  return spellOut(s6TlscIoLine, { ...settings, notify: null });
}
