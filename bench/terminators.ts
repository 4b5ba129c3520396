import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kill, membersOf } from "./processes.ts";
import { startReaped } from "./reaper.ts";
import { program, repository } from "./repository.ts";
import { type Credentials, scratchFile } from "./scratch.ts";
import { freePort, isListening } from "./servers.ts";
import { until } from "./waiting.ts";

/** Programs with TLS on one side and a backend's address on the other. */
export const TERMINATOR_NAMES = ["bearhug", "stunnel", "hitch", "haproxy", "nginx"] as const;
export type TerminatorName = (typeof TERMINATOR_NAMES)[number];

export interface RunningTerminator {
  readonly name: TerminatorName;
  readonly port: number;
  /** Its process group. */
  readonly group: number;
  close(): void;
}

/** What all of them have behind them: a process of its own, so that its time is not theirs. */
export async function startBackend(): Promise<{ port: number; close(): void }> {
  const script = join(repository, "bench/tcp-backend.mjs");
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "ignore"] });
  process.on("exit", () => child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  return { port: Number(line), close: () => child.kill("SIGKILL") };
}

export async function terminate(
  name: TerminatorName,
  credentials: Credentials,
  backend: number,
): Promise<RunningTerminator> {
  const port = await freePort();
  const child = STARTERS[name]({ credentials, port, backend });
  const group = child.pid ?? 0;
  await until(`starting ${name}`, () => {
    if (child.exitCode !== null) throw new Error(`${name} exited with ${child.exitCode}`);
    return isListening(port);
  });
  return { name, port, group, close: () => kill(child) };
}

/** Of the whole group: KiB. */
export function residentMemory(group: number): { rss: number; pss: number } {
  const sum = { rss: 0, pss: 0 };
  for (const pid of membersOf(group)) {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    sum.rss += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
    sum.pss += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return sum;
}

interface Task {
  readonly credentials: Credentials;
  readonly port: number;
  readonly backend: number;
}

/** More connections at once than are opened here. */
const NO_LIMIT = 4000;

/** Key and certificate in one file, as hitch and HAProxy want them. */
function bundle({ keyFile, certFile }: Credentials, port: number): string {
  const text = readFileSync(keyFile, "utf8") + readFileSync(certFile, "utf8");
  return scratchFile(`both-${port}.pem`, text, 0o644);
}

const AS_NOBODY = process.getuid?.() === 0 ? ["--user=nobody"] : [];

/** Each has as many workers or threads as there are processors; stunnel has a thread a connection. */
const STARTERS: Record<TerminatorName, (task: Task) => ChildProcess> = {
  bearhug: ({ credentials, port, backend }) =>
    startReaped([
      ...[program("bearhug"), "server", "-q", "-c", `${NO_LIMIT}`],
      ...["--listen", `127.0.0.1:${port}`, "--connect", `127.0.0.1:${backend}`],
      ...["--cert", credentials.certFile, "--key", credentials.keyFile],
    ]),

  stunnel: ({ credentials, port, backend }) => {
    const lines = [
      ...["foreground = yes", "debug = emerg", "pid =", "[bench]"],
      ...[`accept = 127.0.0.1:${port}`, `connect = 127.0.0.1:${backend}`],
      ...[`cert = ${credentials.certFile}`, `key = ${credentials.keyFile}`],
      "socket = l:TCP_NODELAY=1",
      "socket = r:TCP_NODELAY=1",
    ];
    return startReaped(["stunnel4", scratchFile(`to-${port}.conf`, `${lines.join("\n")}\n`)]);
  },

  hitch: ({ credentials, port, backend }) =>
    startReaped([
      ...["hitch", ...AS_NOBODY, "--quiet", `--workers=${processors()}`, "--backlog=4096"],
      ...[`--frontend=[127.0.0.1]:${port}`, `--backend=[127.0.0.1]:${backend}`],
      bundle(credentials, port),
    ]),

  haproxy: ({ credentials, port, backend }) => {
    const file = scratchFile(
      `haproxy-${port}.cfg`,
      `global
  maxconn ${NO_LIMIT}
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${port} backlog 4096 ssl crt ${bundle(credentials, port)}
  default_backend out
backend out
  server one 127.0.0.1:${backend}
`,
    );
    return startReaped(["haproxy", "-db", "-f", file]);
  },

  nginx: ({ credentials, port, backend }) => {
    const file = scratchFile(
      `nginx-${port}.conf`,
      `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
user root;
worker_processes auto;
pid ${scratchFile(`nginx-${port}.pid`)};
error_log stderr crit;
events { worker_connections ${3 * NO_LIMIT}; }
stream {
  ssl_session_cache shared:bench:10m;
  server {
    listen 127.0.0.1:${port} ssl backlog=4096;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${credentials.certFile};
    ssl_certificate_key ${credentials.keyFile};
    tcp_nodelay on;
    proxy_pass 127.0.0.1:${backend};
  }
}
`,
    );
    return startReaped(["/usr/sbin/nginx", "-e", "stderr", "-c", file]);
  },
};

function processors(): number {
  return readFileSync("/proc/cpuinfo", "utf8").match(/^processor/gm)?.length ?? 1;
}
