import type { Changes } from "../access/judgement.ts";
import { isOurs } from "../setup/environment.ts";

/** Credentials that connections may share. */
interface Shared {
  use(): void;
  release(): void;
}

/**
 * The credentials that rules name for some clients (KEYFILE, CERTFILE, CAFILE, …): read once for each
 * distinct set, when the first client comes that it is for, and again after a reload.
 */
export class CredentialSets<Kept extends Shared> {
  private readonly sets = new Map<string, Kept>();

  /** @param load reads the files that an environment names; throws if they can't be used */
  constructor(private readonly load: (environment: NodeJS.ProcessEnv) => Kept) {}

  /**
   * The set for a rule's changes; null: they change nothing about TLS.
   *
   * @throws what `load` throws
   */
  for(changes: Changes): Kept | null {
    const ours = changes.filter(([name]) => isOurs(name));
    if (ours.length === 0) return null;
    const key = JSON.stringify([...ours].sort());
    const known = this.sets.get(key);
    if (known !== undefined) return known;
    const environment = { ...process.env };
    for (const [name, value] of ours) {
      if (value === null) delete environment[name];
      else environment[name] = value;
    }
    const loaded = this.load(environment);
    this.sets.set(key, loaded);
    return loaded;
  }

  /** The files may be others now. Connections that use a set keep it until they are done with it. */
  forget(): void {
    for (const kept of this.sets.values()) kept.release();
    this.sets.clear();
  }
}
