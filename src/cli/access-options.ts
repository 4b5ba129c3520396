import { type Network, networkText, parseNetwork } from "../proxy-protocol/networks.ts";
import { type OptionGroup, UsageError, unsigned } from "./options.ts";
import { asGiven, readingsOf, switchesOf } from "./rows.ts";
import { localName } from "./tcp-options.ts";

/** What the command line of the super-server says about access, and what is looked up. */
export interface AccessSettings {
  /** What of this is logged: 0 errors, 1 warnings, too, 2 refused clients, 3 each problem of a look-up. */
  accessLevel: number;
  /** -e: variables are looked up even if no other option asks for it. */
  lookUpAlways: boolean;
  /** -D was given, which does the same. */
  noDelay: boolean;
  /** -H: false. */
  lookUp: boolean;
  hostsFile: boolean;
  paranoid: boolean;
  ident: boolean;
  lookupErrorsRefuse: boolean;
  /** TCPLOCALHOST; null: it is looked up. */
  localName: string | null;
  /** Milliseconds for all look-ups; 0: no limit. */
  lookupTimeout: number;
  /** Written to each client at once, in clear; null: nothing. */
  banner: string | null;
  /** Where the rules are; null: every client is let in. */
  rules: { readonly kind: "directory" | "file"; readonly path: string } | null;
  /** -L: each connection begins with a PROXY header. */
  proxyProtocol: boolean;
  /** The proxies that may send one; empty: every peer. */
  proxies: readonly Network[];
}

export const ACCESS_DEFAULTS: Readonly<AccessSettings> = {
  accessLevel: 1,
  lookUpAlways: false,
  noDelay: false,
  lookUp: true,
  hostsFile: false,
  paranoid: false,
  ident: false,
  lookupErrorsRefuse: false,
  localName: null,
  lookupTimeout: 0,
  banner: null,
  rules: null,
  proxyProtocol: false,
  proxies: [],
};

type Group = OptionGroup<AccessSettings>;

const flag = switchesOf<AccessSettings>();
const value = readingsOf<AccessSettings>();

const rules: Group = [
  {
    short: "i",
    long: "rules-directory",
    value: "rulesdir",
    about:
      "Let in who a rule in this directory lets in; its format is s6-accessrules-cdb-from-fs's.",
    apply: (settings, path) => {
      settings.rules = { kind: "directory", path };
    },
    spell: ({ rules }) => (rules?.kind === "directory" ? rules.path : null),
  },
  {
    short: "x",
    long: "rules-file",
    value: "rulesfile",
    about: "The same with the cdb file that s6-accessrules-cdb-from-fs makes of the directory.",
    apply: (settings, path) => {
      settings.rules = { kind: "file", path };
    },
    spell: ({ rules }) => (rules?.kind === "file" ? rules.path : null),
  },
];

/** What stands in front of us and of TLS. */
export const proxies: readonly Group[] = [
  [
    flag(["L", "proxy-protocol"], "Read a PROXY header first, version 1 or 2, in front of TLS.", [
      "proxyProtocol",
      true,
    ]),
  ],
  [
    {
      long: "proxy-from",
      value: "networks",
      about:
        "With -L: take headers from these addresses and networks only, with commas between them; limits, rules and the log are then about the client in place of the proxy.",
      apply: (settings, value) => {
        settings.proxies = networks(value);
      },
      spell: ({ proxies }) => (proxies.length === 0 ? null : proxies.map(networkText).join(",")),
    },
  ],
];

export const access: readonly Group[] = [
  rules,
  [
    flag(["e", "lookups"], "Look up TCPREMOTEHOST and TCPLOCALHOST.", ["lookUpAlways", true]),
    flag(["H", "no-lookups"], "Look no name up.", ["lookUp", false]),
  ],
  [
    flag(["h", "hosts-file"], "The hosts file comes before DNS, and -p doesn't apply to it.", [
      "hostsFile",
      true,
    ]),
  ],
  [
    flag(["p", "paranoid"], "Hang up unless the client's name leads back to its address.", [
      "paranoid",
      true,
    ]),
    flag(["P", "no-paranoid"], "Don't. The default.", ["paranoid", false]),
  ],
  [
    flag(["r", "ident"], "Ask the client's host whose connection it is (IDENT).", ["ident", true]),
    flag(["R", "no-ident"], "Don't. The default.", ["ident", false]),
  ],
  [
    flag(["w", "fatal-lookups"], "Hang up when a look-up fails.", ["lookupErrorsRefuse", true]),
    flag(["W", "no-fatal-lookups"], "Don't. The default.", ["lookupErrorsRefuse", false]),
  ],
  localName,
  [
    value(
      ["t", "lookup-timeout"],
      ["milliseconds", "Hang up if all look-ups together take longer; 0, the default: no limit."],
      ["lookupTimeout", unsigned],
    ),
  ],
  [
    value(
      ["B", "banner"],
      ["banner", "Write this to each client at once, in clear, before anything is checked."],
      ["banner", asGiven],
    ),
  ],
  ...proxies,
];

/** Is anything asked for that happens before TLS? As in the original, that is what starts look-ups. */
export function wantsAccess(settings: AccessSettings): boolean {
  const { lookUpAlways, noDelay, lookUp, hostsFile, paranoid, ident } = settings;
  const { localName, banner, rules } = settings;
  const isNamed = localName !== null || banner !== null || rules !== null;
  return lookUpAlways || noDelay || !lookUp || hostsFile || paranoid || ident || isNamed;
}

/** @throws {UsageError} unless it is addresses and networks with commas between them */
function networks(text: string): Network[] {
  return text.split(",").map((one) => {
    const network = parseNetwork(one);
    if (network === null) throw new UsageError(`neither an IP address nor a network: ${one}`);
    return network;
  });
}
