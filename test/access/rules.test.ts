/**
 * Access rules in a directory, and in the cdb file that Debian's s6-accessrules-cdb-from-fs makes
 * of it: both say the same.
 */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { firstRule, judgeName, rulesAboutAddress, rulesAboutName } from "../../src/access/judge.ts";
import { judge } from "../../src/access/judgement.ts";
import type { AccessRules } from "../../src/access/rule.ts";
import { RulesDirectory } from "../../src/access/rules-directory.ts";
import { RulesFile } from "../../src/access/rules-file.ts";
import { scratch } from "../support/scratch.ts";

const FILES: Readonly<Record<string, string>> = {
  "ip4/192.0.2.1_32/deny": "",
  "ip4/192.0.2.0_24/allow": "",
  "ip4/192.0.2.0_24/env/KEYFILE": "/keys/of the network  \t\nsecond line",
  "ip4/192.0.2.0_24/env/REMOVED": "",
  "ip4/192.0.2.0_24/env/EMPTY": "\n",
  "ip4/192.0.2.0_24/env/LINES": "one\0two",
  "ip4/192.0.2.0_24/env/.hidden": "an editor's copy",
  "ip4/192.0.2.0_24/exec": "echo instead",
  "ip4/198.51.100.0_25/allow": "",
  "ip4/198.51.100.0_25/deny": "",
  "ip6/2001:db8::_32/allow": "",
  "ip6/::_0/deny": "",
  "reversedns/example.test/allow": "",
  "reversedns/@/deny": "",
};

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(scratch, "rules-"));
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  file = `${directory}.cdb`;
  execFileSync("s6-accessrules-cdb-from-fs", [file, directory]);
});

const about = (rules: AccessRules, address: string) => firstRule(rules, rulesAboutAddress(address));

describe.each([
  ["a directory", (): AccessRules => new RulesDirectory(directory)],
  ["a cdb file", (): AccessRules => new RulesFile(file)],
])("in %s", (_, open) => {
  it("the narrowest network with a rule decides", () => {
    expect(about(open(), "192.0.2.1")).toEqual({ access: "deny" });
    expect(about(open(), "192.0.2.2")).toMatchObject({ access: "allow" });
    expect(about(open(), "2001:db8:1::5")).toMatchObject({ access: "allow", exec: null });
    expect(about(open(), "2001:db9::5")).toEqual({ access: "deny" });
  });

  it("a rule's environment and exec come with it", () => {
    expect(about(open(), "192.0.2.2")).toEqual({
      access: "allow",
      environment: new Map([
        ["EMPTY", ""],
        ["KEYFILE", "/keys/of the network"],
        ["LINES", "one\ntwo"],
        ["REMOVED", null],
      ]),
      exec: "echo instead",
    });
  });

  it("of many rules, each is found", () => {
    const hosts = Array.from({ length: 500 }, (_, host) => `10.0.${host >> 8}.${host & 255}`);
    for (const host of hosts) {
      mkdirSync(join(directory, `ip4/${host}_32`));
      writeFileSync(join(directory, `ip4/${host}_32/allow`), "");
    }
    execFileSync("s6-accessrules-cdb-from-fs", [file, directory]);
    const rules = open();
    expect(hosts.filter((host) => about(rules, host)?.access !== "allow")).toEqual([]);
    expect(about(rules, "10.0.2.0")).toBeNull();
  });

  it("allow wins over deny in one rule", () => {
    expect(about(open(), "198.51.100.127")).toMatchObject({ access: "allow" });
  });

  it("an address without a rule is left to its name", () => {
    expect(about(open(), "198.51.100.128")).toBeNull();
    expect(judgeName(open(), "mail.example.test")).toMatchObject({ access: "allow" });
    expect(judgeName(open(), "example.test")).toMatchObject({ access: "allow" });
    expect(judgeName(open(), "badexample.test")).toEqual({ access: "deny" });
    expect(judgeName(open(), null)).toEqual({ access: "deny" });
  });
});

