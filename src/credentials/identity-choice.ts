import type { Identity, IdentityChoice } from "../sandbox/engine-settings.ts";
import { sizeOfChain } from "../sandbox/role-configuration.ts";
import { candidates } from "./server-names.ts";

/** A chain and a key that are held against each other when a client first asks for them. */
export interface ClaimedIdentity extends Identity {
  /** @throws unless key and certificate belong together */
  match(): Identity;
}

/**
 * Chooses chain and key by the name that a client asks for.
 *
 * @param named by the name in lower case, or a wildcard
 * @param otherwise for all other names; null: they are refused
 */
export function identityChoice(
  named: ReadonlyMap<string, ClaimedIdentity>,
  otherwise: ClaimedIdentity | null,
): IdentityChoice {
  const all = otherwise === null ? [...named.values()] : [...named.values(), otherwise];
  return {
    largestChain: Math.max(...all.map(sizeOfChain)),
    choose: (serverName) => {
      const names = serverName === null ? [] : candidates(serverName);
      const name = names.find((candidate) => named.has(candidate));
      const pair = name === undefined ? otherwise : named.get(name);
      return pair?.match() ?? null;
    },
  };
}
