import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { SERVER_NAME } from "./certificates.ts";
import { eventually } from "./limits.ts";
import { freePort } from "./ports.ts";
import { type Ended, type Running, run, start } from "./processes.ts";
import { scratch, scratchFile } from "./scratch.ts";
import type { ServerFiles } from "./tls-servers.ts";
import { asUnprivilegedUser, UNPRIVILEGED_USER } from "./unprivileged-user.ts";

/**
 * A PostgreSQL server of 127.0.0.1, for the user postgres without a password.
 *
 * @param files with them it has TLS, and takes no connections without
 */
export async function postgresql(files: ServerFiles | null): Promise<number> {
  const programs = programFolder();
  // It refuses to be root.
  const isRoot = process.getuid?.() === 0;
  const asUser = isRoot ? asUnprivilegedUser : [];
  const folder = scratchFile("postgresql");
  mkdirSync(folder, { mode: 0o700 });
  chmodSync(scratch, 0o711);
  if (isRoot) chownSync(folder, UNPRIVILEGED_USER, UNPRIVILEGED_USER);
  const data = join(folder, "data");
  const environment = { LC_ALL: "C" };
  const made = await run(
    [...asUser, join(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"],
    { environment, patience: 60_000 },
  );
  if (made.code !== 0) throw new Error(made.stderr);
  const port = await freePort();
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
  ];
  if (files !== null) settings.push(...tlsOf(files, folder));
  const running = start(
    [
      ...[...asUser, join(programs, "postgres"), "-D", data],
      ...["fsync=off", ...settings].flatMap((setting) => ["-c", setting]),
    ],
    { environment, patience: 120_000 },
  );
  const isReady = () => running.stderr.includes("ready to accept connections") || running.isOver;
  await eventually("PostgreSQL listens", isReady, 30_000);
  if (running.isOver) throw new Error(running.stderr);
  return port;
}

/** What psql answers to a query, and its complaints. */
export function psql(port: number, settings: string, query = "select 6 * 7"): Promise<Ended> {
  return startPsql(port, settings, query).ended;
}

/** psql with a query of a minute, at which it was interrupted, as by Ctrl-C, when it had begun. */
export async function interruptedPsql(
  port: number,
  settings: string,
  { server }: { readonly server: { readonly port: number; readonly settings: string } },
): Promise<Ended> {
  const query = `select pg_sleep(60) /* ${port} */`;
  const running = startPsql(port, settings, query);
  const isActive = `select count(*) from pg_stat_activity where state = 'active' and query = '${query}'`;
  for (let count = "0"; count !== "1" && !running.isOver; ) {
    count = (await psql(server.port, server.settings, isActive)).stdout.trim();
  }
  running.signal("SIGINT");
  return running.ended;
}

function startPsql(port: number, settings: string, query: string): Running {
  const words = `hostaddr=127.0.0.1 host=${SERVER_NAME} port=${port} user=postgres ${settings}`;
  const environment = { LC_ALL: "C", HOME: "/nonexistent" };
  return start(["psql", "-XAt", "-c", query, words], { environment, patience: 90_000 });
}

function tlsOf({ certFile, keyFile }: ServerFiles, folder: string): string[] {
  const copies = { cert: join(folder, "server.crt"), key: join(folder, "server.key") };
  writeFileSync(copies.cert, readFileSync(certFile));
  writeFileSync(copies.key, readFileSync(keyFile), { mode: 0o600 });
  if (process.getuid?.() === 0) chownSync(copies.key, UNPRIVILEGED_USER, UNPRIVILEGED_USER);
  const only = join(folder, "pg_hba.conf");
  writeFileSync(only, "hostssl all all 127.0.0.1/32 trust\n");
  return [
    "ssl=on",
    `ssl_cert_file=${copies.cert}`,
    `ssl_key_file=${copies.key}`,
    `hba_file=${only}`,
  ];
}

function programFolder(): string {
  const all = "/usr/lib/postgresql";
  const versions = existsSync(all)
    ? readdirSync(all).toSorted((a, b) => Number(b) - Number(a))
    : [];
  const found = versions
    .map((version) => join(all, version, "bin"))
    .find((bin) => existsSync(join(bin, "postgres")));
  if (found === undefined) throw new Error("there is no postgres: apt-get install postgresql-15");
  return found;
}
