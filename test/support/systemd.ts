/** A systemd of the test's own, as the first process of a system: the units that it is given, and no others. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./limits.ts";
import { type Ended, type Running, run, start } from "./processes.ts";
import { scratchFile } from "./scratch.ts";
import { childrenOf } from "./server.ts";

/** On a machine with much to do: milliseconds. */
const LONG = 60_000;

export class Systemd {
  private constructor(
    private readonly running: Running,
    private readonly pid: number,
  ) {}

  /** Starts it with units, by the names of their files, of which `wanted` is started. */
  static async boot(units: Readonly<Record<string, string>>, wanted: string): Promise<Systemd> {
    const folder = scratchFile("units");
    mkdirSync(folder);
    for (const name of EMPTY) writeFileSync(join(folder, name), NOTHING);
    for (const [name, text] of Object.entries(units)) writeFileSync(join(folder, name), text);
    const cgroups = scratchFile("cgroups");
    mkdirSync(cgroups);
    const running = start(["unshare", "--mount", "sh", "-c", ALONE], {
      environment: { CGROUPS: cgroups, BOOT, UNITS: folder, WANTED: wanted },
      patience: 5 * LONG,
    });
    const systemd = () => running.pid && childrenOf(childrenOf(running.pid)[0] ?? 0)[0];
    const isThere = () => systemd() !== undefined || running.isOver;
    await eventually("systemd", isThere, LONG);
    if (running.isOver) throw new Error(running.stderr);
    const booted = new Systemd(running, systemd() ?? Number.NaN);
    await booted.until(["is-active", wanted], "active");
    return booted;
  }

  systemctl(...words: readonly string[]): Promise<Ended> {
    return this.inside("systemctl", ...words);
  }

  /** One property of a unit. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.systemctl("show", `--property=${name}`, "--value", unit)).stdout.trim();
  }

  /** Asks systemctl until it answers so. */
  async until(words: readonly string[], answer: string): Promise<void> {
    let last: Ended | undefined;
    const deadline = Date.now() + LONG;
    while (Date.now() < deadline && !this.running.isOver) {
      last = await this.systemctl(...words);
      if (last.stdout.trim() === answer) return;
    }
    throw new Error(
      `${words.join(" ")}: ${last?.stdout}${last?.stderr}, not ${answer}\n${this.running.stderr}`,
    );
  }

  /** Sees the files and processes that it sees. */
  inside(...command: readonly string[]): Promise<Ended> {
    return run(["nsenter", `--target=${this.pid}`, "--mount", "--pid", "--cgroup", ...command]);
  }

  /** All its processes end. */
  async end(): Promise<void> {
    this.running.signal("SIGTERM");
    await this.running.ended;
  }
}

/** What units of services and sockets want by themselves. */
const EMPTY = ["sysinit.target", "basic.target", "sockets.target", "shutdown.target"];
const NOTHING = "[Unit]\nDefaultDependencies=no\n";

/** Gives it control groups of its own, and takes them away when it has ended. unshare ignores TERM. */
const ALONE = `set -e
mount --make-rprivate /
mount -t cgroup2 none "$CGROUPS"
group=$CGROUPS/bearhug-$$
mkdir "$group"
sh -c 'echo $$ >"$1/cgroup.procs"; exec unshare --cgroup --mount --pid --fork --kill-child \\
  --uts --ipc --mount-proc sh -c "$BOOT"' sh "$group" &
trap 'kill -KILL $!' TERM
wait $! || wait $! || true
turn=0
while [ $((turn += 1)) -le 100 ]; do
  find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
  sleep 0.1
done`;

/** Nothing of what it sets up is the machine's: /run, /proc/sys, the console. */
const BOOT = `set -e
umount "$CGROUPS"
umount -R /sys/fs/cgroup || true
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /run
mount --bind /dev/null /dev/console
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mkdir /run/no-generators
exec env container=test SYSTEMD_UNIT_PATH="$UNITS" SYSTEMD_GENERATOR_PATH=/run/no-generators \\
  /lib/systemd/systemd --system --unit="$WANTED" --log-target=console`;
