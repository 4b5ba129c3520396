/**
 * Each option of bearhug that takes a value, with a wrong one: the first line says which option it is
 * and what is right, and it exits 100. A new option without a row here fails.
 */
import { describe, expect, it } from "vitest";
import {
  bearhugClientLine,
  bearhugServerLine,
  RELAY_DEFAULTS,
} from "../../src/cli/bearhug-options.ts";
import { parse, UsageError } from "../../src/cli/options.ts";
import { freePort } from "../support/ports.ts";
import { run } from "../support/processes.ts";
import { backend, echo, pair, relayServer, startRelay } from "../support/relays.ts";
import { program } from "../support/service.ts";

const NUMBER = ["many", "not an unsigned integer: many"] as const;
const NOT_ZERO = ["0", "must be at least 1"] as const;

/** A wrong value, and what is said besides the option's name. */
const WRONG: Record<string, readonly (readonly [value: string, told: string])[]> = {
  listen: [["nowhere", "write IP:PORT, [IPV6]:PORT, unix:PATH, fd:NUMBER or systemd:NAME"]],
  connect: [["nowhere", "write HOST:PORT, [IPV6]:PORT or unix:PATH"]],
  "connect-timeout": [NUMBER, NOT_ZERO],
  cert: [["", "the name of the file is empty"]],
  key: [["", "the name of the file is empty"]],
  cacert: [["", "the name of the file is empty"]],
  sni: [["a.test", "not NAME=CERT,KEY: a.test"]],
  servername: [["a..test", "a..test"]],
  "allow-cn": [["", "the name is empty"]],
  "allow-ou": [["", "the name is empty"]],
  "allow-dns": [["", "the name is empty"]],
  "allow-uri": [["", "the name is empty"]],
  "allow-spki": [["sha256/x", "not sha256// and 32 bytes in base64: sha256/x"]],
  pin: [["sha256//eA==", "not sha256// and 32 bytes in base64: sha256//eA=="]],
  starttls: [["imap", "unknown protocol imap; there are postgresql and smtp"]],
  "send-proxy": [["v3", "unknown version v3; there are v1, v2 and v2-tls"]],
  "proxy-from": [["10.0.0.0/33", "10.0.0.0/33"]],
  "ticket-keys": [["", "the name of the file is empty"]],
  tickets: [NUMBER, ["5", "0 to 4"]],
  "ticket-lifetime": [NUMBER, ["0", "1 to 21600"], ["21601", "1 to 21600"]],
  "log-format": [["xml", "neither text nor json"]],
  "notification-fd": [NUMBER],
  "max-connections": [NUMBER, NOT_ZERO],
  "max-per-address": [NUMBER, NOT_ZERO],
  "ipv6-prefix": [NUMBER, ["129", "must be at most 128"]],
  backlog: [NUMBER],
  uid: [["no-such-user", "no-such-user"]],
  gid: [["no-such-group", "no-such-group"]],
  "supplementary-groups": [["0,no-such-group", "no-such-group"]],
  workers: [NUMBER, NOT_ZERO],
  grace: [NUMBER],
  "reload-interval": [NUMBER],
  "idle-timeout": [NUMBER],
  status: [
    ["192.0.2.1:1", "192.0.2.1:1 is neither a loopback address nor a UNIX socket"],
    ["nonsense", "write HOST:PORT, [IPV6]:PORT or unix:PATH"],
  ],
  "handshake-timeout": [NUMBER],
  "tls-profile": [["newest", "there are modern, compat, legacy, strict"]],
  "tls-min": [["1.4", "1.4"]],
  "tls-max": [["SSLv3", "SSLv3"]],
  groups: [["X448", "there are X25519MLKEM768, X25519, secp256r1"]],
  alpn: [["h2,,x", "not a protocol's name"]],
};

const LINES = { server: bearhugServerLine, client: bearhugClientLine };

function valued(role: keyof typeof LINES): string[] {
  const options = LINES[role].groups.flat();
  return options.filter(({ value }) => value !== undefined).map(({ long }) => long);
}

function nameOfValue(role: keyof typeof LINES, long: string): string | undefined {
  return LINES[role].groups.flat().find((option) => option.long === long)?.value;
}

it("there is a row for each option with a value, and for nothing else", () => {
  const all = new Set([...valued("server"), ...valued("client")]);
  expect(Object.keys(WRONG).sort()).toEqual([...all].sort());
});

describe.each(["server", "client"] as const)("bearhug %s", (role) => {
  const rows = valued(role).flatMap((long) =>
    (WRONG[long] ?? []).map(([value, told]) => [long, value, told] as const),
  );

  it.each(rows)("--%s=%s", async (long, value, told) => {
    const good = ["--listen=127.0.0.1:0", "--connect=127.0.0.1:1", ...pair];
    const rest = good.filter((word) => !word.startsWith(`--${long}=`));
    const { code, stdout, stderr } = await run([
      program("bearhug"),
      role,
      `--${long}=${value}`,
      ...rest,
    ]);
    const [first = ""] = stderr.split("\n");
    expect(first).toMatch(new RegExp(`^bearhug ${role}: (usage|fatal): --${long}: `));
    expect(first).toContain(told);
    expect({ code, stdout }).toEqual({ code: 100, stdout: "" });
  });

  it("each of them without a value is told what it needs", () => {
    for (const long of valued(role)) {
      const settings = { ...RELAY_DEFAULTS };
      expect(() => parse(LINES[role], [`--${long}`], settings)).toThrow(
        new UsageError(`--${long} needs a value: ${nameOfValue(role, long)}`),
      );
    }
  });
});

describe("two services on one address", () => {
  it("the second one says which address is in use, and ends with 111; the first one serves on", async () => {
    const { port: to } = await backend(echo);
    const first = await relayServer(["--connect", `127.0.0.1:${to}`]);
    const words = [...pair, "--connect", `127.0.0.1:${to}`, "--listen", `127.0.0.1:${first.port}`];
    const { code, stderr } = await startRelay("server", words).ended;
    expect(stderr.split("\n")[0]).toBe(
      `bearhug server: fatal: unable to listen on 127.0.0.1 port ${first.port}: Address already in use`,
    );
    expect(code).toBe(111);
    expect(first.running.isOver).toBe(false);
  });

  it("the same for --status, and for --status where it listens itself", async () => {
    const { port: to } = await backend(echo);
    const status = await freePort();
    await relayServer(["--connect", `127.0.0.1:${to}`, "--status", `127.0.0.1:${status}`]);
    const words = [...pair, "--connect", `127.0.0.1:${to}`, "--status", `127.0.0.1:${status}`];
    const told = `unable to listen on 127.0.0.1 port ${status} (--status): Address already in use`;
    const second = await startRelay("server", words).ended;
    expect(second.stderr.split("\n")[0]).toBe(`bearhug server: fatal: ${told}`);
    expect(second.code).toBe(111);
    const own = await freePort();
    const both = [...words.slice(0, -1), `127.0.0.1:${own}`, "--listen", `127.0.0.1:${own}`];
    expect(await startRelay("server", both).ended).toMatchObject({ code: 111 });
  });
});
