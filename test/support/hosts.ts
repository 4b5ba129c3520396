import { needs } from "./needs.ts";
import { run } from "./processes.ts";
import { scratchFile } from "./scratch.ts";

/** Runs a command where these are the hosts; no other process sees that. */
export function withHosts(...lines: string[]): string[] {
  const file = scratchFile("hosts", lines.map((line) => `${line}\n`).join(""));
  const bind = `mount --bind ${file} /etc/hosts && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", bind, "sh"];
}

/** Does this system let us? */
const canHaveHosts = (await run([...withHosts("127.0.0.1 x"), "true"])).code === 0;

export const NEEDS_HOSTS = needs("a mount namespace for /etc/hosts", canHaveHosts);
