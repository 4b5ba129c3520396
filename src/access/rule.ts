/** What a rule says about a client. */
export type Verdict =
  | { readonly access: "deny" }
  | {
      readonly access: "allow";
      /** Changes for TLS and for prog; null: the variable is removed. */
      readonly environment: ReadonlyMap<string, string | null>;
      /** What execlineb is to run in place of prog; null: prog it is. */
      readonly exec: string | null;
    };

/** A place where rules are kept. */
export interface AccessRules {
  /**
   * The rule of that name (`ip4/192.168.1.0_24`); null for none.
   *
   * @throws {RulesError} if the rule is there, or may be, and can't be read
   */
  find(name: string): Verdict | null;
}

/** A rule can't be read: the client is refused, and the log says why. */
export class RulesError extends Error {}
