import { ENGINE_EXPORT_MAX, ENGINE_LABEL_MAX, ENGINE_NO_CONTEXT } from "./abi.ts";
import type { EngineExports } from "./engine-exports.ts";
import { EngineError } from "./errors.ts";
import type { Pointer, Sandbox } from "./instance.ts";

/** What other protocols want to be made of a connection's secrets (RFC 8446, 7.5; RFC 5705). */
export interface ExportRequest {
  /** In bytes: 1 to `LONGEST_EXPORT`. */
  readonly length: number;
  /** ASCII, 1 to `LONGEST_LABEL` characters; IANA has a registry of them. */
  readonly label: string;
  /** undefined: none, which in TLS 1.2 is not the same as an empty one. */
  readonly context?: Uint8Array | undefined;
}

/** With the label and a NUL. */
export const LONGEST_EXPORT = ENGINE_EXPORT_MAX;
export const LONGEST_LABEL = ENGINE_LABEL_MAX;

/**
 * Before the start: the engine keeps what exports are made of.
 *
 * @returns where requests and answers go
 * @throws {EngineError} when the module's memory has reached its limit
 */
export function keepExporter({ exports }: Sandbox<EngineExports>): Pointer {
  const room = exports.engine_keep_exporter();
  if (room === 0) throw EngineError.outOfMemory();
  return room;
}

/**
 * Nothing of it stays in the room.
 *
 * @throws {EngineError} before the handshake is done, and for what does not fit
 */
export function exportKeys(
  { exports, memory }: Sandbox<EngineExports>,
  room: Pointer,
  { length, label, context }: ExportRequest,
): Uint8Array {
  const name = new TextEncoder().encode(`${label}\0`);
  const input = memory.view(room, ENGINE_EXPORT_MAX);
  if (name.length + (context?.length ?? 0) > input.length || length > ENGINE_EXPORT_MAX) {
    throw new RangeError("longer than the engine's room");
  }
  input.set(name);
  if (context !== undefined) input.set(context, name.length);
  try {
    const contextLength = context?.length ?? ENGINE_NO_CONTEXT;
    const code = exports.engine_export(name.length - 1, contextLength, length);
    if (code !== 0) throw new EngineError(code);
    return memory.view((room + ENGINE_EXPORT_MAX) as Pointer, length).slice();
  } finally {
    memory.view(room, 2 * ENGINE_EXPORT_MAX).fill(0);
  }
}
