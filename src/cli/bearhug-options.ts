import { proxies } from "./access-options.ts";
import { type Listening, nameOf, parseListening, parseTarget, type Target } from "./addresses.ts";
import { type AdmissionSettings, admission, pins } from "./admission-options.ts";
import * as client from "./client-options.ts";
import { questions } from "./help.ts";
import { type CommandLine, type OptionGroup, text, UsageError, unsigned } from "./options.ts";
import { switchesOf } from "./rows.ts";
import * as server from "./server-options.ts";
import * as serverTls from "./server-tls-options.ts";
import { clearCancel, type StarttlsSettings, starttls } from "./starttls-options.ts";
import { SERVER_DEFAULTS } from "./super-server-line.ts";
import { delay } from "./tcp-options.ts";
import * as tls from "./tls-options.ts";

/** What `bearhug server` and `bearhug client` know besides what s6-tlsserver does. */
export interface RelaySettings
  extends server.SuperServerSettings,
    client.ClientTlsSettings,
    AdmissionSettings,
    StarttlsSettings {
  listen: Listening | null;
  /** Tried in their order, for each connection. */
  connect: readonly Target[];
  unsafePlain: boolean;
  /** What the backend is told in front of all else; null: nothing. */
  sendProxy: "v1" | "v2" | "v2-tls" | null;
  /** Milliseconds for each of `connect`. */
  connectTimeout: number;
  /** By the variables that say the same. */
  files: Readonly<Record<string, string>>;
}

export const RELAY_DEFAULTS: Readonly<RelaySettings> = {
  ...client.CLIENT_DEFAULTS,
  ...SERVER_DEFAULTS,
  // A backend's EOF is an authentic end for the TLS side, and the other direction may go on.
  closeNotify: true,
  listen: null,
  connect: [],
  unsafePlain: false,
  starttls: null,
  allowClearCancel: false,
  sendProxy: null,
  connectTimeout: 10_000,
  files: {},
  admitted: [],
  admitsAll: false,
};

type Group = OptionGroup<RelaySettings>;

const flag = switchesOf<RelaySettings>();

const addresses: readonly Group[] = [
  [
    {
      long: "listen",
      value: "address",
      about:
        "Listen there: IP:PORT, [IPV6]:PORT, unix:PATH, fd:NUMBER (a listening socket), or systemd:NAME (one of LISTEN_FDNAMES).",
      apply: (settings, value) => {
        settings.listen = parseListening(value);
      },
      spell: ({ listen }) => listen && nameOf(listen),
    },
  ],
  [
    {
      long: "connect",
      value: "address",
      about:
        "Connect there for each client: HOST:PORT, [IPV6]:PORT, or unix:PATH. Given more than once, they are tried in turn.",
      apply: (settings, value) => {
        settings.connect = [...settings.connect, parseTarget(value)];
      },
      spell: ({ connect }) => connect.map(nameOf),
    },
  ],
  [
    {
      long: "connect-timeout",
      value: "milliseconds",
      about: "How long each --connect has to answer. 10000 by default.",
      apply: (settings, value) => {
        settings.connectTimeout = unsigned(value);
        if (settings.connectTimeout === 0) throw new UsageError("must be at least 1");
      },
      spell: ({ connectTimeout }) => text(connectTimeout),
    },
  ],
  [
    flag(
      ["", "unsafe-plain"],
      "Allow a plain side that is neither a loopback address nor a UNIX socket.",
      ["unsafePlain", true],
    ),
  ],
];

const sendProxy: Group = [
  {
    long: "send-proxy",
    value: "version",
    about:
      "Tell the backend who the client is by a PROXY header: v1, v2, or v2-tls, which tells version, suite, server name, ALPN and the client certificate's common name, too.",
    apply: (settings, value) => {
      if (value !== "v1" && value !== "v2" && value !== "v2-tls") {
        throw new UsageError(`unknown version ${value}; there are v1, v2 and v2-tls`);
      }
      settings.sendProxy = value;
    },
    spell: ({ sendProxy }) => text(sendProxy),
  },
];

function file(long: string, variable: string, about: string): Group {
  return [
    {
      long,
      value: "file",
      about: `${about} In place of ${variable}.`,
      apply: (settings, value) => {
        if (value === "") throw new UsageError("the name of the file is empty");
        settings.files = { ...settings.files, [variable]: value };
      },
      spell: ({ files }) => text(files[variable] ?? null),
    },
  ];
}

const pair: readonly Group[] = [
  file("cert", "CERTFILE", "The certificate and its chain, as PEM."),
  file("key", "KEYFILE", "Its private key."),
];

const namedPairs: Group = [
  {
    long: "sni",
    value: "name=cert,key",
    about:
      "For clients that ask for this name, these two files in place of --cert and --key. May be given for many names.",
    apply: (settings, value) => {
      const found = /^([^=]+)=([^,]+),([^,]+)$/.exec(value);
      if (found === null) throw new UsageError(`not NAME=CERT,KEY: ${value}`);
      const [, name, certificate = "", key = ""] = found;
      settings.files = {
        ...settings.files,
        [`CERTFILE:${name}`]: certificate,
        [`KEYFILE:${name}`]: key,
      };
      settings.sniLevel = Math.max(settings.sniLevel, 1);
    },
    spell: ({ files }) =>
      Object.entries(files).flatMap(([variable, certificate]) => {
        const name = /^CERTFILE:(.*)$/.exec(variable)?.[1];
        return name === undefined ? [] : [`${name}=${certificate},${files[`KEYFILE:${name}`]}`];
      }),
  },
  flag(["", "sni-only"], "Refuse clients that ask for any other name, or for none.", [
    "sniLevel",
    2,
  ]),
];

const common: readonly OptionGroup<RelaySettings>[] = [
  ...server.serving,
  delay,
  server.idleTimeout,
  server.status,
  tls.enforceCloseNotify,
  tls.handshakeTimeout(`${SERVER_DEFAULTS.handshakeTimeout}`),
  tls.offer,
  tls.keyGroups,
  tls.alpn,
  tls.check,
];

export const bearhugServerLine: CommandLine<RelaySettings> = {
  groups: [
    ...addresses,
    ...pair,
    file("cacert", "CAFILE", "Ask clients for a certificate of one of these CAs."),
    file(
      "ticket-keys",
      "TICKETFILE",
      "The keys of session tickets, a line each of 32, 48 or 80 random bytes in base64; the first one seals.",
    ),
    namedPairs,
    serverTls.clientCertificate,
    tls.partialChain,
    admission,
    starttls(
      "Clients ask for TLS in clear first: postgresql (SSLRequest; TLS from the first byte on will do, too) or smtp (STARTTLS).",
    ),
    clearCancel,
    sendProxy,
    ...proxies,
    serverTls.tickets,
    serverTls.ticketLifetime,
    ...common,
    questions,
  ],
  operands: "",
};

export const bearhugClientLine: CommandLine<RelaySettings> = {
  groups: [
    ...addresses,
    ...pair,
    file("cacert", "CAFILE", "The CAs that servers are verified with; `system` for the system's."),
    tls.partialChain,
    client.serverName,
    pins,
    starttls(
      "Ask the server for TLS in clear first: postgresql (SSLRequest) or smtp (STARTTLS). A server that doesn't agree is refused.",
    ),
    ...common,
    questions,
  ],
  operands: "",
};
