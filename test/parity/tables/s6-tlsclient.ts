/** The companions' page: s6-tlsclient. */
import { client, type Section } from "../statement.ts";

const addresses = "tlsclient-addresses";
const lookups = "tlsclient-lookups";
const names = "tlsclient-names";
const server = "tlsclient-server";
const usage = "tlsclient-wrong-usage";

export const s6Tlsclient: readonly Section[] = [
  {
    text: "The other companions",
    section: "s6-tlsclient",
    rows: [
      [
        "Connects to a host and a port, and then is s6-tlsc.",
        client(server, "openssl s_server: its page about the session is there to be read"),
      ],
      [
        "It tries every address of the host in turn.",
        client(addresses, "of which %s alone listens"),
      ],
      [
        "It fails when none answers.",
        client(addresses, "of which none listens: 111, and one line"),
      ],
      [
        "-T: so many seconds for each address, in the first round and in the second.",
        client("tlsclient-timeout", "-T: a silent address leaves time for the others"),
      ],
      [
        "-t: an overall limit for connecting, in seconds.",
        client("tlsclient-timeout", "-t: 111, and one line, however long the rounds are"),
      ],
      [
        "-4 and -6 together: IPv6 addresses first.",
        client(lookups, "IPv4 addresses are tried first; -4 -6 tries IPv6 first"),
      ],
      [
        "A host by its name is found by DNS, and is TCPREMOTEHOST.",
        client(lookups, "a host is found by DNS, and is the name that prog finds"),
      ],
      [
        "Without -l, TCPLOCALHOST is looked up.",
        client(
          lookups,
          "for an address, DNS is asked for both names; -l names ours, and -H asks for none",
        ),
      ],
      ["-4 and -6: one family alone.", client(addresses, "of two families: -4 and -6 choose")],
      [
        "-n and -N: the host is completed by the search list, or not.",
        client(lookups, "a short name is completed by the search list, unless -N is given"),
      ],
      [
        "-l: TCPLOCALHOST, in place of a look-up.",
        client(
          lookups,
          "for an address, DNS is asked for both names; -l names ours, and -H asks for none",
        ),
      ],
      [
        "-h: the hosts file first.",
        client(lookups, "-h: the hosts file has the first word about names of addresses"),
      ],
      [
        "-r and -R: TCPREMOTEINFO by IDENT, or not.",
        client(lookups, "-r: prog finds what IDENT says, and what is no answer is not told"),
      ],
      [
        "-i and -p: the local address and port.",
        client(addresses, "-i and -p choose where it comes from"),
      ],
      [
        "-d and -D: Nagle's algorithm on or off.",
        client("tlsclient-nagle", "small records leave at once, unless -d has the last word"),
      ],
      [
        "The host's name is asked for by SNI, and is the name that the certificate must have.",
        client(names, "the host's name is asked for, and its certificate taken"),
      ],
      [
        "-k: another name counts.",
        client(names, "-k names another: its certificate is the wrong one, 98"),
      ],
      [
        "-H: no look-up; without -k, no name is asked for.",
        client(names, "a certificate for the address is taken, and no name asked for"),
      ],
      [
        "prog finds PROTO, TCPREMOTEIP, TCPREMOTEPORT, TCPREMOTEHOST, TCPLOCALIP and TCPLOCALPORT.",
        client(server, "prog finds who talks to whom, and what was negotiated"),
      ],
      [
        "The port may be the name of a service.",
        client(usage, "a service by its name is that port"),
      ],
      [
        "CADIR or CAFILE is required.",
        client(usage, "neither CADIR nor CAFILE: 100, and nobody is called"),
      ],
      [
        "-y: sends a client certificate.",
        client(server, "-y: its certificate against -y of our server"),
      ],
    ],
  },
];
