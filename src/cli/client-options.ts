import { isIP } from "node:net";
import { type OptionGroup, UsageError, unsigned } from "./options.ts";
import { delay } from "./server-options.ts";
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
  },
  {
    short: "y",
    long: "mandatory-client-cert",
    about: "Send the client certificate in CERTFILE if the server asks for one.",
    apply: (settings) => {
      settings.clientCertificate = "mandatory";
    },
  },
];

export const serverName: Group = [
  {
    short: "k",
    long: "servername",
    value: "servername",
    about: "Ask for this name (SNI), and take no certificate that is not for it.",
    apply: (settings, value) => {
      if (value === "") throw new UsageError("the name is empty");
      settings.serverName = value;
    },
  },
];

export const verification: Group = [
  {
    long: "no-verify-cert",
    about: "Take any certificate. What is then at the other end is anybody's guess.",
    apply: (settings) => {
      settings.verifyServer = false;
    },
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
  },
  {
    short: "7",
    long: "write-fd",
    value: "wfd",
    about: "Write to the network, and take prog's cleartext, on this descriptor; 7 by default.",
    apply: (settings, value) => {
      settings.writeFd = unsigned(value);
    },
  },
];

/** How a client gets its connection. */
export interface DialSettings {
  tries: number;
  /** Milliseconds; 0: as long as the system takes. */
  connectTimeout: number;
  family: 0 | 4 | 6;
  localAddress: string | null;
  localPort: number | null;
  delay: boolean;
  lookUp: boolean;
}

export const DIAL_DEFAULTS: Readonly<DialSettings> = {
  tries: 1,
  connectTimeout: 0,
  family: 0,
  localAddress: null,
  localPort: null,
  delay: false,
  lookUp: true,
};

const PORT_MAX = 65535;

type DialGroup = OptionGroup<DialSettings>;

export const dialing: DialGroup[] = [
  [
    {
      short: "T",
      long: "tries",
      value: "tries",
      about: "Try all addresses of the host so many times; 1 by default.",
      apply: (settings, value) => {
        settings.tries = unsigned(value);
        if (settings.tries === 0) throw new UsageError("must be at least 1");
      },
    },
  ],
  [
    {
      short: "t",
      long: "timeout",
      value: "timeout",
      about: "Connect within so many milliseconds; 0, the default: as long as the system takes.",
      apply: (settings, value) => {
        settings.connectTimeout = unsigned(value);
      },
    },
  ],
  [
    {
      short: "4",
      long: "ipv4",
      about: "IPv4 only.",
      apply: (settings) => {
        settings.family = 4;
      },
    },
    {
      short: "6",
      long: "ipv6",
      about: "IPv6 only.",
      apply: (settings) => {
        settings.family = 6;
      },
    },
  ],
  [
    {
      short: "i",
      long: "local-ip",
      value: "localip",
      about: "Connect from this address.",
      apply: (settings, value) => {
        if (isIP(value) === 0) throw new UsageError(`not an IP address: ${value}`);
        settings.localAddress = value;
      },
    },
  ],
  [
    {
      short: "p",
      long: "local-port",
      value: "localport",
      about: "Connect from this port.",
      apply: (settings, value) => {
        settings.localPort = unsigned(value);
        if (settings.localPort > PORT_MAX) throw new UsageError(`not a port: ${value}`);
      },
    },
  ],
  delay,
  [
    {
      short: "H",
      long: "no-lookup",
      about: "The host is an address: no name is looked up, and without -k none is asked for.",
      apply: (settings) => {
        settings.lookUp = false;
      },
    },
  ],
];
