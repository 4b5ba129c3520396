import { isBytes } from "../credentials/bytes.ts";
import { checkOptions, type Rules } from "../credentials/options.ts";
import { ArgumentValueError, TlsError } from "../credentials/tls-error.ts";
import type { Engine } from "../sandbox/engine.ts";
import { type ExportRequest, LONGEST_EXPORT, LONGEST_LABEL } from "../sandbox/exporter.ts";

const RULES: Rules = {
  length: {
    expected: "a number of bytes",
    accepts: (value) => typeof value === "number",
    refuses: (value: number) =>
      Number.isInteger(value) && value >= 1 && value <= LONGEST_EXPORT
        ? null
        : `must be from 1 to ${LONGEST_EXPORT}. Received ${value}`,
  },
  label: {
    expected: "a string",
    accepts: (value) => typeof value === "string",
    refuses: (value: string) =>
      /^[\x20-\x7e]+$/.test(value) && value.length <= LONGEST_LABEL
        ? null
        : `must be 1 to ${LONGEST_LABEL} printable characters of ASCII`,
  },
  context: { expected: "a Buffer or Uint8Array", accepts: isBytes },
};

/**
 * Keying material of an engine whose handshake is done; null: there is none, before or after.
 *
 * @throws `TlsError` where there is nothing to make it of
 */
export function keyingMaterial(engine: Engine | null, given: ExportRequest): Buffer {
  const request = checkOptions(given, RULES);
  const { label, context } = request;
  if (label.length + 1 + (context?.length ?? 0) > LONGEST_EXPORT) {
    throw new ArgumentValueError("context", `must be shorter, by the room for ${LONGEST_EXPORT}`);
  }
  if (engine === null) {
    throw unusable("INVALID_STATE", "the handshake is not done, or the connection is over");
  }
  const made = engine.exportKeyingMaterial(request);
  if (made === null) throw unusable("NO_EXPORTER", "the option keepExporter was not given");
  return Buffer.from(made.buffer, made.byteOffset, made.byteLength);
}

function unusable(reason: string, why: string): TlsError {
  return new TlsError(`no keying material: ${why}`, { reason, side: "configuration" });
}
