/** TICKETFILE: keys of session tickets in place of those that follow from the private key. */
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";
import { credentialsEnvironment, program } from "../support/service.ts";
import { resumesOnBoth, visitWithTicket } from "../support/ticket-visits.ts";

const authority = Authority.root();
const credentials = authority.issue();

const line = (length = 32) => `${randomBytes(length).toString("base64")}\n`;
const [one, two, three] = [line(), line(48), line(80)];

function serving(file: string, ...options: string[]): Promise<Server> {
  return startServer({
    ...{ authority, credentials, prog: ["printf", "hello"] },
    options: ["-v", "-S", ...options],
    environment: { TICKETFILE: file },
  });
}

async function resumes(from: Server, to: Server): Promise<boolean> {
  return (await visitWithTicket(to, (await visitWithTicket(from)).session)).reused;
}

describe("sessions are resumed", () => {
  it("by servers that have the key, in whichever line, and by no others", async () => {
    const [first, second, both, none] = await Promise.all([
      serving(scratchFile("tickets", one)),
      serving(scratchFile("tickets", two)),
      serving(scratchFile("tickets", `# in front\n\n${two}${one.trim()}  \r\n${three}`)),
      startServer({ authority, credentials, prog: ["printf", "hello"], options: ["-v", "-S"] }),
    ]);
    expect(await resumes(first, first)).toBe(true);
    expect(await resumes(first, both)).toBe(true);
    expect(await resumes(both, second)).toBe(true);
    expect(await resumes(both, first)).toBe(false);
    expect(await resumes(first, second)).toBe(false);
    expect(await resumes(first, none)).toBe(false);
    expect(await resumes(none, first)).toBe(false);
  });

  it.each([
    ["a byte-order mark in front", `\ufeff${one}`],
    ["that and a comment", `\ufeff# keys\n${one}`],
    ["the line ends of Windows", `\r\n${one.trim()}\r\n`],
    ["no newline at its end", one.trim()],
  ])("of a file with %s", async (_, content) => {
    const [usual, other] = await Promise.all([
      serving(scratchFile("tickets", one)),
      serving(scratchFile("tickets", content)),
    ]);
    expect(await resumes(usual, other)).toBe(true);
  });

  it("after a reload with the key as the second of two, and not with it gone", async () => {
    const file = scratchFile("tickets", one);
    const server = await serving(file, "--workers", "2");
    const { session } = await visitWithTicket(server);
    writeFileSync(file, two + one);
    server.signal("SIGUSR2");
    await server.logged("info: read all keys and certificates again", 1);
    const second = await visitWithTicket(server, session);
    expect(second.reused).toBe(true);
    writeFileSync(file, three + two);
    server.signal("SIGUSR2");
    await server.logged("info: read all keys and certificates again", 2);
    expect((await visitWithTicket(server, session)).reused).toBe(false);
    expect((await visitWithTicket(server, second.session)).reused).toBe(true);
  });

  it("while keys are changed under way, by each of the workers", async () => {
    const file = scratchFile("tickets", one);
    const server = await serving(file, "--workers", "2");
    let [keys, session] = [one, (await visitWithTicket(server)).session];
    for (let turn = 1; turn <= 6; turn++) {
      keys = line() + keys;
      writeFileSync(file, keys);
      server.signal("SIGUSR2");
      const reloaded = server.logged("info: read all keys and certificates again", turn);
      for (let n = 0; n < 6; n++) {
        const next = await visitWithTicket(server, session);
        expect([turn, n, next.reused]).toEqual([turn, n, true]);
        session = next.session;
      }
      await reloaded;
    }
  });
});

/** Runs a command with TICKETFILE as a pipe that is written to once. */
const THROUGH_PIPE = ["bash", "-c", 'TICKETFILE=<(cat "$TICKETFILE") exec "$@"', "bash"];

describe("a file that", () => {
  it("is a pipe is read once, for all workers, and kept at USR2", async () => {
    const file = scratchFile("tickets", one);
    const [usual, server] = await Promise.all([
      serving(file),
      startServer({
        ...{ authority, credentials, prog: ["printf", "hello"], runner: THROUGH_PIPE },
        ...{ options: ["-v", "-S", "--workers", "2"], environment: { TICKETFILE: file } },
      }),
    ]);
    const session = await resumesOnBoth(server, (await visitWithTicket(usual)).session);
    server.signal("SIGUSR2");
    await server.logged("info: read all keys and certificates again");
    await resumesOnBoth(server, session);
  });

  it("has changed is read anew with --reload-interval", async () => {
    const file = scratchFile("tickets", one);
    const server = await serving(file, "--workers", "2", "--reload-interval", "1");
    const { session } = await visitWithTicket(server);
    writeFileSync(file, two + one);
    await server.logged("info: read all keys and certificates again");
    const sealed = await resumesOnBoth(server, session);
    const other = await serving(scratchFile("tickets", two));
    expect((await visitWithTicket(other, sealed)).reused).toBe(true);
  });
});

