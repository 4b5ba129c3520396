import type { WorkerLink } from "./worker-link.ts";

/** All workers read every file again; only if all are content, all change over. */
export class TwoPhaseReload {
  /** null: no worker is asked. */
  private onAnswer: ((link: WorkerLink, problem: string | null) => void) | null = null;

  /** @param problem null: all files are good */
  answer(link: WorkerLink, problem: string | null): void {
    this.onAnswer?.(link, problem);
  }

  /**
   * @param links all; those that are not ready do as the others decide
   * @returns (the promise) the first problem; null: the files are in use
   */
  async run(links: ReadonlySet<WorkerLink>): Promise<string | null> {
    const waiting = new Set([...links].filter(({ ready }) => ready));
    if (waiting.size === 0) return "there is no worker at the moment";
    const problem = await new Promise<string | null>((resolve) => {
      let first: string | null = null;
      this.onAnswer = (link, answer) => {
        if (!waiting.delete(link)) return;
        first ??= answer;
        // An answer that is not waited for would be taken for one to the next question.
        if (waiting.size === 0) resolve(first);
      };
      for (const link of links) link.send({ order: "reload" });
    });
    this.onAnswer = null;
    // By now, there may be others.
    for (const link of links) link.send({ order: problem === null ? "commit" : "discard" });
    return problem;
  }
}
