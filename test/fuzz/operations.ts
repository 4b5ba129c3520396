import { uint16 } from "../support/tls12-encoding.ts";

/** One of the things that happen in an input of the targets `server13` and `client13`. */
export type Step = readonly [operation: number, content?: Uint8Array];

/** The input, as fuzz/native/sealer.h has it. */
export function encoded(role: number, steps: readonly Step[]): Buffer {
  const bytes = steps.flatMap(([operation, content = Buffer.of()]) => [
    Buffer.of(operation),
    uint16(content.length),
    content,
  ]);
  return Buffer.concat([Buffer.of(role), ...bytes]);
}