const BAD: [string, string | Buffer, RegExp][] = [
  ["empty", "", /the file is empty/],
  ["blank lines alone", "\n \n# nothing\n", /no ticket key in it/],
  ["16 random bytes", line(16), /line 1 is not a ticket key/],
  ["31 random bytes", line(31), /line 1 is not a ticket key/],
  ["a line that is cut short", `${one}${two.slice(0, 30)}`, /line 2 is not a ticket key/],
  ["a letter that is none of base64", `${one}*${one.slice(1)}`, /line 2 is not a ticket key/],
  ["48 raw bytes, as nginx has them", Buffer.alloc(48, 0xe9), /line 1 is not a ticket key/],
  [
    "17 keys",
    Array.from({ length: 17 }, () => line()).join(""),
    /line 17 is not .* at most 16 lines/,
  ],
  ["a byte-order mark alone", "\ufeff", /no ticket key in it/],
  ["a byte-order mark in its second line", `${one}\ufeff${two}`, /line 2 is not a ticket key/],
  ["of UTF-16", Buffer.from(`\ufeff${one}`, "utf16le"), /line 1 is not a ticket key/],
  ["a private key", readFileSync(credentials.keyFile), /line 1 is not a ticket key/],
  ["too large", Buffer.alloc(100_000, "A"), /the file is too large/],
];

describe.each(["s6-tlsd", "s6-tlsserver"])("%s ends with 96, and says what is wrong", (name) => {
  const command = name === "s6-tlsd" ? ["true"] : ["127.0.0.1", "0", "true"];
  const start = (file: string) =>
    run([program(name), ...command], {
      environment: { ...credentialsEnvironment(credentials), TICKETFILE: file },
      input: "",
    });

  it.each(BAD)("a file that is: %s", async (_, content, reason) => {
    const file = scratchFile("tickets", content);
    const { stderr, code } = await start(file);
    expect(stderr).toMatch(new RegExp(`^${name}: fatal: unable to read ticket keys in ${file}: `));
    expect(stderr).toMatch(reason);
    expect([stderr.split("\n").length, code]).toEqual([2, 96]);
  });

  it("a file that is not there", async () => {
    const { stderr, code } = await start("/nowhere/tickets");
    expect(stderr).toContain("unable to read ticket keys in /nowhere/tickets: No such file");
    expect(code).toBe(96);
  });
});

it.each<[string, (file: string) => void, string]>([
  ["bad", (file) => writeFileSync(file, `${two}nonsense\n`), "line 2 is not a ticket key"],
  ["gone", (file) => rmSync(file), "No such file"],
  ["empty", (file) => writeFileSync(file, ""), "the file is empty"],
])(
  "a reload with a file that is %s keeps the old keys, on all workers",
  async (_, change, reason) => {
    const file = scratchFile("tickets", one);
    const server = await serving(file, "--workers", "2");
    const { session } = await visitWithTicket(server);
    change(file);
    server.signal("SIGUSR2");
    await server.logged(
      "error: keeping the old keys and certificates: unable to read ticket keys in",
    );
    expect(server.log.join("\n")).toContain(reason);
    let next = session;
    for (let n = 0; n < 4; n++) {
      const seen = await visitWithTicket(server, next);
      expect(seen.reused).toBe(true);
      next = seen.session;
    }
    writeFileSync(file, two);
    server.signal("SIGUSR2");
    await server.logged("info: read all keys and certificates again");
    expect((await visitWithTicket(server, next)).reused).toBe(false);
  },
);

it("prog doesn't see where the file is", async () => {
  const server = await startServer({
    ...{
      authority,
      credentials,
      prog: ["sh", "-c", 'printf hello; test -z "$TICKETFILE" || printf seen'],
    },
    ...{ options: ["-S"], environment: { TICKETFILE: scratchFile("tickets", one) } },
  });
  expect((await visitWithTicket(server)).reused).toBe(false);
});
