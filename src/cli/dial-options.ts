import { isIP } from "node:net";
import { never, type OptionGroup, text, UsageError, unsigned } from "./options.ts";
import { readingsOf, switchesOf } from "./rows.ts";
import { delay, localName } from "./tcp-options.ts";

/** How a client gets its connection, and what it looks up about it. */
export interface DialSettings {
  /** 0 errors of ours only, 1 warnings, 2 a line about the connection, too. */
  verbosity: number;
  /** Neither: both, IPv4 first. */
  ipv4: boolean;
  ipv6: boolean;
  /** Seconds for everything up to the connection; 0: no limit. */
  timeout: number;
  /** Seconds for each address in the first round and in the second; 0: no such round. */
  rounds: readonly [number, number];
  localAddress: string | null;
  localPort: number | null;
  delay: boolean;
  /** Are names looked up? */
  lookUp: boolean;
  /** Is the hosts file looked into for the name of an address? */
  hostsFile: boolean;
  /** Is the name completed by the resolver's search list? */
  qualify: boolean;
  ident: boolean;
  /** TCPLOCALHOST; null: it is looked up. */
  localName: string | null;
}

export const DIAL_DEFAULTS: Readonly<DialSettings> = {
  verbosity: 1,
  ipv4: false,
  ipv6: false,
  timeout: 0,
  rounds: [2, 58],
  localAddress: null,
  localPort: null,
  delay: false,
  lookUp: true,
  hostsFile: false,
  qualify: true,
  ident: false,
  localName: null,
};

const PORT_MAX = 65535;

type Group = OptionGroup<DialSettings>;

const flag = switchesOf<DialSettings>();
const value = readingsOf<DialSettings>();

const verbosity: Group = [
  {
    ...flag(["q", "quiet"], "Say nothing but why it can't go on.", ["verbosity", 0]),
    spell: never,
  },
  { ...flag(["Q", "warnings"], "Say warnings, too. The default.", ["verbosity", 1]), spell: never },
  {
    short: "v",
    long: "verbose",
    levels: true,
    about: "Tell where it connected, and how the connection ended. -v0 is -q, and -v1 is -Q.",
    apply: (settings, level) => {
      settings.verbosity = level === "" ? 2 : unsigned(level);
    },
    spell: ({ verbosity }) => text(verbosity),
  },
];

const families: Group[] = [
  [
    flag(["4", "ipv4"], "IPv4 only; with -6, too: IPv6 addresses first, then IPv4.", [
      "ipv4",
      true,
    ]),
  ],
  [
    flag(["6", "ipv6"], "IPv6 only. With neither -4 nor -6: IPv4 addresses first, then IPv6.", [
      "ipv6",
      true,
    ]),
  ],
];

const timeouts: Group[] = [
  [
    value(
      ["t", "timeout"],
      [
        "seconds",
        "Give up if there is no connection after so many seconds; 0, the default: no limit.",
      ],
      ["timeout", unsigned],
    ),
  ],
  [
    {
      short: "T",
      long: "rounds",
      value: "x+y",
      about:
        "Try all addresses for x seconds each, then again for y seconds each; x alone: only once. 2+58 by default.",
      apply: (settings, value) => {
        settings.rounds = rounds(value);
      },
      spell: ({ rounds }) => rounds.join("+"),
    },
  ],
];

const origin: Group[] = [
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
      spell: ({ localAddress }) => text(localAddress),
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
      spell: ({ localPort }) => text(localPort),
    },
  ],
];

const lookups: Group[] = [
  [
    flag(
      ["H", "no-lookup"],
      "Look no name up: the host is an address, and without -k no name is asked for.",
      ["lookUp", false],
    ),
  ],
  [
    flag(
      ["h", "hosts-file"],
      "Look for the names of both addresses in the hosts file before DNS is asked.",
      ["hostsFile", true],
    ),
  ],
  [
    flag(["n", "qualify"], "Complete the host's name by the resolver's search list. The default.", [
      "qualify",
      true,
    ]),
    flag(["N", "no-qualify"], "Take the host's name as it stands.", ["qualify", false]),
  ],
  [
    flag(
      ["r", "ident"],
      "Ask the server's host whose connection this is (IDENT), for TCPREMOTEINFO.",
      ["ident", true],
    ),
    flag(["R", "no-ident"], "Don't. The default.", ["ident", false]),
  ],
  localName,
];

export const dialing: Group[] = [verbosity, ...families, ...timeouts, ...origin, delay, ...lookups];

/** @throws {UsageError} unless it is `x` or `x+y` */
function rounds(text: string): [number, number] {
  const [first = "", second, ...more] = text.split("+");
  if (more.length > 0) throw new UsageError(`not of the form x+y: ${text}`);
  const found: [number, number] = [unsigned(first), second === undefined ? 0 : unsigned(second)];
  if (found[0] === 0) throw new UsageError("the first round must have at least 1 second");
  return found;
}
