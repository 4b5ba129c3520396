import type { Memory } from "./instance.ts";

/** Compared and copied at once, in bytes: a page of the operating system. */
const BLOCK = 4096;

interface Stretch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * What an instance has in its memory and a fresh one of the same module has not: written into a
 * fresh one, it makes that a second of the first. Addresses stay what they are.
 */
export class MemoryImage {
  private readonly stretches: Stretch[] = [];
  private readonly size: number;

  constructor(of: Memory, fresh: Memory) {
    const all = of.all();
    const [words, before] = [wordsOf(all), wordsOf(fresh.all())];
    this.size = all.length;
    let from = -1;
    for (let at = 0; at <= all.length; at += BLOCK) {
      const differs = at < all.length && !isSame(words, before, at);
      if (differs && from < 0) from = at;
      if (differs || from < 0) continue;
      this.stretches.push({ at: from, bytes: all.slice(from, at) });
      from = -1;
    }
  }

  /** @param fresh of an instance of which nothing was called yet */
  writeInto(fresh: Memory): void {
    fresh.growTo(this.size);
    const all = fresh.all();
    for (const { at, bytes } of this.stretches) all.set(bytes, at);
  }
}

function wordsOf({ buffer }: Uint8Array): Int32Array {
  return new Int32Array(buffer);
}

/** Where the other memory has ended, it counts as zeros. */
function isSame(one: Int32Array, other: Int32Array, at: number): boolean {
  const size = Int32Array.BYTES_PER_ELEMENT;
  for (let index = at / size; index < (at + BLOCK) / size; index++) {
    if (one[index] !== (other[index] ?? 0)) return false;
  }
  return true;
}
