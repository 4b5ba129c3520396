import type { Changes } from "../access/judgement.ts";
import { reasonOf } from "../cli/diagnostics.ts";
import { setOf } from "./credential-sets.ts";
import type { Log } from "./log.ts";

/** So many milliseconds are waited for other clients whose credentials are to be read, too. */
const GATHERING = 20;

export interface RuleCredentialsSettings {
  /** Has as many new workers as there should be read all files; then `takeOver` puts them in place. */
  readonly startGeneration: () => Promise<{ readonly takeOver: () => void }>;
  readonly log: Log;
}

/**
 * Which files, of those that rules of access control name for some clients, the workers have read as
 * root. No worker can read more later: new ones take over instead. So no key passes through anything
 * on its way into a worker that root's rights have left.
 */
export class RuleCredentials {
  /** What new workers read, and what those that serve have read. */
  private readonly wanted = new Map<string, Changes>();
  private loaded: ReadonlySet<string> = new Set();
  /** One change of generations at a time. */
  private changing: Promise<unknown> = Promise.resolve();
  private preparation: Promise<void> | null = null;

  constructor(private readonly settings: RuleCredentialsSettings) {}

  /** For a new worker. */
  get sets(): readonly Changes[] {
    return [...this.wanted.values()];
  }

  /**
   * @returns null: the workers that serve have read what that rule names; else a promise of the time
   *   when there is no more to wait for
   */
  prepare(rule: Changes): Promise<void> | null {
    const set = setOf(rule);
    if (set === null || this.loaded.has(set.key)) return null;
    this.wanted.set(set.key, set.changes);
    this.preparation ??= this.readWanted();
    return this.preparation;
  }

  /**
   * New workers read all files, and take over; the old ones end what they have.
   *
   * @returns (the promise) what is wrong; null: nothing
   */
  readAll(): Promise<string | null> {
    const change = this.changing.then(() => this.readAllNow());
    this.changing = change;
    return change;
  }

  private async readWanted(): Promise<void> {
    // Clients that come in the same moment are for the same workers.
    await new Promise((resolve) => setTimeout(resolve, GATHERING));
    this.preparation = null;
    const problem = await this.readAll();
    if (problem === null) return;
    this.settings.log.error(`unable to read a rule's credentials: ${problem}`);
    // Until a reload, those that serve say so to each client that it is for.
    this.loaded = new Set(this.wanted.keys());
  }

  private async readAllNow(): Promise<string | null> {
    const sets = new Set(this.wanted.keys());
    let generation: { readonly takeOver: () => void };
    try {
      generation = await this.settings.startGeneration();
    } catch (error) {
      return reasonOf(error);
    }
    // First: clients that wait are served as soon as the new workers take over.
    this.loaded = sets;
    generation.takeOver();
    return null;
  }
}
