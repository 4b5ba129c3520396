/** The reference page of s6-tlsd: its options. */
import { expect } from "vitest";
import {
  asksForCertificate,
  asksForNone,
  insistsOnCertificate,
} from "../behaviours/client-certificates.ts";
import {
  halfCloses,
  insistsOnCloseNotify,
  sendsCloseNotify,
  takesAnyEof,
} from "../behaviours/closing.ts";
import { givesUpSoon } from "../behaviours/handshake-timeout.ts";
import { choosesByName, knowsDefaultOnly, knowsNamesOnly } from "../behaviours/server-names.ts";
import { cleansVariables, keepsVariables } from "../behaviours/variables.ts";
import { isQuiet, tellsConnections, tellsErrors } from "../behaviours/verbosity.ts";
import { command, type Section } from "../statement.ts";
import { refused } from "../visit.ts";

export function s6TlsdOptions(text: string): Section {
  return { text, section: "Options", rows: ROWS };
}

const ROWS: Section["rows"] = [
  ["-v: 1 is the default.", () => tellsErrors("")],
  ["-v 1: errors.", () => tellsErrors("-v 1")],
  ["-v 0: quiet.", () => isQuiet("-v 0")],
  ["-v 2: verbose.", () => tellsConnections("-v 2")],
  ["-v with more than 2: no less than that.", () => tellsConnections("-v 3")],
  ["-Z: the variables for s6-tlsd-io stay in prog's environment.", () => keepsVariables("-Z")],
  ["-z: they are cleaned out of it.", () => cleansVariables("-z")],
  ["-z is the default.", () => cleansVariables("")],
  ["-S: on prog's EOF, send close_notify and break the connection.", () => sendsCloseNotify("-S")],
  ["-s: on prog's EOF, half-close TCP without close_notify.", () => halfCloses("-s")],
  ["-s is the default.", () => halfCloses("")],
  [
    "-J: s6-tlsd-io has a nonzero exit code if the peer's EOF comes without close_notify.",
    () => insistsOnCloseNotify("-J"),
  ],
  ["-j: any EOF of the peer is a normal end.", () => takesAnyEof("-j")],
  ["-Y: a client certificate is asked for and may be missing.", () => asksForCertificate("-Y")],
  ["-y: a client certificate is asked for and must be there.", () => insistsOnCertificate("-y")],
  ["With neither, none is asked for.", () => asksForNone("")],
  [
    "-K: the connection is closed when the handshake takes more than so many milliseconds.",
    () => givesUpSoon("-K 100"),
  ],
  [
    "-K 0: it may take for ever.",
    command("client-is-silent", "with %s, a silent client may take its time"),
  ],
  [
    "-K 0 is the default.",
    command("client-is-silent", "with no option, a silent client may take its time"),
  ],
  [
    "-K bears on the handshake alone.",
    command("client-is-silent", "after the handshake, -K has no say"),
  ],
  [
    "-k 1: a KEYFILE:x with its CERTFILE:x serves the clients that ask for x, and the default pair the others.",
    () => choosesByName("-k 1"),
  ],
  [
    "-k 2: the pairs for server names alone are read, KEYFILE and CERTFILE are not.",
    () => knowsNamesOnly("-k 2"),
  ],
  ["-k with more than 2: the same.", () => knowsNamesOnly("-k 7")],
  [
    "-k 1 and more: every KEYFILE:x is read, whether or not a client asks for x.",
    async () => {
      const environment = { "KEYFILE:x.test": "/no/key", "CERTFILE:x.test": "/no/certificate" };
      expect(await refused({ options: "-k 1", environment })).toMatchObject({ code: 96 });
    },
  ],
  [
    "-k 0: KEYFILE and CERTFILE are the only pair, no other variable is read for one.",
    () => knowsDefaultOnly("-k 0"),
  ],
  ["-k 0 is the default.", () => knowsDefaultOnly("")],
];
