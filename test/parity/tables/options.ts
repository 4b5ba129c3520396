/** The companions' page: options in general, their long forms, and diagnostics. */
import { expect } from "vitest";
import { runAlone } from "../../support/alone.ts";
import { asksForCertificate, insistsOnCertificate } from "../behaviours/client-certificates.ts";
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
import type { Row, Section, Test } from "../statement.ts";
import { credentials, visit } from "../visit.ts";

const text = "Its companions";

const spelling: Section = {
  text,
  section: "How options are spelled",
  rows: [
    [
      "Letters may stand in a cluster, as in -SJy.",
      async () => {
        await sendsCloseNotify("-SJ");
        await insistsOnCloseNotify("-SJ");
        await insistsOnCertificate("-SJy");
      },
    ],
    ["A value may be attached, as in -K100.", () => givesUpSoon("-K100")],
    ["A value may be the next argument, as in -K 100.", () => givesUpSoon("-K 100")],
    ["A value may be attached at the end of a cluster.", () => givesUpSoon("-SJK100")],
    [
      "Options end at the first operand.",
      async () => expect(await output("-Z", ["printf", "%s", "-S"])).toBe("-S"),
    ],
    [
      "Options end at --, which is no operand itself.",
      async () => expect(await output("-Z --", ["printf", "%s", "--", "-x"])).toBe("---x"),
    ],
    ["A long option's value may follow an equals sign.", () => isQuiet("--verbosity=0")],
    ["A long option's value may be the next argument.", () => isQuiet("--verbosity 0")],
    ...["-v", "-K", "-k"].map(
      (option): Row => [
        `A value of ${option} that is no unsigned integer is wrong usage.`,
        async () => {
          for (const value of ["", "-1", "1.5", "0x1", "one", "99999999999"]) {
            expect(await wrongUsage([option, value, "true"]), value).toBe(true);
          }
        },
      ],
    ),
  ],
};

const longForms: Section = {
  text,
  section: "Long options",
  rows: rows({
    "--close-notify is -S.": () => sendsCloseNotify("--close-notify"),
    "--no-close-notify is -s.": () => halfCloses("-S --no-close-notify"),
    "--enforce-close-notify is -J.": () => insistsOnCloseNotify("--enforce-close-notify"),
    "--no-enforce-close-notify is -j.": () => takesAnyEof("-J --no-enforce-close-notify"),
    "--client-cert is -Y.": () => asksForCertificate("--client-cert"),
    "--mandatory-client-cert is -y.": () => insistsOnCertificate("--mandatory-client-cert"),
    "--keep is -Z.": () => keepsVariables("--keep"),
    "--no-keep is -z.": () => cleansVariables("-Z --no-keep"),
    "--verbosity is -v.": () => tellsConnections("--verbosity=2"),
    "--handshake-timeout is -K.": () => givesUpSoon("--handshake-timeout=100"),
    "--sni-level is -k.": () => choosesByName("--sni-level=1"),
    "--sni is -k 1.": () => choosesByName("--sni"),
    "--mandatory-sni is -k 2.": () => knowsNamesOnly("--mandatory-sni"),
  }),
};

const contradictions: Section = {
  text,
  section: "Of options that contradict each other, the last one wins",
  rows: rows({
    "-S after -s.": () => sendsCloseNotify("-s -S"),
    "-s after -S.": () => halfCloses("-S -s"),
    "-J after -j.": () => insistsOnCloseNotify("-j -J"),
    "-j after -J.": () => takesAnyEof("-J -j"),
    "-Y after -y.": () => asksForCertificate("-y -Y"),
    "-y after -Y.": () => insistsOnCertificate("-Y -y"),
    "-Z after -z.": () => keepsVariables("-z -Z"),
    "-z after -Z.": () => cleansVariables("-Z -z"),
    "-v 1 after -v 0.": () => tellsErrors("-v 0 -v 1"),
    "-K 100 after -K 60000.": () => givesUpSoon("-K 60000 -K 100"),
    "-k 0 after -k 2.": () => knowsDefaultOnly("-k 2 -k 0"),
    "-k 2 after --sni.": () => knowsNamesOnly("--sni -k 2"),
  }),
};

const diagnostics: Section = {
  text,
  section: "Diagnostics",
  rows: [
    [
      "Wrong usage: program, `usage`, the reason, and `see … --help`, in one line on standard error.",
      async () => {
        const { stdout, stderr } = await runAlone({ args: ["-x", "true"] });
        expect(stdout).toBe("");
        expect(stderr).toMatch(/^s6-tlsd: usage: [^\n]+; see s6-tlsd --help\n$/);
      },
    ],
    [
      "An error: program, `fatal`, what could not be done and why, in one line on standard error.",
      async () => {
        const missing = { ...credentials, keyFile: "/no/key" };
        const { stdout, stderr } = await runAlone({ credentials: missing });
        const reason = "unable to read private key in /no/key: No such file or directory";
        expect({ stdout, stderr }).toEqual({ stdout: "", stderr: `s6-tlsd: fatal: ${reason}\n` });
      },
    ],
  ],
};

export const options: readonly Section[] = [spelling, longForms, contradictions, diagnostics];

function rows(tests: Record<string, Test>): Row[] {
  return Object.entries(tests);
}

async function output(options: string, prog: string[]): Promise<string> {
  return (await visit({ options, prog })).answer;
}

async function wrongUsage(args: string[]): Promise<boolean> {
  const { code, stderr } = await runAlone({ credentials, args });
  return code === 100 && stderr.startsWith("s6-tlsd: usage: ");
}
