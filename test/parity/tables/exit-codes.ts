/** The companions' page: the exit codes of s6-tlsd-io, which s6-tlsd passes on before prog runs. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { connectRaw } from "../../support/clients.ts";
import { type Ended, everything, run } from "../../support/processes.ts";
import { scratchFile } from "../../support/scratch.ts";
import { credentialsEnvironment, program } from "../../support/service.ts";
import { insistsOnCloseNotify } from "../behaviours/closing.ts";
import { command, type Row, type Section } from "../statement.ts";
import { authority, type Call, credentials, meet, open, pairFor } from "../visit.ts";

const PROGRAMS = ["s6-tlsd", "s6-tlsd-io"] as const;

type Program = (typeof PROGRAMS)[number];

/** What s6-tlsd-io finds on 3 and 4 when no test takes part. */
const SHELL = ["sh", "-c", 'exec "$0" "$@" 3<&0 4>&1'];

const other = authority.issue();

export const exitCodes: readonly Section[] = [
  {
    text: "Its companions",
    section: "Exit codes of s6-tlsd-io, and of s6-tlsd when prog was not started",
    rows: [
      [
        "0: the connection ended normally.",
        async () => {
          const { client, io } = await meet({});
          client.end();
          await everything(io.descriptor(4));
          io.descriptor(3).end();
          expect(await io.ended).toMatchObject({ code: 0, stderr: "" });
        },
      ],
      ...unusable("a bad key", { credentials: { ...credentials, keyFile: credentials.certFile } }),
      ...unusable("a bad certificate", {
        credentials: { ...credentials, certFile: credentials.keyFile },
      }),
      ...unusable("bad trust anchors", {
        options: "-Y",
        environment: { CAFILE: credentials.keyFile },
      }),
      ...unusable("a KEYFILE:x without its CERTFILE:x", {
        options: "-k 1",
        environment: { "KEYFILE:one.test": credentials.keyFile },
      }),
      ...unusable("a key that doesn't belong to its certificate", {
        credentials: { ...credentials, keyFile: other.keyFile },
      }),
      ...unusable("a KEYFILE:x that doesn't belong to its CERTFILE:x", {
        options: "-k 1",
        environment: pairFor("one.test", { ...credentials, keyFile: other.keyFile }),
      }),
      ...both("97: the engine can't be set up", async (name) => {
        const clone = scratchFile("clone");
        for (const folder of ["bin", "dist"]) {
          cpSync(join(program(name), "../..", folder), join(clone, folder), { recursive: true });
        }
        writeFileSync(join(clone, "dist/engine.wasm"), "damaged");
        const shell = [...SHELL, join(clone, "bin", name), ...operands(name)];
        const ended = await run(shell, {
          environment: credentialsEnvironment(credentials),
        });
        expect(ended).toMatchObject({ code: 97 });
      }),
      ...both("98: TLS error", async (name) => {
        const ended = await endOf(name, {}, "GET / HTTP/1.0\r\n\r\n");
        expect(ended).toMatchObject({ code: 98 });
      }),
      ...both("98: handshake timeout", async (name) => {
        expect(await endOf(name, { options: "-K 100" })).toMatchObject({ code: 98 });
      }),
      ["98: with -J, an EOF without close_notify.", () => insistsOnCloseNotify("-J")],
      ...both("100: wrong usage", async (name) => {
        const environment = credentialsEnvironment(credentials);
        for (const args of [[], ["--nonsense", ...operands(name)]]) {
          const ended = await run([program(name), ...args], { environment });
          expect(ended).toMatchObject({ code: 100 });
        }
      }),
      ...both("100: KEYFILE or CERTFILE is not set", async (name) => {
        const { keyFile, certFile } = credentials;
        expect(await endAlone(name, { KEYFILE: keyFile })).toMatchObject({ code: 100 });
        expect(await endAlone(name, { CERTFILE: certFile })).toMatchObject({ code: 100 });
      }),
      ["111: a system call failed.", command("closed-descriptors", "%s with descriptor %s closed")],
    ],
  },
];

/** A row for each of the two programs. */
function both(statement: string, test: (name: Program) => Promise<void>): Row[] {
  return PROGRAMS.map((name) => [`${statement} (${name}).`, () => test(name)]);
}

/** They end before a client comes. */
function unusable(what: string, call: Call): Row[] {
  return both(`96: ${what}`, async (name) => {
    const ended = await endOf(name, call);
    expect(ended.stderr).toMatch(new RegExp(`^${name}: fatal: [^\\n]+\\n$`));
    expect(ended.code).toBe(96);
  });
}

/** How it ends with a client that says this, or nothing, and has all the time in the world. */
async function endOf(name: Program, call: Call, said = ""): Promise<Ended> {
  const listener = await open(call, name);
  const client = await connectRaw(listener.port);
  client.on("error", () => {}).resume();
  client.once("end", () => client.end());
  client.write(said);
  return (await listener.tunnel()).ended;
}

function endAlone(name: Program, environment: Record<string, string>): Promise<Ended> {
  const shell = [...SHELL, program(name), ...operands(name)];
  return run(shell, { environment });
}

function operands(name: Program): string[] {
  return name === "s6-tlsd" ? ["true"] : ["3", "4"];
}
