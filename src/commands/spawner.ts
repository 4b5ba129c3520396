import type { SuperServerSettings } from "../cli/server-options.ts";
import { SERVER_DEFAULTS, s6TlsserverLine } from "../cli/super-server-line.ts";
import type { Privileges } from "../program/privileges.ts";
import { usersOf } from "../server/ids.ts";
import { Spawner } from "../server/spawner.ts";
import { run } from "./run.ts";

/*
 * The spawner's part of s6-tlsserver, which has a bundle of its own: each start of a prog copies the page
 * tables of this process, and the code of primary and workers would be a third of what it has in memory.
 */

const AS_IT_IS: Privileges = { uid: null, gid: null, groups: null };

function spawnerProgram(): void {
  const main = (server: SuperServerSettings, operands: readonly string[]) => {
    const [_ip, _port, ...command] = operands;
    startSpawner(server, command);
  };
  run({ program: "s6-tlsserver", line: s6TlsserverLine, defaults: SERVER_DEFAULTS, main });
}

export function startSpawner(server: SuperServerSettings, command: readonly string[]): void {
  const { prog, worker } = usersOf(server, process.env);
  // Without a user of their own, progs are what the spawner becomes: it is the user of workers.
  const owner = prog === null ? worker : AS_IT_IS;
  new Spawner({ server, command, owner, progOwner: prog ?? AS_IT_IS }).start();
}

/** The program s6-tlsserver, where it is the spawner: dist/s6-tlsserver.cjs chooses. */
export { spawnerProgram as s6Tlsserver };
