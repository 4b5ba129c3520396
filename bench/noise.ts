import { createHash } from "node:crypto";
import { loadavg } from "node:os";

/** About 20 ms of computing, always the same. */
const WORK = Buffer.alloc(16 * 1024 * 1024);

/** How much the machine is disturbed: the same work, timed again and again over the run. */
export class Noise {
  private readonly times: number[] = [];
  private readonly loadBefore = loadavg()[0] ?? 0;

  /** Called between measurements. */
  listen(): void {
    for (let count = 0; count < 5; count++) {
      const began = performance.now();
      createHash("sha256").update(WORK).digest();
      this.times.push(performance.now() - began);
    }
  }

  describe(): string {
    return (
      `noise: one and the same computation took ${this.at(0.5)} of its best time in the median, ` +
      `${this.at(1)} at worst; load average before: ${this.loadBefore.toFixed(2)}`
    );
  }

  /** In the median, as a multiple of the best time: 1 where nothing disturbs. */
  get level(): string {
    return this.at(0.5);
  }

  private at(fraction: number): string {
    const sorted = [...this.times].sort((a, b) => a - b);
    const time = sorted[Math.floor((sorted.length - 1) * fraction)] ?? 0;
    return (time / (sorted[0] ?? 1)).toFixed(2);
  }
}
