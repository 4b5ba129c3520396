import { flag, type OptionGroup, text, UsageError, unsigned } from "./options.ts";
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

export const ownCertificate: Group = [
  {
    short: "Y",
    long: "client-cert",
    about: "Send no client certificate. The default.",
    apply: (settings) => {
      settings.clientCertificate = "none";
    },
    spell: ({ clientCertificate }) => flag(clientCertificate === "none"),
  },
  {
    short: "y",
    long: "mandatory-client-cert",
    about: "Send the client certificate in CERTFILE if the server asks for one.",
    apply: (settings) => {
      settings.clientCertificate = "mandatory";
    },
    spell: ({ clientCertificate }) => flag(clientCertificate === "mandatory"),
  },
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
  {
    long: "no-verify-cert",
    about: "Take any certificate. What is then at the other end is anybody's guess.",
    apply: (settings) => {
      settings.verifyServer = false;
    },
    spell: ({ verifyServer }) => flag(!verifyServer),
  },
];

export const descriptors: OptionGroup<NetworkDescriptors> = [
  {
    short: "6",
    long: "read-fd",
    value: "rfd",
    about: "Read from the network, and give prog the cleartext, on this descriptor; 6 by default.",
    apply: (settings, value) => {
      settings.readFd = unsigned(value);
    },
    spell: ({ readFd }) => text(readFd),
  },
  {
    short: "7",
    long: "write-fd",
    value: "wfd",
    about: "Write to the network, and take prog's cleartext, on this descriptor; 7 by default.",
    apply: (settings, value) => {
      settings.writeFd = unsigned(value);
    },
    spell: ({ writeFd }) => text(writeFd),
  },
];
