import { type ChildProcess, fork } from "node:child_process";

/** Tells a process that the server starts what it is for. */
const ROLE = "S6_TLSSERVER_ROLE";

export type Role = "worker";

/** What this process is for; null: it is the server itself. */
export function roleOf(env: NodeJS.ProcessEnv): Role | null {
  return env[ROLE] === "worker" && process.send !== undefined ? "worker" : null;
}

/**
 * Starts the same program with the same command line in another role. Node's own cluster is not for
 * us: its primary listens, as root, on whatever address or path a worker asks it to.
 */
export function startAs(role: Role): ChildProcess {
  const [, launcher = "", ...line] = process.argv;
  return fork(launcher, line, {
    env: { ...process.env, [ROLE]: role },
    // Whoever reads our standard output waits for its end: workers must not keep it open.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** Variables that are the server's business, and by which prog would be misled. */
export const FOR_US: ReadonlySet<string> = new Set([
  "LISTEN_FDS",
  "LISTEN_PID",
  "LISTEN_FDNAMES",
  "NOTIFY_SOCKET",
  ROLE,
]);
