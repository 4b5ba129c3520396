/**
 * With `--log-format json` each line of the server's, from the first one on, is an object that
 * docs/log.schema.json describes: also where the server ends before it has a log.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { connect, connectRaw, exchange, TLS12 } from "../support/clients.ts";
import { checked, isRight } from "../support/log-schema.ts";
import { name } from "../support/names.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { run } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { type Serving, startServer } from "../support/server.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const JSON_FORMAT = ["--log-format", "json"];

const serving = (more: Partial<Serving>) => {
  const options = ["--workers", "1", "-v", ...JSON_FORMAT, ...(more.options ?? [])];
  return startServer({ authority, credentials, ...more, options });
};

describe("a server that doesn't start", () => {
  it.each<[what: string, words: string[], level: string, message: RegExp]>([
    ["an unknown option before it", ["--nothing", ...JSON_FORMAT], "usage", /^unknown option/],
    ["an unknown option behind it", [...JSON_FORMAT, "--nothing"], "usage", /^unknown option/],
    ["operands that are missing", JSON_FORMAT, "usage", /^ip, port and prog are needed; see /],
    ["a value that is none", ["-c", "0", ...JSON_FORMAT, "0", "0", "true"], "usage", /^-c: /],
    ["an address that is none", [...JSON_FORMAT, "x", "0", "true"], "usage", /x/],
    ["an address that is not ours", [...JSON_FORMAT, "192.0.2.1", "0", "true"], "fatal", /listen/],
    [
      "a descriptor that is none",
      [...JSON_FORMAT, "--listen-fd", "77", "0", "0", "true"],
      "fatal",
      /77/,
    ],
  ])("%s", async (_, words, level, message) => {
    const environment = credentialsEnvironment(credentials);
    const { stderr } = await run([program("s6-tlsserver"), ...words], { environment });
    const lines = stderr.trimEnd().split("\n").map(checked);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level, message: expect.stringMatching(message) });
  });

  it("a key that isn't there, and a prog that isn't, in their order", async () => {
    const environment = { ...credentialsEnvironment(credentials), KEYFILE: "/nowhere" };
    const command = [program("s6-tlsserver"), ...JSON_FORMAT, "0", "0", "/nowhere/prog"];
    const { stderr, code } = await run(command, { environment });
    expect(stderr.trimEnd().split("\n").map(checked)).toMatchObject([
      { level: "warning", message: expect.stringMatching(/^prog /) },
      { level: "fatal", message: expect.stringMatching(/\/nowhere/) },
    ]);
    expect(code).toBe(96);
  });

  it("a prog's own --log-format json is none of ours", async () => {
    const environment = credentialsEnvironment(credentials);
    const words = ["--nothing", "0", "0", "other", ...JSON_FORMAT];
    const { stderr } = await run([program("s6-tlsserver"), ...words], { environment });
    expect(stderr).toMatch(/^s6-tlsserver: usage: /);
  });
});

describe("a server that serves", () => {
  it("opens, closes, fails, reloads, and loses a worker", async () => {
    const server = await serving({});
    await exchange(await connect(server), "some bytes");
    (await connectRaw(server.port)).resume().end();
    await server.logged('"event":"closed"', 2);
    server.signal("SIGUSR2");
    await server.logged('"event":"reload"');
    process.kill(server.workers[0] as number, "SIGKILL");
    await server.logged('"kind":"worker replaced"');
    const events = server.log.map(checked).map(({ event, kind }) => event ?? kind);
    expect(new Set(events)).toEqual(new Set(["open", "closed", "reload", "worker replaced"]));
  });

  it("what holds workers that are another user", NEEDS_ROOT, async () => {
    const server = await serving({ options: ["-u", "65534", "-g", "65534"] });
    const [line = ""] = await server.logged('"event":"confinement"');
    expect(checked(line)["level"]).toBe("info");
  });

  it("a reload that fails is an error", async () => {
    const certFile = scratchFile("certificate.pem", readFileSync(credentials.certFile));
    const server = await serving({ credentials: { ...credentials, certFile } });
    writeFileSync(certFile, "none");
    server.signal("SIGUSR2");
    const [line = ""] = await server.logged('"level":"error"');
    expect(checked(line)["message"]).toContain("keeping the old keys and certificates");
  });

  it("a client that access control refuses, and more warnings than are written", async () => {
    // The process that reads them is nobody.
    chmodSync(scratch, 0o755);
    const rules = scratchFile("rules");
    const all = join(rules, "ip4", "0.0.0.0_0");
    mkdirSync(all, { recursive: true });
    writeFileSync(join(all, "deny"), "");
    const server = await serving({ options: ["-v2", "-i", rules] });
    for (let visits = 0; visits < 8; visits++) {
      const refused = await connectRaw(server.port);
      const over = new Promise((resolve) => refused.once("close", resolve));
      refused.resume().end();
      await over;
    }
    await server.logged('"event":"refused"', 5);
    await server.logged('"omitted":');
    server.log.map(checked);
  });
});

it.each([
  [{}, "TLSv1.3", /^X25519/],
  [{ ecdhCurve: "P-384" }, "TLSv1.3", /^secp384r1$/],
  [TLS12, "TLSv1.2", null],
])("the group of a client with %j", async (options, protocol, group) => {
  const server = await serving({});
  await exchange(await connect(server, options), "some bytes");
  const [line = ""] = await server.logged('"event":"closed"');
  const told = checked(line);
  expect(told).toMatchObject({
    protocol,
    group: group === null ? null : expect.stringMatching(group),
  });
  const words = [protocol, told["cipher"], ...(group === null ? [] : [told["group"]])];
  expect(told["message"]).toContain(`, ${words.join(" ")}, server name server.test, `);
});

describe("who the client was", () => {
  const clients = ClientAuthority.root();

  async function closedLine(subject: Buffer | null, format: string): Promise<string> {
    const environment = { CAFILE: clients.certFile };
    const options = ["--workers", "1", "-v", "-Y", "--log-format", format];
    const server = await startServer({ authority, credentials, options, environment });
    const shown = subject && clients.issue({ subject });
    const socket = connectTls({
      ...{ port: server.port, host: "127.0.0.1", rejectUnauthorized: false },
      ...(shown && { cert: readFileSync(shown.certFile), key: readFileSync(shown.keyFile) }),
    });
    socket.end("x");
    socket.resume();
    const [line = ""] = await server.logged("closed");
    return line;
  }

  it.each<[what: string, subject: Buffer | null, client: string | null]>([
    ["no certificate", null, null],
    ["a common name", name(["O", "Bearhug"], ["CN", "Jane"]), "Jane"],
    ["two of them: the last", name(["CN", "people"], ["CN", "Jane"]), "Jane"],
    ["none", name(["O", "Bearhug"]), ""],
    ["what would begin a field", name(["CN", "Jane, no server name"]), "Jane\\, no server name"],
    ["what would begin a line", name(["CN", "a\nb\u2028"]), "a\\0Ab\u2028"],
    ["64 characters", name(["CN", "é".repeat(64)]), "é".repeat(64)],
    ["more of them", name(["CN", "x".repeat(1000)]), `${"x".repeat(64)}…`],
  ])("%s", async (_, subject, client) => {
    expect(checked(await closedLine(subject, "json"))["client"]).toBe(client);
  });

  it("as text", async () => {
    const line = await closedLine(name(["CN", "Jane, x\n"]), "text");
    expect(line).toContain(", no server name, client certificate CN=Jane\\, x\\0A, 1 bytes in, ");
    expect(await closedLine(null, "text")).toContain(", no server name, 1 bytes in, ");
  });
});

describe("the schema", () => {
  const line = {
    time: "2026-01-01T00:00:00.000Z",
    program: "s6-tlsserver",
    level: "info",
    message: "",
  };

  it.each<[what: string, line: object, right: boolean]>([
    ["the least", line, true],
    ["a field that it doesn't know", { ...line, more: 1 }, false],
    ["a level that it doesn't know", { ...line, level: "debug" }, false],
    ["no time", { ...line, time: undefined }, false],
    ["a time that is none", { ...line, time: "yesterday" }, false],
    ["a closed line without its facts", { ...line, event: "closed" }, false],
  ])("%s: %s", (_, given, right) => {
    expect(isRight(JSON.parse(JSON.stringify(given)))).toBe(right);
  });
});
