import * as client from "./client-options.ts";
import * as dial from "./dial-options.ts";
import { questions } from "./help.ts";
import type { CommandLine } from "./options.ts";
import * as tls from "./tls-options.ts";

export interface TcpClientSettings extends client.ClientTlsSettings, dial.DialSettings {}

export const s6TlsclientLine: CommandLine<TcpClientSettings> = {
  groups: [
    ...dial.dialing,
    tls.closeNotify,
    tls.enforceCloseNotify,
    client.ownCertificate,
    tls.partialChain,
    tls.keepEnvironment,
    tls.handshakeTimeout(),
    client.serverName,
    tls.offer,
    tls.keyGroups,
    tls.alpn,
    tls.check,
    questions,
  ],
  operands: "host port prog...",
};
