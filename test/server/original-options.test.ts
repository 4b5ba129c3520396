/**
 * The letters of the original's page, in clusters and alone: s6-tlsserver takes each, also those that
 * say what is so anyhow, and serves; and of -i and -x, the last one counts.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

function rules(decision: "allow" | "deny"): string {
  const directory = scratchFile(`rules-${decision}`);
  const rule = join(directory, "ip4/0.0.0.0_0");
  mkdirSync(rule, { recursive: true });
  writeFileSync(join(rule, decision), "");
  // The access process is not root.
  execFileSync("chmod", ["-R", "a+rX", scratch]);
  return directory;
}

function cdbOf(directory: string): string {
  execFileSync("s6-accessrules-cdb-from-fs", [`${directory}.cdb`, directory]);
  execFileSync("chmod", ["a+r", `${directory}.cdb`]);
  return `${directory}.cdb`;
}

describe("options of the original's page", () => {
  it.each([
    "-HRl0",
    "-qHWPRdl0 -c20 -C20 -b10 -t5000",
    "-QHwrDszjv0 -l us -K5000 -k0",
    "-4HSJZv3v -c 20 -C 1 -b 10 -t 0 -l us -K 0 -k 0",
    "-Hv1v2v3 -h",
    "-RWP",
    "-d",
  ])("%s: it serves", async (line) => {
    const server = await startServer({ authority, credentials, options: words(line) });
    expect(await exchange(await connect(server), "hello")).toBe("hello");
    expect(await server.stop()).toMatchObject({ code: 0 });
  });

  it.each([
    ["-i, and then -x", () => ["-i", rules("deny"), "-x", cdbOf(rules("allow"))]],
    ["-x, and then -i", () => ["-x", cdbOf(rules("deny")), "-i", rules("allow")]],
  ])("%s: the last one counts", async (_, options) => {
    const server = await startServer({
      ...{ authority, credentials, options: ["-H", "-l0", ...options()] },
    });
    expect(await exchange(await connect(server), "hello")).toBe("hello");
  });

  it.each([
    ["-v0", false],
    ["-v1", false],
    ["-v2", true],
    ["-v3", true],
  ])("%s: that a client was refused is logged: %s", async (level, isLogged) => {
    const options = ["-H", "-l0", level, "-i", rules("deny")];
    const server = await startServer({ authority, credentials, options });
    const socket = await connectRaw(server.port);
    socket.on("error", () => {});
    const over = new Promise((resolve) => socket.once("end", resolve).once("close", resolve));
    socket.resume();
    await within(10_000, "the end of the connection", over);
    expect((await server.stop()).stderr.includes("is refused")).toBe(isLogged);
  });
});
