import { describe, expect, test } from "vitest";
import {
  bearhugClientLine,
  bearhugServerLine,
  RELAY_DEFAULTS,
} from "../../src/cli/bearhug-options.ts";
import { CLIENT_DEFAULTS, UCSPI_DESCRIPTORS } from "../../src/cli/client-options.ts";
import * as lines from "../../src/cli/command-lines.ts";
import { DIAL_DEFAULTS } from "../../src/cli/dial-options.ts";
import { Question } from "../../src/cli/help.ts";
import {
  type CommandLine,
  type Option,
  parse,
  spellOut,
  UsageError,
} from "../../src/cli/options.ts";
import { SERVER_DEFAULTS, s6TlsserverLine } from "../../src/cli/super-server-line.ts";
import { s6TlsclientLine } from "../../src/cli/tcp-client-line.ts";
import { DEFAULTS } from "../../src/cli/tls-options.ts";
import { Chance } from "../support/mutations.ts";

/**
 * What a command line says can be spelt out again for another program of ours, and nothing is lost:
 * a setting that was would be lost under TLS_UID, and with delayed TLS.
 */

type Settings = Record<string, unknown>;

const CLIENT = { ...CLIENT_DEFAULTS, ...UCSPI_DESCRIPTORS };

const PROGRAMS = (
  [
    ["s6-tlsd", lines.s6TlsdLine, DEFAULTS],
    ["s6-tlsd-io", lines.s6TlsdIoLine, { ...DEFAULTS, notify: null }],
    ["s6-tlsserver", s6TlsserverLine, SERVER_DEFAULTS],
    ["s6-tlsc", lines.s6TlscLine, CLIENT],
    ["s6-tlsc-io", lines.s6TlscIoLine, { ...CLIENT_DEFAULTS, notify: null }],
    ["s6-tlsclient", s6TlsclientLine, { ...CLIENT_DEFAULTS, ...DIAL_DEFAULTS }],
    ["s6-ucspitlsd", lines.s6UcspitlsdLine, DEFAULTS],
    ["s6-ucspitlsc", lines.s6UcspitlscLine, CLIENT],
    ["bearhug server", bearhugServerLine, RELAY_DEFAULTS],
    ["bearhug client", bearhugClientLine, RELAY_DEFAULTS],
  ] as unknown as [string, CommandLine<Settings>, Settings][]
).map(([program, line, defaults]) => ({ program, line, defaults }));

describe.each(PROGRAMS)("$program", ({ line }) => {
  test("has no two options of one name", () => {
    const options = line.groups.flat();
    const names = options.flatMap(({ long, short }) => [long, ...(short ? [short] : [])]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});

/** Of these, each option takes some. */
const VALUES = [
  "0",
  "1",
  "2",
  "7",
  "128",
  "1800000000",
  "1.2",
  "1+2",
  "3,4",
  "json",
  "text",
  "-x=y",
  "a.test",
  "::1",
  "192.0.2.0/24,2001:db8::/32",
  "[::1]:80",
  "unix:/run/status.sock",
  "127.0.0.1:443",
  "fd:3",
  "systemd:https",
  "a.test=/cert.pem,/key.pem",
  "b.test=/cert,/key=",
  `sha256//${Buffer.alloc(32, 1).toString("base64")}`,
  `sha256//${Buffer.alloc(32, 2).toString("base64")};sha256//${Buffer.alloc(32).toString("base64")}`,
  "v1",
  "v2-tls",
  "smtp",
  "",
];

/** How an option can be given; nothing for one that is no setting. */
function spellings(option: Option<Settings>, defaults: Settings): string[] {
  const all = option.levels
    ? ["", "0", "1", "9"].map((level) => `-${option.short}${level}`)
    : option.value === undefined
      ? [`--${option.long}`]
      : VALUES.map((value) => `--${option.long}=${value}`);
  return all.filter((arg) => isUsable(option, arg, defaults));
}

function isUsable(option: Option<Settings>, arg: string, defaults: Settings): boolean {
  try {
    parse({ groups: [[option]], operands: "" }, [arg], { ...defaults });
    return true;
  } catch (error) {
    if (error instanceof UsageError || error instanceof Question) return false;
    throw error;
  }
}

/** They are no settings. */
const QUESTIONS = ["help", "version"];

/** Any of the rules that let in a client is enough, so their order says nothing. */
function inOrder({ admitted = [], ...rest }: Settings): Settings {
  const rules = (admitted as readonly object[]).map((rule) => JSON.stringify(rule));
  return { ...rest, admitted: rules.sort() };
}

function read(line: CommandLine<Settings>, defaults: Settings, args: readonly string[]): Settings {
  const settings = { ...defaults };
  expect(parse(line, args, settings)).toEqual([]);
  return settings;
}

describe.each(PROGRAMS)("the settings of $program", ({ line, defaults }) => {
  const usable = line.groups
    .flat()
    .map((option) => ({ option, args: spellings(option, defaults) }));

  test("are the same once they are spelt out, by any one option", () => {
    for (const { option, args } of usable) {
      for (const arg of args) {
        const settings = read(line, defaults, [arg]);
        const again = read(line, defaults, spellOut(line, settings));
        expect(inOrder(again), `${option.long}: ${arg}`).toEqual(inOrder(settings));
      }
    }
    // An option that no value of ours fits would be no test.
    const untried = usable.filter(({ args }) => args.length === 0);
    expect(untried.map(({ option }) => option.long)).toEqual(QUESTIONS);
  });

  test("are the same, by any options together", () => {
    const chance = new Chance(1);
    const all = usable.flatMap(({ args }) => args);
    for (let round = 0; round < 500; round++) {
      const args = Array.from({ length: chance.below(12) }, () => chance.pick(all));
      const settings = read(line, defaults, args);
      const again = read(line, defaults, spellOut(line, settings));
      expect(inOrder(again), args.join(" ")).toEqual(inOrder(settings));
    }
  });
});

describe("the tunnel in a process of its own", () => {
  const server = lines.s6TlsdIoLine as unknown as CommandLine<Settings>;
  const client = lines.s6TlscIoLine as unknown as CommandLine<Settings>;

  test.each([
    ["s6-tlsd", lines.s6TlsdLine, DEFAULTS, server, lines.serverTunnelOptions],
    ["s6-tlsc", lines.s6TlscLine, CLIENT_DEFAULTS, client, lines.clientTunnelOptions],
  ] as unknown as [
    string,
    CommandLine<Settings>,
    Settings,
    CommandLine<Settings>,
    (settings: Settings) => string[],
  ][])(
    "gets every setting of %s but what is for prog's side alone",
    (_, line, defaults, io, options) => {
      const chance = new Chance(2);
      const all = line.groups.flat().flatMap((option) => spellings(option, defaults));
      for (let round = 0; round < 300; round++) {
        const args = Array.from({ length: chance.below(10) }, () => chance.pick(all));
        const given = read(line, defaults, args);
        const { keepEnvironment: _keep, readFd: _read, writeFd: _write, ...rest } = given;
        expect(read(io, { ...defaults }, options(given)), args.join(" ")).toMatchObject(rest);
      }
    },
  );
});
