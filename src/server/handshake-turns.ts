type Step = () => void;

/** So many milliseconds of handshakes may pass before the established connections have their turn. */
const SHARE = 5;

/**
 * The handshakes of all connections in this process take turns. A step may be a private key's
 * operation or the verification of a chain: milliseconds, during which nothing else moves. When many
 * clients greet at once, their steps would follow each other without a gap, and the connections that
 * are established would stand still until the last one is done. So a step waits here, and between two
 * of them the event loop serves everything else.
 */
export class Turns {
  private readonly fresh: Step[] = [];
  private readonly begun: Step[] = [];
  private isScheduled = false;

  /**
   * Calls `step` once, later.
   *
   * @param hasBegun a handshake that we have answered goes first: it is nearer to its end, and the
   *   work that was put into it would be lost at its time-out
   */
  ask(step: Step, hasBegun: boolean): void {
    (hasBegun ? this.begun : this.fresh).push(step);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.serve());
  }

  private serve(): void {
    this.isScheduled = false;
    const end = performance.now() + SHARE;
    try {
      do {
        const step = this.begun.shift() ?? this.fresh.shift();
        if (step === undefined) return;
        step();
      } while (performance.now() < end);
    } finally {
      if (this.begun.length + this.fresh.length > 0) this.schedule();
    }
  }
}
