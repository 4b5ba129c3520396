import { type OptionGroup, text, UsageError, unsigned } from "./options.ts";
import { readingsOf, switchesOf } from "./rows.ts";
import { DEFAULTS, type TlsSettings } from "./tls-options.ts";

/** What the command line of a TLS client says about the connection. */
export interface ClientTlsSettings extends Omit<TlsSettings, "sniLevel"> {
  /** null: not given. */
  serverName: string | null;
  verifyServer: boolean;
}

/** Where a client's network is. */
export interface NetworkDescriptors {
  readFd: number;
  writeFd: number;
}

const { sniLevel: _, ...COMMON } = DEFAULTS;

export const CLIENT_DEFAULTS: Readonly<ClientTlsSettings> = {
  ...COMMON,
  serverName: null,
  verifyServer: true,
};

/** The numbers that UCSPI gives a client's connection. */
export const UCSPI_DESCRIPTORS: Readonly<NetworkDescriptors> = { readFd: 6, writeFd: 7 };

type Group = OptionGroup<ClientTlsSettings>;

const flag = switchesOf<ClientTlsSettings>();

export const ownCertificate: Group = [
  flag(["Y", "client-cert"], "Send no client certificate. The default.", [
    "clientCertificate",
    "none",
  ]),
  flag(
    ["y", "mandatory-client-cert"],
    "Send the client certificate in CERTFILE if the server asks for one.",
    ["clientCertificate", "mandatory"],
  ),
];

export const serverName: Group = [
  {
    short: "k",
    long: "servername",
    value: "servername",
    about: "Ask for this name (SNI; not for an IP address), and take only a certificate for it.",
    apply: (settings, value) => {
      if (value === "") throw new UsageError("the name is empty");
      settings.serverName = value;
    },
    spell: ({ serverName }) => text(serverName),
  },
];

export const verification: Group = [
  flag(
    ["", "no-verify-cert"],
    "Take any certificate. What is then at the other end is anybody's guess.",
    ["verifyServer", false],
  ),
];

const descriptor = readingsOf<NetworkDescriptors>();

export const descriptors: OptionGroup<NetworkDescriptors> = [
  descriptor(
    ["6", "read-fd"],
    [
      "rfd",
      "Read from the network, and give prog the cleartext, on this descriptor; 6 by default.",
    ],
    ["readFd", unsigned],
  ),
  descriptor(
    ["7", "write-fd"],
    ["wfd", "Write to the network, and take prog's cleartext, on this descriptor; 7 by default."],
    ["writeFd", unsigned],
  ),
];
