import type { Changes } from "../access/judgement.ts";
import { isOurs } from "../setup/environment.ts";

/** Credentials that connections may share. */
interface Shared {
  use(): void;
  release(): void;
}

/** What of a rule's changes is about TLS; null: nothing. */
export function setOf(
  changes: Changes,
): { readonly key: string; readonly changes: Changes } | null {
  const ours = changes.filter(([name]) => isOurs(name));
  return ours.length === 0 ? null : { key: JSON.stringify([...ours].sort()), changes: ours };
}

/**
 * The credentials that rules name for some clients (KEYFILE, CERTFILE, CAFILE, …): read once for each
 * distinct set, when the first client comes that it is for, and again after a reload.
 */
export class CredentialSets<Kept extends Shared> {
  /** An error: those that could not be read as root, whose rights are gone. */
  private readonly sets = new Map<string, Kept | Error>();

  /** @param load reads the files that an environment names; throws if they can't be used */
  constructor(private readonly load: (environment: NodeJS.ProcessEnv) => Kept) {}

  /**
   * The set for a rule's changes; null: they change nothing about TLS.
   *
   * @throws what `load` throws
   */
  for(changes: Changes): Kept | null {
    const set = setOf(changes);
    if (set === null) return null;
    const known = this.sets.get(set.key);
    if (known instanceof Error) throw known;
    if (known !== undefined) return known;
    const loaded = this.read(set.changes);
    this.sets.set(set.key, loaded);
    return loaded;
  }

  /** Reads sets that clients may come for later, while it may read them. */
  prepare(sets: readonly Changes[]): void {
    for (const changes of sets) {
      const set = setOf(changes);
      if (set === null) continue;
      try {
        this.sets.set(set.key, this.read(set.changes));
      } catch (error) {
        this.sets.set(set.key, error as Error);
      }
    }
  }

  private read(ours: Changes): Kept {
    const environment = { ...process.env };
    for (const [name, value] of ours) {
      if (value === null) delete environment[name];
      else environment[name] = value;
    }
    return this.load(environment);
  }

  /** The files may be others now. Connections that use a set keep it until they are done with it. */
  forget(): void {
    for (const kept of this.sets.values()) if (!(kept instanceof Error)) kept.release();
    this.sets.clear();
  }
}
