/**
 * Three users as the pages of s6 and of systemd have them, under s6 and under a systemd of the test's
 * own: a prog reaches none of what is not its own, at first, after a worker was killed, and after the
 * supervisor's reload. `make probe`.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf, read } from "../docs/page.ts";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { freePort } from "../support/ports.ts";
import { run, start } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { type Family, familyOf, reachNothing, withUserWww } from "./family.ts";
import { reachProgram } from "./prober.ts";

const authority = Authority.root();
const { keyFile, certFile } = authority.issue();
chmodSync(keyFile, 0o400);

/** On a machine with much to do: milliseconds. */
const LONG = 40_000;

/** What a page says under "Three users", about the files and the port of this test. */
function fromPage(page: string, port: number): string {
  const block = blocksOf(read(page)).find(({ text }) => text.includes("TLS_UID=65534"));
  const replacements = [
    ["/etc/ssl/private/example.key", keyFile],
    ["/etc/ssl/certs/example.pem", certFile],
    [/(\/usr\/local\/bin\/)?s6-tlsserver /, `${publicProgram("s6-tlsserver")} -v --workers 2 `],
    [/\S+respond(er)?$/m, reachProgram()],
    [" 443 ", ` ${port} `],
  ] as const;
  return replacements.reduce((text, [found, by]) => {
    const replaced = text.replace(found, by);
    expect(replaced, `${found}`).not.toBe(text);
    return replaced;
  }, block?.text ?? "");
}

interface Supervised {
  readonly family: () => Promise<Family>;
  readonly reload: () => Promise<unknown>;
  readonly log: () => string;
}

async function neverReachAnything({ family, reload, log }: Supervised): Promise<void> {
  const first = await reachNothing(await family(), keyFile);
  const { pid } = await family();
  process.kill(familyOf(pid).workers[0] ?? Number.NaN, "SIGKILL");
  await eventually("another worker", () => log().includes("replacing it"), LONG);
  const second = await reachNothing(await family(), keyFile);
  for (const prober of [...first, ...second]) prober.leave();
  await reload();
  await eventually("a reload", () => log().includes("read all keys"), LONG);
  for (const prober of await reachNothing(await family(), keyFile)) prober.leave();
  expect((await family()).pid).toBe(pid);
}

describe("three users", NEEDS_ROOT, () => {
  it("under s6, as its page has it", { timeout: 180_000 }, async () => {
    const port = await freePort();
    const scan = scratchFile("scan");
    const service = join(scan, "https");
    const logFile = scratchFile("s6-log");
    mkdirSync(service, { recursive: true });
    const script = fromPage("docs/s6-services.md", port).replace("exec 2>&1", `exec 2>${logFile}`);
    writeFileSync(join(service, "run"), script, { mode: 0o755 });
    writeFileSync(join(service, "notification-fd"), "3\n");
    const svscan = start([...withUserWww(), "s6-svscan", scan]);
    await eventually("s6-supervise", () => existsSync(join(service, "supervise/status")));
    const s6 = async (...words: string[]) => {
      const { code, stdout, stderr } = await run([...words, service]);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
      return stdout;
    };
    await s6("s6-svwait", "-U", "-t", "20000");
    await neverReachAnything({
      family: async () => ({ port, authority, pid: Number(await s6("s6-svstat", "-o", "pid")) }),
      reload: () => s6("s6-svc", "-2"),
      log: () => readFileSync(logFile, "utf8"),
    });
    await run(["s6-svscanctl", "-t", scan]);
    expect(await svscan.ended).toMatchObject({ code: 0 });
  });

  it("under systemd, as its page has it", { timeout: 180_000 }, async () => {
    const port = await freePort();
    const runtime = scratchFile("runtime");
    const logFile = scratchFile("systemd-log");
    const units = join(runtime, "config/systemd/user");
    mkdirSync(units, { recursive: true });
    writeFileSync(join(units, "bearhug.service"), unitOf(port, logFile));
    const environment = {
      ...{ XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: join(runtime, "config") },
      SYSTEMD_LOG_TARGET: "console",
    };
    const manager = ["/lib/systemd/systemd", "--user", "--unit=bearhug.service"];
    const systemd = start(["unshare", "-m", "sh", "-c", AS_IF_BOOTED, "sh", ...manager], {
      environment,
    });
    const systemctl = (...words: string[]) =>
      run(["systemctl", "--user", ...words], { environment });
    const stateOf = async () => (await systemctl("is-active", "bearhug")).stdout.trim();
    const pidOf = async () =>
      Number((await systemctl("show", "--property=MainPID", "--value", "bearhug")).stdout);
    await expect.poll(stateOf, { timeout: LONG }).toBe("active");
    await neverReachAnything({
      family: async () => ({ port, authority, pid: await pidOf() }),
      reload: () => systemctl("reload", "bearhug"),
      log: () => readFileSync(logFile, "utf8"),
    });
    expect(await systemctl("stop", "bearhug")).toMatchObject({ code: 0 });
    systemd.signal("SIGTERM");
    await systemd.ended;
  });
});

/**
 * For a user's manager, root's: it asks whether systemd has booted the system, and hides files behind
 * those that the system's manager would have made.
 */
const AS_IF_BOOTED = `mount -t tmpfs none /run && mkdir -p /run/systemd/system &&
mkdir -p /run/systemd/inaccessible/dir && cd /run/systemd/inaccessible &&
touch reg sock && mkfifo fifo && mknod chr c 0 0 && mknod blk b 0 0 && chmod 0 * && cd / && exec "$@"`;

/** The example's unit, changed as the page says. */
function unitOf(port: number, logFile: string): string {
  const page = read("docs/systemd.md");
  const [, sentence = ""] = /leave\nout|leave out (.*?):\n/s.exec(page) ?? [];
  const left = [...sentence.matchAll(/`([A-Za-z]+)=`/g)].map(([, name = ""]) => name);
  expect(left).toContain("NoNewPrivileges");
  const replaced = ["Environment", "ExecStart", ...left];
  const lines = read("examples/systemd/bearhug.service").split("\n");
  const kept = lines.filter((line) => !replaced.includes(line.split("=")[0] ?? ""));
  const [before = "", after = ""] = kept.join("\n").split("[Install]");
  const fragment = fromPage("docs/systemd.md", port).replace("[Service]\n", "");
  // The programs are in /tmp, of which PrivateTmp= would show another one.
  const own = `StandardError=append:${logFile}\nBindReadOnlyPaths=${scratch}`;
  // The prober would be killed for the attempt to trace, and nothing be shown of who may.
  const ours = `${own}\nSystemCallFilter=@debug`;
  return `${before}${fragment}${ours}\n[Install]${after}`;
}
