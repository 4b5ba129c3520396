/**
 * The example's service and socket under a systemd of the test's own, with all that they say: a user
 * without a name, no capabilities, and a port that systemd has bound.
 */
import { chownSync, copyFileSync, readFileSync } from "node:fs";
import { connect as dial } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { freePort } from "../support/ports.ts";
import { run } from "../support/processes.ts";
import { authority, backend, credentials, echo } from "../support/relays.ts";
import { repository } from "../support/repository.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { Systemd } from "../support/systemd.ts";
import { publicProgram } from "../support/unprivileged-user.ts";

const SERVICE = "bearhug-server.service";
const SOCKET = "bearhug-server.socket";

/** Users that systemd draws for DynamicUser= (systemd.exec(5)). */
const DYNAMIC = { first: 61184, last: 65519 };

interface Files {
  readonly cert: string;
  readonly key: string;
  readonly log: string;
}

/** The example's text, with other values in place of those that stand for the reader's. */
function example(name: string, replacements: readonly (readonly [string, string])[]): string {
  const text = readFileSync(join(repository, "examples/systemd", name), "utf8");
  return replacements.reduce((changed, [from, to]) => {
    expect(changed).toContain(from);
    return changed.replace(from, to);
  }, text);
}

/** A key that the group ssl-cert may read, as Debian has it. */
async function install({ cert, key }: Files): Promise<void> {
  copyFileSync(credentials.certFile, cert);
  copyFileSync(credentials.keyFile, key);
  const group = (await run(["getent", "group", "ssl-cert"])).stdout.split(":")[2];
  chownSync(key, 0, Number(group));
  await run(["chmod", "640", key]);
}

async function bootWith(files: Files, port: number, to: number): Promise<Systemd> {
  const own = [`StandardError=append:${files.log}`, `BindReadOnlyPaths=${scratch}`];
  const service = example(SERVICE, [
    ["/usr/local/bin/bearhug server", `${publicProgram("bearhug")} server -v --workers 2`],
    ["127.0.0.1:8080", `127.0.0.1:${to}`],
    ["/etc/ssl/certs/example.pem", files.cert],
    ["/etc/ssl/private/example.key", files.key],
    // The programs are in /tmp, of which PrivateTmp= would show another one.
    ["\n[Install]", `${own.join("\n")}\n[Install]`],
  ]);
  const socket = example(SOCKET, [["ListenStream=443", `ListenStream=127.0.0.1:${port}`]]);
  return Systemd.boot({ [SERVICE]: service, [SOCKET]: socket }, SOCKET);
}

function newFiles(): Files {
  return { cert: scratchFile("cert.pem"), key: scratchFile("key.pem"), log: scratchFile("log") };
}

/** A line of /proc/PID/status. */
function statusOf(status: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1];
}

it("serves, reloads, drains, and is started again", {
  ...NEEDS_ROOT,
  timeout: 180_000,
}, async () => {
  const files = newFiles();
  await install(files);
  const port = await freePort();
  const { port: to } = await backend(echo);
  const systemd = await bootWith(files, port, to);
  expect(await systemd.property(SERVICE, "ActiveState")).toBe("inactive");
  const logged = (text: string, times = 1) =>
    eventually(text, () => readFileSync(files.log, "utf8").split(text).length > times, 60_000);

  // The first client has systemd start it.
  const client = await connect({ port, authority });
  client.write("first\n");
  expect(await receiveUntil(client, "\n")).toBe("first\n");
  await systemd.until(["is-active", SERVICE], "active");

  const main = await systemd.property(SERVICE, "MainPID");
  const group = await systemd.property(SERVICE, "ControlGroup");
  const pids = (await systemd.inside("cat", `/sys/fs/cgroup${group}/cgroup.procs`)).stdout;
  expect(pids.split("\n")).toContain(main);
  // The server, and two workers at least.
  expect(pids.trim().split("\n").length).toBeGreaterThanOrEqual(3);
  for (const pid of pids.trim().split("\n")) {
    const status = (await systemd.inside("cat", `/proc/${pid}/status`)).stdout;
    const uid = Number(statusOf(status, "Uid")?.split("\t")[0]);
    expect(uid).toBeGreaterThanOrEqual(DYNAMIC.first);
    expect(uid).toBeLessThanOrEqual(DYNAMIC.last);
    expect(statusOf(status, "CapEff")).toBe("0000000000000000");
    expect(statusOf(status, "CapBnd")).toBe("0000000000000000");
    expect([statusOf(status, "NoNewPrivs"), statusOf(status, "Seccomp")]).toEqual(["1", "2"]);
  }

  const other = authority.issue();
  copyFileSync(other.certFile, files.cert);
  copyFileSync(other.keyFile, files.key);
  expect(await systemd.systemctl("reload", SERVICE)).toMatchObject({ code: 0 });
  await logged("read all keys");
  const second = await connect({ port, authority });
  const shown = second.getPeerX509Certificate()?.toString();
  expect(shown).toBe(readFileSync(other.certFile, "utf8"));
  expect(await exchange(second, "second")).toBe("second");
  expect(await systemd.property(SERVICE, "MainPID")).toBe(main);

  // The connection that is open may end; then the server does, and the socket stays.
  const stopped = systemd.systemctl("stop", SERVICE);
  await systemd.until(["is-active", SERVICE], "deactivating");
  expect(await exchange(client, "late")).toBe("late");
  expect(await stopped).toMatchObject({ code: 0 });
  expect(await systemd.property(SERVICE, "Result")).toBe("success");
  const again = await connect({ port, authority });
  expect(await exchange(again, "again")).toBe("again");
  expect(await systemd.property(SERVICE, "MainPID")).not.toBe(main);
  await systemd.end();
});

it("a key that it can't use: 96, of which systemd makes no restart", {
  ...NEEDS_ROOT,
  timeout: 120_000,
}, async () => {
  const files = newFiles();
  await install(files);
  copyFileSync(authority.issue().keyFile, files.key);
  const port = await freePort();
  const systemd = await bootWith(files, port, port);
  dial(port, "127.0.0.1").on("error", () => {});
  // The client that waits has systemd start it again, until it has had enough of that.
  await systemd.until(["show", "--property=ExecMainStatus", "--value", SERVICE], "96");
  expect(await systemd.property(SERVICE, "NRestarts")).toBe("0");
  expect(readFileSync(files.log, "utf8")).toMatch(/^bearhug server: fatal: /m);
  await systemd.end();
});
