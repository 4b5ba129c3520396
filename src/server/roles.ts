import { type ChildProcess, fork } from "node:child_process";
import { confiner } from "../program/confinement.ts";

/** Tells a process that the server starts what it is for. */
const ROLE = "S6_TLSSERVER_ROLE";

/** Tells it which of its descriptors it writes the log to. */
const LOG = "S6_TLSSERVER_LOG";

const ROLES = ["worker", "access", "spawner", "copier"] as const;

/** Behind 0, 1, 2 and the channel. */
export const FIRST_PASSED = 4;

/** Where a process that the server started writes its lines; null: to its standard error. */
export function logDescriptorOf(env: NodeJS.ProcessEnv): number | null {
  return roleOf(env) === null || env[LOG] === undefined ? null : Number(env[LOG]);
}

export type ProcessRole = (typeof ROLES)[number];

/** What this process is for; null: it is the server itself. */
export function roleOf(env: NodeJS.ProcessEnv): ProcessRole | null {
  const role = ROLES.find((one) => one === env[ROLE]);
  return process.send !== undefined ? (role ?? null) : null;
}

interface Start {
  /** Of this process, which the other one gets, too: from FIRST_PASSED on. */
  readonly descriptors?: readonly number[];
  /** What it writes the log to; null: its standard error, as we. */
  readonly log?: number | null;
  /** No program that it runs, now or later, gives it other rights. */
  readonly confined?: boolean;
  /** It starts other programs. */
  readonly forks?: boolean;
  readonly nodeOptions?: readonly string[];
}

/**
 * Starts the same program with the same command line in another role. Node's own cluster is not for
 * us: its primary listens, as root, on whatever address or path a worker asks it to.
 */
export function startAs(
  role: ProcessRole,
  { confined = false, forks = true, nodeOptions = [], descriptors = [], log = null }: Start = {},
): ChildProcess {
  const [, launcher = "", ...line] = process.argv;
  const passed = log === null ? descriptors : [...descriptors, log];
  const logAt = FIRST_PASSED + descriptors.length;
  const confinement = confined ? confiner() : null;
  const own = [
    ...youngHeap(role, process.env),
    ...(forks ? [] : oldHeap(process.env)),
    ...(role === "spawner" ? LITTLE_TO_COPY : []),
  ];
  const execArgv = [...own, ...process.execArgv, ...nodeOptions];
  const child = fork(launcher, line, {
    execArgv,
    ...(confinement !== null && {
      execPath: confinement.setpriv,
      execArgv: [...confinement.options, process.execPath, ...execArgv],
    }),
    env: { ...process.env, [ROLE]: role, ...(log !== null && { [LOG]: `${logAt}` }) },
    // A reader of our standard output waits for its end: workers must not keep it open.
    stdio: ["ignore", "ignore", "inherit", "ipc", ...passed],
  });
  guardChannel(child);
  return child;
}

/**
 * A fork copies the page tables of what a process has touched, so V8's young generation, which is filled
 * to its end before it is collected, makes each prog's start slower: worker and spawner get less of it.
 *
 * @returns options of Node; none where NODE_OPTIONS sets this size, which they would replace
 */
function youngHeap(role: ProcessRole, { NODE_OPTIONS: given = "" }: NodeJS.ProcessEnv): string[] {
  const size = role === "spawner" ? SEMI_SPACE.spawner : SEMI_SPACE.others;
  return given.includes("semi-space") ? [] : [`--max-semi-space-size=${size}`];
}

/** MiB; Node's own is 16. bench/README.md has what others were measured to cost. */
const SEMI_SPACE = { spawner: 1, others: 4 };

/**
 * V8 collects the old generation when it has grown by some MiB, and counts the 320 KiB of each engine's
 * memory: that was once for every forty connections, and a tenth of what they cost. In a worker that forks,
 * what is not collected would cost each fork as much.
 *
 * @returns options of Node; none where NODE_OPTIONS sets a size of the old generation
 */
function oldHeap({ NODE_OPTIONS: given = "" }: NodeJS.ProcessEnv): string[] {
  return given.includes("old-space") ? [] : [`--initial-old-space-size=${OLD_SPACE}`];
}

/** MiB that the old generation may have before it is collected. */
const OLD_SPACE = 128;

/** The spawner does little but fork: no optimised code, and no threads of V8's, which have stacks and heaps. */
const LITTLE_TO_COPY = ["--no-opt", "--v8-pool-size=0"];

/**
 * Node believes what a process says about the sockets that pass between us, and throws where nothing
 * can catch it when that is wrong: for a receipt that is not due, as it gets from Node itself when a
 * socket had to be sent twice, and for what it doesn't know. That would be the end of the server.
 */
function guardChannel(child: ChildProcess): void {
  closeStrayDescriptors(child);
  const emit = child.emit.bind(child) as (event: string | symbol, ...values: unknown[]) => boolean;
  child.emit = (event: string | symbol, ...values: unknown[]) => {
    if (event !== "internalMessage") return emit(event, ...values);
    const [message] = values as [{ cmd?: unknown }];
    if (!isReceipt(message)) return true;
    try {
      return emit(event, message);
    } catch {
      // Nothing was to be received: what the receipt is for has been seen to already.
      return true;
    }
  };
}

/** Node's handle of a channel to a child (lib/internal/child_process.js, 20 to 26). */
interface Channel {
  onread: (...values: unknown[]) => unknown;
  /** A descriptor that came along with the bytes that are read next. */
  pendingHandle: { close(): void } | null;
}

/**
 * A descriptor travels beside a message, and Node looks at it only if the message says that there is
 * one. Beside any other message it would stay open here. None of our processes has one to give, so it
 * is closed before the message is read.
 */
function closeStrayDescriptors(child: ChildProcess): void {
  const symbol = Object.getOwnPropertySymbols(child).find(
    ({ description }) => description === "kChannelHandle",
  );
  const channel = symbol && (child as unknown as Record<symbol, Channel | null>)[symbol];
  if (!channel) return;
  const { onread } = channel;
  channel.onread = function (this: unknown, ...values) {
    channel.pendingHandle?.close();
    channel.pendingHandle = null;
    return onread.apply(this, values);
  };
}

function isReceipt({ cmd }: { cmd?: unknown }): boolean {
  return cmd === "NODE_HANDLE_ACK" || cmd === "NODE_HANDLE_NACK";
}

/** Variables that are the server's business, and by which prog would be misled. */
export const FOR_US: ReadonlySet<string> = new Set([
  "LISTEN_FDS",
  "LISTEN_PID",
  "LISTEN_FDNAMES",
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "WATCHDOG_PID",
  ROLE,
  LOG,
]);
