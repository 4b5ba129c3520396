/** Four full records of the suite with the largest overhead fit in a batch, in bytes. */
export const BATCH_SIZE = 4 * (16384 + 5 + 16 + 20 + 256);

/** Buffers in which several records become one write, reused across the streams of a process. */
export class Batches {
  private readonly free: Buffer[] = [];

  /** @param keep how many unused buffers to keep */
  constructor(private readonly keep = 4) {}

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(BATCH_SIZE);
  }

  give(batch: Buffer): void {
    if (this.free.length < this.keep) this.free.push(batch);
  }
}
