import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Who serves: we, and what Debian has. Each runs a program for every connection. */

export const scratch = mkdtempSync(join(tmpdir(), "bearhug-bench-"));

const key = join(scratch, "key.pem");
const certificate = join(scratch, "certificate.pem");
const both = join(scratch, "both.pem");

execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key]);
execFileSync("openssl", [
  ...["req", "-x509", "-new", "-key", key, "-subj", "/CN=localhost"],
  ...["-days", "1", "-out", certificate],
]);
writeFileSync(both, execFileSync("cat", [key, certificate]), { mode: 0o600 });

export interface Peer {
  readonly name: string;
  /** A server on this port that runs the shell script for every connection. */
  readonly start: (port: number, script: string, cipher: string) => ChildProcess;
}

export const bearhug: Peer = {
  name: "tcpserver + s6-tlsd",
  start: (port, script) =>
    daemon(
      "tcpserver",
      ["-RHl0", "127.0.0.1", String(port), program("s6-tlsd"), "-S", "-v0", "--", "sh", script],
      { KEYFILE: key, CERTFILE: certificate },
    ),
};

export const stunnel: Peer = {
  name: "stunnel4",
  start: (port, script, cipher) => {
    const file = join(scratch, `stunnel-${port}.conf`);
    writeFileSync(
      file,
      `foreground = yes\ndebug = 0\npid =\n[bench]\naccept = 127.0.0.1:${port}\n` +
        `exec = /bin/sh\nexecArgs = sh ${script}\ncert = ${certificate}\nkey = ${key}\n` +
        `sslVersionMax = TLSv1.2\nciphers = ${cipher}\n`,
    );
    return daemon("stunnel4", [file]);
  },
};

export const socat: Peer = {
  name: "socat",
  start: (port, script, cipher) => {
    const listen =
      `OPENSSL-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,verify=0,cert=${both},` +
      `openssl-max-proto-version=TLS1.2,cipher=${cipher}`;
    return daemon("socat", ["-b65536", listen, `EXEC:sh ${script}`]);
  },
};

export function program(name: string): string {
  return join(import.meta.dirname, "../bin", name);
}

/** A shell script that a server runs for every connection. */
export function script(name: string, text: string): string {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
}

/** Waits until somebody accepts connections there. */
export async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** Ends a server by its process number, and waits for its end. */
export async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
}

export function cleanUp(): void {
  rmSync(scratch, { recursive: true, force: true });
}

function daemon(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(command, args, { stdio: "ignore", env: { PATH: process.env["PATH"], ...env } });
}
