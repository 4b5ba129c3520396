/** The companions' page: the programs that don't exist yet, a row each. */
import { notBuiltYet, type Section } from "../statement.ts";

const PROGRAMS = {
  "s6-tlsc": "The client's mirror of s6-tlsd, with the connection on descriptors 6 and 7.",
  "s6-tlsc-io": "The client's mirror of s6-tlsd-io, with cleartext on 0 and 1.",
  "s6-tlsclient": "Connects to a host and a port, and then is s6-tlsc.",
  "s6-ucspitlsd": "Delayed TLS on the server's side, for STARTTLS.",
  "s6-ucspitlsc": "Delayed TLS on the client's side.",
};

export const laterPrograms: readonly Section[] = [
  {
    text: "The other companions",
    section: "Programs",
    rows: Object.entries(PROGRAMS).map(([name, statement]) => [statement, notBuiltYet(name)]),
  },
];