it("the names that are asked for an address have its networks, wide ones last", () => {
  const names = rulesAboutAddress("192.0.2.129");
  expect(names).toHaveLength(33);
  expect(names.slice(0, 3)).toEqual([
    "ip4/192.0.2.129_32",
    "ip4/192.0.2.128_31",
    "ip4/192.0.2.128_30",
  ]);
  expect(names.slice(-2)).toEqual(["ip4/128.0.0.0_1", "ip4/0.0.0.0_0"]);
  expect(rulesAboutAddress("2001:db8::1")).toHaveLength(129);
  expect(rulesAboutAddress("2001:db8::1").at(-1)).toBe("ip6/::_0");
  expect(rulesAboutAddress("fe80::1%eth0")[0]).toBe("ip6/fe80::1_128");
});

it("the names that are asked for a host name lose a label at a time", () => {
  expect(rulesAboutName("a.b.test")).toEqual([
    "reversedns/a.b.test",
    "reversedns/b.test",
    "reversedns/test",
    "reversedns/@",
  ]);
});

it("a cdb file that is replaced while it is in use is read anew by the next question", () => {
  const rules = new RulesFile(file);
  expect(about(rules, "192.0.2.1")).toEqual({ access: "deny" });
  writeFileSync(join(directory, "ip4/192.0.2.1_32/allow"), "");
  execFileSync("s6-accessrules-cdb-from-fs", [`${file}.new`, directory]);
  renameSync(`${file}.new`, file);
  expect(about(rules, "192.0.2.1")).toMatchObject({ access: "allow" });
});

it("a cdb file that is cut short anywhere refuses, or says what the whole says", () => {
  const whole = readFileSync(file);
  const answers = new Set<string>();
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(file, whole);
    truncateSync(file, length);
    try {
      answers.add(about(new RulesFile(file), "192.0.2.1")?.access ?? "none");
    } catch (error) {
      answers.add((error as Error).constructor.name);
    }
  }
  expect(answers).toEqual(new Set(["RulesError", "deny"]));
});

it("a cdb file's rule whose last block is said to be longer than the rule refuses", () => {
  const bytes = readFileSync(file);
  const exec = bytes.indexOf("echo instead");
  bytes.writeUInt16BE("echo instead".length + 1, exec - 2);
  writeFileSync(file, bytes);
  expect(() => about(new RulesFile(file), "192.0.2.2")).toThrow("a rule is cut short");
});

it("a cdb file with any byte changed never gives more than a wrong answer or an error", () => {
  const whole = readFileSync(file);
  for (let index = 0; index < whole.length; index += 3) {
    const changed = Buffer.from(whole);
    changed[index] = (changed[index] ?? 0) ^ 0xff;
    writeFileSync(file, changed);
    try {
      const verdict = about(new RulesFile(file), "192.0.2.2");
      expect(["allow", "deny", undefined]).toContain(verdict?.access);
    } catch (error) {
      expect((error as Error).constructor.name).toBe("RulesError");
    }
  }
});

it("a file that is not there, or no cdb, refuses with its name", () => {
  const missing = join(directory, "none.cdb");
  expect(() => about(new RulesFile(missing), "192.0.2.1")).toThrow(missing);
  writeFileSync(missing, "no database");
  expect(() => about(new RulesFile(missing), "192.0.2.1")).toThrow("too short");
});

it("a client that no rule knows is refused", () => {
  const none = { find: () => null };
  expect(judgeName(none as never, "mail.example.test")).toEqual({ access: "deny" });
  expect(judgeName(none as never, null)).toEqual({ access: "deny" });
});

it.each(["UID", "GID"])(
  "a rule that sets %s, which is the same for all clients, refuses",
  async (name) => {
    writeFileSync(join(directory, `ip4/192.0.2.0_24/env/${name}`), "1");
    const ends = {
      ...{ remoteAddress: "192.0.2.2", remotePort: 1 },
      ...{ localAddress: "127.0.0.1", localPort: 1 },
    };
    const lookups = {
      ...{ names: false, remoteName: null, hostsFile: false, paranoid: false, ident: false },
      ...{ localName: "here", errorsRefuse: false, timeout: 0 },
    };
    const rules = new RulesDirectory(directory);
    const judged = await judge(ends, { rules, lookups, fixed: ["UID", "GID"] }, () => {});
    expect(judged).toMatchObject({ access: "refused", isProblem: true });
    expect(judged).toHaveProperty("reason", expect.stringContaining(`its rule sets ${name}`));
  },
);
