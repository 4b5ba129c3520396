/**
 * What systemd hears of the server by NOTIFY_SOCKET (sd_notify(3)): that it listens, reloads, stops, and
 * is alive. readiness.test.ts has the sockets where nothing listens.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { watchdogInterval } from "../../src/server/systemd.ts";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

/**
 * Hears as systemd does: the descriptor that comes with BARRIER=1 is closed at once, which
 * systemd-notify waits for.
 */
const HEAR = `
  socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
  bind($s, sockaddr_un($ARGV[0])) or die;
  $| = 1;
  print "here\\n";
  while (defined recv($s, my $text, 65536, 0)) { print "$text\\n"; }
`;

class Ear {
  readonly socket = scratchFile("notify");
  private readonly running = start(["perl", "-MSocket", "-e", HEAR, this.socket]);

  async open(): Promise<this> {
    await this.hears("here");
    return this;
  }

  get heard(): string {
    return this.running.stdout;
  }

  async hears(text: string | RegExp): Promise<void> {
    await eventually(`${text} is heard`, () => this.heard.search(text) !== -1).catch((error) => {
      throw new Error(`${error.message}\n${this.heard}${this.running.stderr}`);
    });
  }
}

async function serving(more: Record<string, string> = {}, certFile = credentials.certFile) {
  const ear = await new Ear().open();
  const environment = { NOTIFY_SOCKET: ear.socket, ...more };
  const files = { ...credentials, certFile };
  const options = ["--workers", "1"];
  const server = await startServer({
    authority,
    credentials: files,
    options,
    environment,
    prog: ["env"],
  });
  await ear.hears("READY=1");
  return { ear, server };
}

/** CLOCK_MONOTONIC as the kernel tells it, in microseconds: uptime has hundredths of a second. */
function monotonic(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1_000_000;
}

it("READY=1 and a status that says where it listens", async () => {
  const { ear, server } = await serving();
  await ear.hears(new RegExp(`^STATUS=listening on 127\\.0\\.0\\.1 port ${server.port}$`, "m"));
});

describe("USR2", () => {
  async function reload(server: Server): Promise<number> {
    const before = monotonic();
    server.signal("SIGUSR2");
    return before;
  }

  it("RELOADING=1 with the time of its beginning, and READY=1 when it is done", async () => {
    const { ear, server } = await serving();
    const before = await reload(server);
    await ear.hears(/RELOADING=1[\s\S]*READY=1/);
    await ear.hears(/^STATUS=read all keys and certificates again$/m);
    const told = Number(/^MONOTONIC_USEC=([0-9]+)$/m.exec(ear.heard)?.[1]);
    expect(told).toBeGreaterThan(before - 20_000);
    expect(told).toBeLessThan(monotonic() + 20_000);
  });

  it("RELOADING=1 comes before READY=1, also if it is slow on its way", async () => {
    const folder = scratchFile("slow");
    mkdirSync(folder);
    const script =
      '#!/bin/sh\ncase "$*" in *RELOADING*) sleep 0.5;; esac\nPATH=$REAL exec systemd-notify "$@"\n';
    writeFileSync(join(folder, "systemd-notify"), script, { mode: 0o755 });
    const REAL = `${process.env["PATH"]}`;
    const { ear, server } = await serving({ REAL, PATH: `${folder}:${REAL}` });
    await reload(server);
    await ear.hears("RELOADING=1");
    await ear.hears(/^STATUS=read all keys and certificates again$/m);
    expect(ear.heard).toMatch(/RELOADING=1[\s\S]*STATUS=read all/);
  });

  it("READY=1 and the reason where the old files stay in use", async () => {
    const certFile = scratchFile("cert.pem", readFileSync(credentials.certFile));
    const { ear, server } = await serving({}, certFile);
    writeFileSync(certFile, "none");
    await reload(server);
    await ear.hears(/RELOADING=1[\s\S]*READY=1/);
    await ear.hears(/^STATUS=keeping the old keys and certificates: .*no certificate in it$/m);
  });
});

it("STOPPING=1 at TERM, while connections end", async () => {
  const { ear, server } = await serving();
  const client = await connect(server);
  server.signal("SIGTERM");
  await ear.hears("STOPPING=1");
  await ear.hears(/^STATUS=[0-9]+ connections may end within 30 s$/m);
  client.destroy();
  expect(await server.running.ended).toMatchObject({ code: 0 });
});

describe("WATCHDOG_USEC", () => {
  it("WATCHDOG=1 again and again; prog has none of these variables", async () => {
    const { ear, server } = await serving({ WATCHDOG_USEC: "400000" });
    await ear.hears(/(WATCHDOG=1[\s\S]*){3}/);
    const told = await exchange(await connect(server), "");
    expect(told).not.toMatch(/WATCHDOG|NOTIFY/);
  });

  it.each([
    ["half of it", { WATCHDOG_USEC: "30000000" }, 15_000],
    ["ours", { WATCHDOG_USEC: "30000000", WATCHDOG_PID: `${process.pid}` }, 15_000],
    ["another process's", { WATCHDOG_USEC: "30000000", WATCHDOG_PID: "1" }, null],
    ["none", {}, null],
    ["no number", { WATCHDOG_USEC: "30s" }, null],
    ["0", { WATCHDOG_USEC: "0" }, null],
    ["centuries", { WATCHDOG_USEC: "99999999999999999999" }, 0x7fffffff],
  ])("%s", (_, environment, interval) => {
    expect(watchdogInterval(environment)).toBe(interval);
  });
});
