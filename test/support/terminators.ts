import { readFileSync } from "node:fs";
import { freePort } from "./ports.ts";
import { type Running, start } from "./processes.ts";
import { answering } from "./proxies.ts";
import { scratchFile } from "./scratch.ts";
import type { ServerFiles } from "./tls-servers.ts";

/** Other programs that have TLS on one side and an address on the other. */
export interface Terminator {
  readonly port: number;
  readonly running: Running;
}

/**
 * stunnel with one service, and others.
 *
 * @param lines of the service, one option each; `accept` is given here
 * @param more further services, as they stand in the file
 */
export async function stunnelService(
  lines: readonly string[],
  more: readonly string[] = [],
): Promise<Terminator> {
  const port = await freePort();
  const service = ["[page]", `accept = 127.0.0.1:${port}`, ...lines, ...more];
  const global = ["foreground = yes", "pid ="];
  const file = scratchFile("stunnel.conf", `${[...global, ...service].join("\n")}\n`);
  const running = start(["stunnel4", file], { patience: 60_000 });
  await listeningWithout(running, port, /Configuration successful/);
  return { port, running };
}

/**
 * hitch with one certificate.
 *
 * @param options besides where it listens
 * @param lines of a configuration file, for what has no option
 */
export async function hitch(
  files: readonly ServerFiles[],
  options: readonly string[],
  lines: readonly string[] = [],
): Promise<Terminator & { readonly pem: string }> {
  const port = await freePort();
  const pems = files.map(({ keyFile, certFile }) =>
    scratchFile("hitch.pem", readFileSync(keyFile, "utf8") + readFileSync(certFile, "utf8")),
  );
  const file = scratchFile("hitch.conf", `${lines.join("\n")}\n`);
  // It refuses to be root.
  const user = process.getuid?.() === 0 ? ["--user=nobody"] : [];
  const config = lines.length === 0 ? [] : [`--config=${file}`];
  const words = [...config, `--frontend=[127.0.0.1]:${port}`, ...user, ...options, ...pems];
  const running = start(["hitch", ...words], { patience: 60_000 });
  await listeningWithout(running, port, null);
  return { port, running, pem: pems[0] as string };
}

/** @param text what it says when it listens; null: a connection shows it */
async function listeningWithout(
  running: Running,
  port: number,
  text: RegExp | null,
): Promise<void> {
  if (text === null) {
    await answering(port);
    return;
  }
  const deadline = Date.now() + 10_000;
  while (!text.test(running.stderr)) {
    if (running.isOver || Date.now() > deadline) throw new Error(running.stderr);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
