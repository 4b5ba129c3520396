import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { eventually } from "./limits.ts";
import { freePort } from "./ports.ts";
import { start } from "./processes.ts";
import { scratch, scratchFile } from "./scratch.ts";
import type { ServerFiles } from "./tls-servers.ts";

/**
 * Exim on 127.0.0.1, a mail server that takes any message and keeps it in its queue. It has to be
 * started by root.
 *
 * @param files with them it has STARTTLS
 */
export async function exim(files: ServerFiles | null): Promise<number> {
  const spool = scratchFile("spool");
  mkdirSync(spool);
  chmodSync(scratch, 0o711);
  const owner = Number(execFileSync("id", ["-u", "Debian-exim"], { encoding: "utf8" }));
  chownSync(spool, owner, owner);
  const port = await freePort();
  const tls = files && [copy(files.certFile, owner), copy(files.keyFile, owner)];
  const configuration = scratchFile(
    "exim.conf",
    `
    primary_hostname = mail.test
    spool_directory = ${spool}
    log_file_path = ${spool}/%slog
    pid_file_path = ${spool}/pid
    local_interfaces = 127.0.0.1
    daemon_smtp_ports = ${port}
    keep_environment =
    queue_only
    host_lookup =
    rfc1413_query_timeout = 0s
    acl_smtp_rcpt = all
    acl_smtp_data = all
    ${
      tls === null
        ? "tls_advertise_hosts ="
        : `tls_advertise_hosts = *\ntls_certificate = ${tls[0]}\ntls_privatekey = ${tls[1]}\n
           smtp_banner = $primary_hostname ESMTP in clear\n`
    }
    begin acl
    all:
      accept
    begin routers
    all:
      driver = accept
      transport = queue
    begin transports
    queue:
      driver = appendfile
      file = /dev/null
    `,
  );
  const running = start(["/usr/sbin/exim4", "-C", configuration, "-bdf"], { patience: 60_000 });
  const isReady = () => /listening for SMTP/.test(log(spool)) || running.isOver;
  await eventually("Exim listens", isReady);
  if (running.isOver) throw new Error(running.stderr + log(spool));
  return port;
}

function log(spool: string): string {
  return execFileSync("sh", ["-c", `cat ${spool}/*log 2>/dev/null || :`], { encoding: "utf8" });
}

function copy(file: string, owner: number): string {
  const path = scratchFile("exim.pem", execFileSync("cat", [file]));
  chownSync(path, owner, owner);
  return path;
}
