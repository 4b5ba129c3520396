import { eventually } from "./limits.ts";
import { needs } from "./needs.ts";
import { run, start } from "./processes.ts";
import { scratchFile } from "./scratch.ts";

/** Where a name server of a test listens: c-ares takes no other port than 53 from resolv.conf. */
let last = 20;

export interface NameServer {
  /** Its address, in 127.53.0.0/16. */
  readonly address: string;
  /** What it was asked, a line each, in dnsmasq's words. */
  readonly log: () => string;
}

/**
 * Debian's dnsmasq, with these options in place of any file of this system.
 *
 * @param options as in `--host-record=mail.test,192.0.2.1`, without the two dashes
 */
export async function startNameServer(...options: string[]): Promise<NameServer> {
  const address = `127.53.${process.pid % 250}.${++last}`;
  const server = start([
    "dnsmasq",
    ...["--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root"],
    // Without these, dnsmasq refuses what it doesn't know in place of denying that it is there.
    ...["--domain-needed", "--local=/test/", "--local=/in-addr.arpa/"],
    ...["--log-queries", "--log-facility=-", "--bind-interfaces", `--listen-address=${address}`],
    ...options.map((option) => `--${option}`),
  ]);
  await eventually("dnsmasq", () => /started, version/.test(server.stdout + server.stderr));
  return { address, log: () => server.stdout + server.stderr };
}

/** Runs a command where this is resolv.conf(5), and these are the hosts; no other process sees that. */
export function withResolver(lines: readonly string[], hosts: readonly string[] = []): string[] {
  const file = (name: string, content: readonly string[]) =>
    scratchFile(name, content.map((line) => `${line}\n`).join(""));
  const resolver = `mount --bind ${file("resolv.conf", lines)} /etc/resolv.conf`;
  const named = `mount --bind ${file("hosts", hosts)} /etc/hosts`;
  return ["unshare", "--mount", "sh", "-c", `${resolver} && ${named} && exec "$@"`, "sh"];
}

/** Does this system let us? */
const canHaveResolver = (await run([...withResolver(["nameserver ::1"]), "true"])).code === 0;

export const NEEDS_RESOLVER = needs("a mount namespace for resolv.conf", canHaveResolver);
