import { type ChildProcess, fork } from "node:child_process";

/** Tells a process that the server starts what it is for. */
const ROLE = "S6_TLSSERVER_ROLE";

const ROLES = ["worker", "access", "spawner"] as const;

export type Role = (typeof ROLES)[number];

/** What this process is for; null: it is the server itself. */
export function roleOf(env: NodeJS.ProcessEnv): Role | null {
  const role = ROLES.find((one) => one === env[ROLE]);
  return process.send !== undefined ? (role ?? null) : null;
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
