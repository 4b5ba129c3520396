import type { StdioOptions } from "node:child_process";
import {
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/**
 * What we ask of an operating system besides what Node gives on all of them. No other file of src
 * names a system, /proc, a device or a program of the system's: a port is a change of this file.
 * Each function says what it gives where the system has no such thing.
 */

/** proc(5), of this process; other systems than Linux have none, and some containers hide it. */
const SELF = "/proc/self";

/** Which numbers are looked at where the system has no list of open descriptors. */
const NUMBERS_TRIED = 1024;

/** Each descriptor that is open, and what is behind it. */
export function openDescriptors(): Map<number, Stats> {
  const found = new Map<number, Stats>();
  for (const fd of numbersToTry()) {
    try {
      found.set(fd, fstatSync(fd));
    } catch {
      // It is closed; that of the listing itself is by now.
    }
  }
  return found;
}

function numbersToTry(): number[] {
  try {
    return readdirSync(`${SELF}/fd`).map(Number);
  } catch {
    return Array.from({ length: NUMBERS_TRIED }, (_, fd) => fd);
  }
}

/** Linux gives both ends of a pipe one number, and a poller's descriptor no type. */
export const tellsPipesApart = process.platform === "linux";

/** Would this descriptor still be open after an exec? Where the system doesn't tell: no. */
export function survivesExec(fd: number): boolean {
  try {
    const information = readFileSync(`${SELF}/fdinfo/${fd}`, "latin1");
    const flags = /^flags:\s*([0-7]+)$/m.exec(information)?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false;
  }
}

/** O_CLOEXEC on Linux. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Opens what is behind a descriptor once more, with flags of its own.
 *
 * @throws a system error if it is a socket, or the system has no names for descriptors. `/dev/fd` of
 *   other systems is no such name: what it opens shares its flags with the descriptor.
 */
export function reopen(fd: number, flags: string | number): number {
  return openSync(reopenedBy(fd), flags);
}

/** The name by which that is done. */
export function reopenedBy(fd: number): string {
  return `${SELF}/fd/${fd}`;
}

/** Names that every process reads in its own way: `/dev/fd/N`, which bash's `<(…)` gives, and the like. */
const DESCRIPTOR_PATH = /^\/(?:dev\/(?:fd\/(\d+)|stdin)|proc\/(?:self|thread-self)\/fd\/(\d+))$/;

/** Which descriptor of the process that opens it is that path a name for? null: it is a file's. */
export function descriptorNamedBy(path: string): number | null {
  const match = DESCRIPTOR_PATH.exec(path);
  return match && Number(match[1] ?? match[2] ?? 0);
}

/** The way back. */
export function pathOfDescriptor(fd: number): string {
  return `/dev/fd/${fd}`;
}

/** Is it a pipe without a name, which had its writer from the start? Where nothing tells: no. */
export function isUnnamedPipe(fd: number): boolean {
  try {
    return readlinkSync(`${SELF}/fd/${fd}`).startsWith("pipe:");
  } catch {
    return false;
  }
}

/** Random bytes are read from it; where there is none, Node's crypto module has some. */
export const ENTROPY_DEVICE = "/dev/urandom";

/** What a process of ours reads of the system by itself, while it serves. */
export const READ_BY_NODE = [`${SELF}/`, ENTROPY_DEVICE];

/** As Node's os module has it, which takes a while to load. */
export const NULL_DEVICE = process.platform === "win32" ? "\\\\.\\nul" : "/dev/null";

/** Takes the number of a descriptor that was closed. Without that device, a folder does. */
export function openNullDevice(): number {
  try {
    return openSync(NULL_DEVICE, "r+");
  } catch {
    return openSync("/", "r");
  }
}

export function isNullDevice(status: Stats): boolean {
  if (!status.isCharacterDevice()) return false;
  const device = statSync(NULL_DEVICE, { throwIfNoEntry: false });
  return device?.isCharacterDevice() === true && device.rdev === status.rdev;
}

/** Can the null device behind this descriptor be written to? It has no memory. */
export function canWrite(fd: number): boolean {
  return succeeds(() => writeSync(fd, "\0"));
}

/** And read, too? It has no bytes. */
export function isOpenForBoth(fd: number): boolean {
  return succeeds(() => readSync(fd, Buffer.alloc(1))) && canWrite(fd);
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Whose file systems are in memory: where a container's own can't be written to. */
export const FOLDERS_IN_MEMORY = ["/dev/shm", "/run"];

/** Where the system, or the caller's environment, wants such files. */
export function temporaryFolder(): string {
  return (require("node:os") as typeof import("node:os")).tmpdir();
}

/** tmpfs and ramfs: what is in them is on no disk (statfs(2)). */
const IN_MEMORY: ReadonlySet<number> = new Set([0x0102_1994, 0x8584_58f6]);

/**
 * A file that is empty, has no name, and is never on a disk: what is in it is gone with the last
 * process that has it open. null: no folder for it, or the system doesn't tell what is in memory.
 */
export function openUnnamedFile(): number | null {
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  for (const folder of [...FOLDERS_IN_MEMORY, temporaryFolder()]) {
    try {
      if (!IN_MEMORY.has(statfsSync(folder).type)) continue;
      const name = join(folder, `bearhug-${crypto.randomUUID()}`);
      const fd = openSync(name, O_RDWR | O_CREAT | O_EXCL, 0o600);
      unlinkSync(name);
      return fd;
    } catch {
      // The next one may be there, and let us.
    }
  }
  return null;
}

/** Not at the top: programs that start none should not pay for loading it. */
export function childProcesses(): typeof import("node:child_process") {
  return require("node:child_process") as typeof import("node:child_process");
}

/** What makes FIFOs: POSIX' own, where it is when PATH has none, and BusyBox without links. */
const MKFIFO = [["mkfifo"], ["/usr/bin/mkfifo"], ["busybox", "mkfifo"]];

/**
 * Makes FIFOs, with the mode that umask leaves: GNU's `-m` needs /proc.
 *
 * @throws an Error if no program can make them, or the folder refuses
 */
export function makeFifos(names: readonly string[]): void {
  const { execFileSync } = childProcesses();
  for (const [program = "", ...words] of MKFIFO) {
    try {
      execFileSync(program, [...words, ...names], { stdio: FOR_ERRORS });
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "EACCES") throw error;
    }
  }
  throw new Error("there is no mkfifo in PATH; install coreutils or BusyBox");
}

const FOR_ERRORS: StdioOptions = ["ignore", "ignore", "inherit"];

/**
 * Has POSIX' cat write all that comes out of a pipe, until its end. It outlives this process if what it
 * writes to is not read.
 *
 * @returns false: there is no cat
 */
export function startCopying(from: number, to: number): boolean {
  const { spawn } = childProcesses();
  const [env, cwd] = [{ PATH: process.env["PATH"] }, "/"];
  // A terminal's signals are for this process, which says its last words then.
  const child = spawn("cat", { stdio: [from, to, "ignore"], detached: true, env, cwd });
  child.on("error", () => {});
  child.unref();
  return child.pid !== undefined;
}

/** Of open descriptors, for this process, as Node has raised it; infinite where nothing tells. */
export function descriptorLimit(): number {
  const limit = /^Max open files\s+([0-9]+)/m.exec(textOf(`${SELF}/limits`) ?? "")?.[1];
  return Number(limit ?? reportedLimit() ?? Number.POSITIVE_INFINITY);
}

/** Node's report knows it, too, and takes some milliseconds; other runtimes have none. */
function reportedLimit(): string | number | undefined {
  const { report } = process as { report?: NodeJS.ProcessReport };
  if (report?.getReport === undefined) return undefined;
  // Or it would ask DNS for the names of all peers.
  Object.assign(report, { excludeNetwork: true });
  const { userLimits } = report.getReport() as unknown as Report;
  const soft = userLimits?.open_files?.soft;
  return soft === "unlimited" ? undefined : soft;
}

interface Report {
  readonly userLimits?: { readonly open_files?: { readonly soft: string | number } };
}

/** `NAME=value` after `NAME=value`, with NULs between them, as this process was started; or null. */
export function startingEnvironmentBlock(): string | null {
  return textOf(`${SELF}/environ`);
}

/** Ids of groups that there can be in this user namespace (user_namespaces(7)). */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** The largest number means "no change" to the system. */
const EVERY_ID: IdRange = { first: 0, count: 0xffff_ffff };

/** Where the system knows no such namespaces: all. */
export function groupIdRanges(): readonly IdRange[] {
  const map = textOf(`${SELF}/gid_map`);
  if (map === null) return [EVERY_ID];
  return map
    .trim()
    .split("\n")
    .map((line) => {
      const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
      return { first, count };
    });
}

/** What a process did with the processors. */
export interface Effort {
  /** Of processor time, in all threads, since it began. */
  readonly seconds: number;
  /** It computes, or waits for a processor or a disk; it doesn't wait for another process. */
  readonly isRunnable: boolean;
}

/** Of a clock tick in /proc; sysconf(3), and the same on all of Linux. */
const TICKS = 100;

/** @returns null if there is no such process, or the system doesn't tell */
export function effortOf(pid: number | undefined): Effort | null {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name before it may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  return { seconds: ticks / TICKS, isRunnable: state === "R" || state === "D" };
}

/** proc(5) counts from 1, and two fields come before these. */
const [UTIME, STIME] = [14 - 3, 15 - 3];

/** Node 22.15 and later have it, but for Windows. */
interface Execve {
  execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;
}

/** util-linux': it gives a program groups, or takes from it the way to other rights. */
export const SETPRIV = "setpriv";

/** Where systemd is, it is: Node sends no datagrams to UNIX sockets. */
export const SYSTEMD_NOTIFY = "systemd-notify";

/** POSIX' env: it finds a program as execvp(3) does, and leaves the environment as it is. */
const ENV = ["/usr/bin/env", "/bin/env"];

/**
 * Can this process become that program, with descriptors that it opens once more? env takes a word
 * with `=` for a variable, and one with `-` for an option.
 */
export function canExec([file = ""]: readonly string[]): boolean {
  const { execve } = process as Execve;
  const isWord = !file.startsWith("-") && !file.includes("=");
  return execve !== undefined && isWord && pathOfEnv() !== undefined && existsSync(`${SELF}/fd`);
}

/**
 * Becomes that program, or ends with 126 or 127. Node ends itself with a stack trace when its exec
 * fails, and a format or a loader that the system lacks shows only then: so env does that step. A
 * shell would drop variables that are no names to it, such as `KEYFILE:…`, and add its own.
 */
export function exec(command: readonly string[], environment: NodeJS.ProcessEnv): never {
  const { execve } = process as unknown as Required<Execve>;
  return execve(pathOfEnv() as string, ["env", ...command], environment);
}

function pathOfEnv(): string | undefined {
  return ENV.find((path) => existsSync(path));
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** Are CAs that the user trusts kept in a store, besides files: macOS' Keychain, Windows' own? */
export const keepsTrustInStore = process.platform === "darwin" || process.platform === "win32";

/** The system's CAs as Node finds them, in PEM; null before Node 22.15, and in runtimes without it. */
export function storedCertificates(): readonly string[] | null {
  // Not at the top: it takes longer to load than all that most connections do with it.
  const tls = process.getBuiltinModule?.("node:tls") as TrustingTls | undefined;
  return tls?.getCACertificates?.("system") ?? null;
}

interface TrustingTls {
  getCACertificates?(type: "system"): string[];
}

/** Windows has no descriptors that a process passes on by number. */
export const hasOnlyStreams = process.platform === "win32";

/** Deno leaves what it inherited open in the programs that it starts; Node and Bun close it there. */
export const passesDescriptorsOn = "deno" in process.versions;

/** A connection that was accepted can be what a program reads and writes: with Node, where descriptors are. */
export const passesConnectionsOn =
  !hasOnlyStreams && !("deno" in process.versions || "bun" in process.versions);

/**
 * The same command, without the descriptors from 3 to 9: a shell knows those of one digit. Some shells drop
 * variables whose names are none of theirs.
 */
export function closingDescriptors(command: readonly string[]): readonly string[] {
  return ["/bin/sh", "-c", CLOSE_AND_EXEC, ...command];
}

const CLOSE_AND_EXEC = 'exec "$0" "$@" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-';

/** Are a descriptor's numbers the system's, so that what is opened next gets the lowest free one? */
export const numbersAreTheSystems = !("deno" in process.versions);
