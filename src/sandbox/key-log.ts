import {
  ENGINE_LOG_CLIENT_HANDSHAKE,
  ENGINE_LOG_CLIENT_TRAFFIC,
  ENGINE_LOG_EXPORTER,
  ENGINE_LOG_MASTER,
  ENGINE_LOG_SERVER_HANDSHAKE,
  ENGINE_LOG_SERVER_TRAFFIC,
  ENGINE_RANDOM_LEN,
  ENGINE_SECRET_MAX,
  ENGINE_SECRETS,
} from "./abi.ts";
import type { EngineExports } from "./engine-exports.ts";
import { EngineError } from "./errors.ts";
import { type Pointer, type Sandbox, SandboxTrap } from "./instance.ts";

/** Takes a line of NSS's key log format, with its newline. */
export type KeyLog = (line: string) => void;

/** The labels of the format. */
const LABELS = new Map([
  [ENGINE_LOG_MASTER, "CLIENT_RANDOM"],
  [ENGINE_LOG_CLIENT_HANDSHAKE, "CLIENT_HANDSHAKE_TRAFFIC_SECRET"],
  [ENGINE_LOG_SERVER_HANDSHAKE, "SERVER_HANDSHAKE_TRAFFIC_SECRET"],
  [ENGINE_LOG_CLIENT_TRAFFIC, "CLIENT_TRAFFIC_SECRET_0"],
  [ENGINE_LOG_SERVER_TRAFFIC, "SERVER_TRAFFIC_SECRET_0"],
  [ENGINE_LOG_EXPORTER, "EXPORTER_SECRET"],
]);

const SLOT = 1 + ENGINE_SECRET_MAX;
const ROOM = ENGINE_RANDOM_LEN + ENGINE_SECRETS * SLOT;

/**
 * Before the start: the engine keeps the secrets that a key log has.
 *
 * @returns where they will be
 * @throws {EngineError} when the module's memory has reached its limit
 */
export function keepSecrets({ exports }: Sandbox<EngineExports>): Pointer {
  const room = exports.engine_keep_secrets();
  if (room === 0) throw EngineError.outOfMemory();
  return room;
}

/**
 * Tells each secret that is known since the last time. None of them stays in the room.
 *
 * @throws {SandboxTrap} if there is something else
 */
export function tellSecrets({ memory }: Sandbox<EngineExports>, room: Pointer, tell: KeyLog): void {
  const all = memory.view(room, ROOM);
  const random = hex(all.subarray(0, ENGINE_RANDOM_LEN));
  for (let which = 0; which < ENGINE_SECRETS; which++) {
    const at = ENGINE_RANDOM_LEN + which * SLOT;
    const slot = all.subarray(at, at + SLOT);
    const length = slot[0] as number;
    if (length === 0) continue;
    if (length > ENGINE_SECRET_MAX) throw new SandboxTrap("a secret that is too long");
    const secret = hex(slot.subarray(1, 1 + length));
    slot.fill(0);
    tell(`${LABELS.get(which)} ${random} ${secret}\n`);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
