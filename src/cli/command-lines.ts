import * as client from "./client-options.ts";
import { questions } from "./help.ts";
import { type CommandLine, type OptionGroup, spellOut, unsigned } from "./options.ts";
import { readingsOf } from "./rows.ts";
import * as serverTls from "./server-tls-options.ts";
import * as tls from "./tls-options.ts";

/**
 * Each program's options, in the order of its usage line and of its manual. Those of s6-tlsserver and
 * s6-tlsclient are in files of their own: the other programs' bundles need none of them.
 */
export const s6TlsdLine: CommandLine<tls.TlsSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    serverTls.clientCertificate,
    tls.partialChain,
    tls.keepEnvironment,
    tls.verbosity,
    tls.handshakeTimeout(),
    serverTls.sniLevel,
    tls.offer,
    tls.keyGroups,
    tls.alpn,
    serverTls.tickets,
    serverTls.ticketLifetime,
    tls.check,
    questions,
  ],
  operands: "prog...",
};

export interface IoSettings extends tls.TlsSettings {
  /** Where to tell that the handshake is done; null: nowhere. */
  notify: number | null;
}

const notify: OptionGroup<{ notify: number | null }> = [
  readingsOf<Pick<IoSettings, "notify">>()(
    ["d", "notification-fd"],
    ["notif", "When the handshake is done, write what it told to this descriptor, and close it."],
    ["notify", unsigned],
  ),
];

export const s6TlsdIoLine: CommandLine<IoSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    serverTls.clientCertificate,
    tls.partialChain,
    tls.verbosity,
    tls.handshakeTimeout(),
    serverTls.sniLevel,
    tls.offer,
    tls.keyGroups,
    tls.alpn,
    serverTls.tickets,
    serverTls.ticketLifetime,
    notify,
    tls.check,
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
    tls.partialChain,
    tls.keepEnvironment,
    tls.verbosity,
    tls.handshakeTimeout(),
    client.serverName,
    tls.offer,
    tls.keyGroups,
    tls.alpn,
    client.descriptors,
    tls.check,
    questions,
  ],
  operands: "prog...",
};

export interface ClientIoSettings extends client.ClientTlsSettings {
  notify: number | null;
}

export const s6TlscIoLine: CommandLine<ClientIoSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    client.ownCertificate,
    tls.partialChain,
    tls.verbosity,
    tls.handshakeTimeout(),
    client.serverName,
    tls.offer,
    tls.keyGroups,
    tls.alpn,
    notify,
    client.verification,
    tls.check,
    questions,
  ],
  operands: "fdr fdw",
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
