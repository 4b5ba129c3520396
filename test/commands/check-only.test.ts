/**
 * `--check`, of each program: options, keys and certificates are judged as a start would, with its
 * words and its exit code, and nothing is served, dialled or run.
 */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const other = authority.issue();

const marker = scratchFile("marker");
const prog = ["touch", marker];

/** Operands that no start could use: descriptors that are closed, an address that is not ours. */
const PROGRAMS: Record<string, { options: string[]; operands: string[] }> = {
  "s6-tlsd": { options: [], operands: prog },
  "s6-tlsd-io": { options: [], operands: ["33", "34"] },
  "s6-tlsserver": { options: [], operands: ["192.0.2.1", "443", ...prog] },
  "s6-tlsc": { options: ["-y", "-k", "x.test"], operands: prog },
  "s6-tlsc-io": { options: ["-y", "-k", "x.test"], operands: ["33", "34"] },
  "s6-tlsclient": { options: ["-y"], operands: ["nowhere.invalid", "443", ...prog] },
  "s6-ucspitlsd": { options: [], operands: prog },
  "s6-ucspitlsc": { options: ["-y", "-k", "x.test"], operands: prog },
};

const names = Object.keys(PROGRAMS);

interface Judged {
  options?: string[];
  environment?: Record<string, string>;
  operands?: string[];
}

/** @param check false: the start that is to be compared with */
function judge(name: string, judged: Judged = {}, check = true) {
  const { options, operands } = PROGRAMS[name] as (typeof PROGRAMS)[string];
  const all = [...(check ? ["--check"] : []), ...options, ...(judged.options ?? [])];
  const command = [program(name), ...all, ...(judged.operands ?? operands)];
  const environment = { ...credentialsEnvironment(credentials), CAFILE: authority.certFile };
  return run(command, { environment: { ...environment, ...judged.environment } });
}

it.each(names)("%s: what is good ends with 0, and without a word", async (name) => {
  const { code, stdout, stderr } = await judge(name);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(existsSync(marker)).toBe(false);
});

describe.each<[what: string, judged: Judged, code: number]>([
  ["a key that isn't there", { environment: { KEYFILE: "/nowhere" } }, 96],
  ["a key of another certificate", { environment: { KEYFILE: other.keyFile } }, 96],
  ["a certificate that is none", { environment: { CERTFILE: credentials.keyFile } }, 96],
  ["an unknown profile", { options: ["--tls-profile", "x"] }, 100],
  ["an unknown group", { options: ["--groups", "x"] }, 100],
  ["no version that is left", { options: ["--tls-profile", "strict", "--tls-max", "1.0"] }, 100],
  ["an unknown option", { options: ["--nothing"] }, 100],
  ["TLS_UID that is none", { environment: { TLS_UID: "x" } }, 100],
])("%s", (_, judged, expected) => {
  it.each(names)("%s: as at a start", async (name) => {
    const { code, stderr } = await judge(name, judged);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(code).toBe(expected);
    // A start of these would want descriptors, or a server, before it looks at credentials.
    if (!STARTS_WITH_DESCRIPTORS.includes(name)) {
      const start = await judge(name, judged, false);
      expect({ code: start.code, stderr: start.stderr }).toEqual({ code, stderr });
    }
  });
});

const STARTS_WITH_DESCRIPTORS = ["s6-tlsclient", "s6-ucspitlsd", "s6-ucspitlsc"];

it.each(["s6-tlsd", "s6-tlsserver", "s6-tlsc"])(
  "%s: a prog that isn't there is told",
  async (name) => {
    const { operands } = PROGRAMS[name] as (typeof PROGRAMS)[string];
    const nothing = [...operands.slice(0, -2), "/nowhere/prog"];
    const { code, stderr } = await judge(name, { operands: nothing });
    expect(stderr).toContain("warning: prog /nowhere/prog is not there, or can't be run");
    expect(code).toBe(0);
  },
);

describe("s6-tlsserver", () => {
  it("rules that can't be read end it, as at a start", async () => {
    const judged = { options: ["-i", "/nowhere/rules"] };
    const { code, stderr } = await judge("s6-tlsserver", judged);
    expect(stderr).toContain("/nowhere/rules");
    expect(code).not.toBe(0);
    const start = await judge("s6-tlsserver", judged, false);
    expect({ code: start.code, stderr: start.stderr }).toEqual({ code, stderr });
  });

  it("a pair for a server name is judged with -k", async () => {
    const named = { "KEYFILE:a.test": other.keyFile, "CERTFILE:a.test": credentials.certFile };
    const unnamed = await judge("s6-tlsserver", { environment: named });
    expect(unnamed.code).toBe(0);
    const judged = await judge("s6-tlsserver", { environment: named, options: ["-k", "1"] });
    expect(judged.stderr).toContain("server name a.test");
    expect(judged.code).toBe(96);
  });

  it("a server that has the port already is no hindrance", async () => {
    const running = createServer();
    const port = await new Promise<number>((resolve) => {
      running.listen(0, "127.0.0.1", () => resolve((running.address() as { port: number }).port));
    });
    const { code, stderr } = await judge("s6-tlsserver", {
      operands: ["127.0.0.1", `${port}`, ...prog],
    });
    running.close();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});
