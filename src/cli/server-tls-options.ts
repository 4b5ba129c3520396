/** What servers have besides the options of tls-options.ts. */
import { never, type OptionGroup, UsageError, unsigned } from "./options.ts";
import { readingsOf, switchesOf } from "./rows.ts";
import { DEFAULTS, LONGEST_LIFETIME, type TlsSettings } from "./tls-options.ts";

const MOST_TICKETS = 4;

type Group = OptionGroup<TlsSettings>;

const flag = switchesOf<TlsSettings>();
const value = readingsOf<TlsSettings>();

export const clientCertificate: Group = [
  flag(["Y", "client-cert"], "Request an optional client certificate.", [
    "clientCertificate",
    "optional",
  ]),
  flag(["y", "mandatory-client-cert"], "Request a mandatory client certificate.", [
    "clientCertificate",
    "mandatory",
  ]),
];

export const sniLevel: Group = [
  value(
    ["k", "sni-level"],
    [
      "snilevel",
      "1: choose the chain by server name. 2: and refuse other names. 0, the default: neither.",
    ],
    ["sniLevel", unsigned],
  ),
  { ...flag(["", "sni"], "The same as -k 1.", ["sniLevel", 1]), spell: never },
  { ...flag(["", "mandatory-sni"], "The same as -k 2.", ["sniLevel", 2]), spell: never },
];

/** Resumption of sessions (RFC 8446, 2.2). */
export const tickets: Group = [
  value(
    ["", "tickets"],
    [
      "number",
      `Session tickets for each client of TLS 1.3, 0 to ${MOST_TICKETS}; 0: no session is resumed. ` +
        `The default is ${DEFAULTS.tickets}. With -y or -Y there are none.`,
    ],
    ["tickets", within(0, MOST_TICKETS)],
  ),
];

export const ticketLifetime: Group = [
  value(
    ["", "ticket-lifetime"],
    [
      "seconds",
      `How long a session can be resumed: 1 to ${LONGEST_LIFETIME} seconds, which is the default.`,
    ],
    ["ticketLifetime", within(1, LONGEST_LIFETIME)],
  ),
];

function within(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = unsigned(value);
    if (number >= least && number <= most) return number;
    throw new UsageError(`${value} is out of range; it is ${least} to ${most}`);
  };
}
