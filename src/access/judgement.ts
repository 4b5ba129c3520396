import type { TcpEnds } from "../connection/tcp-variables.ts";
import { type LookupSettings, lookUp, Refused } from "../lookup/lookups.ts";
import { firstRule, judgeName, rulesAboutAddress } from "./judge.ts";
import type { Rules, Verdict } from "./rule.ts";

export interface AccessRequirements {
  /** null: everybody is welcome. */
  readonly rules: Rules | null;
  readonly lookups: LookupSettings;
}

/** Names and values for prog and, where they name keys and certificates, for TLS; null: removed. */
export type Changes = readonly (readonly [name: string, value: string | null])[];

/** What becomes of a client. */
export type Judgement =
  | {
      readonly access: "refused";
      readonly reason: string;
      /** It was not to be decided, since something is wrong here. */
      readonly isProblem: boolean;
    }
  | {
      readonly access: "allowed";
      /** What was looked up. */
      readonly variables: Changes;
      /** What the rule changes. */
      readonly environment: Changes;
      /** What execlineb runs in place of prog; null: prog it is. */
      readonly exec: string | null;
    };

/** Nothing of the privileges of workers, which live longer than a client, can hang on a client. */
const NOT_BY_CLIENT = ["TLS_UID", "TLS_GID"];

/**
 * Whether a client may come in, and what prog is told about it.
 *
 * @param told receives what went wrong without refusing the client
 */
export async function judge(
  ends: TcpEnds,
  { rules, lookups }: AccessRequirements,
  told: (problem: string) => void,
): Promise<Judgement> {
  try {
    const names = rulesAboutAddress(ends.remoteAddress);
    const byAddress = rules === null ? null : firstRule(rules, names);
    if (byAddress?.access === "deny") return refused("a rule denies its address");
    if (rules !== null && byAddress === null && !lookups.names) {
      return refused("no rule allows its address, and names are not looked up");
    }
    const found = await lookUp(ends, lookups, told);
    const verdict = byAddress ?? (rules === null ? null : judgeName(rules, found.remoteHost));
    if (verdict?.access === "deny") {
      return refused(`no rule allows its address, or its name (${found.remoteHost ?? "none"})`);
    }
    return allowed(verdict, [
      ["TCPREMOTEHOST", found.remoteHost],
      ["TCPLOCALHOST", found.localHost],
      ["TCPREMOTEINFO", found.remoteInfo],
    ]);
  } catch (error) {
    return refused((error as Error).message, !(error instanceof Refused));
  }
}

function allowed(verdict: Verdict | null, variables: Changes): Judgement {
  if (verdict?.access !== "allow") {
    return { access: "allowed", variables, environment: [], exec: null };
  }
  const { environment, exec } = verdict;
  const wrong = NOT_BY_CLIENT.find((name) => environment.has(name));
  if (wrong !== undefined) {
    return refused(
      `its rule sets ${wrong}, and the engine's user is the same for all clients`,
      true,
    );
  }
  return { access: "allowed", variables, environment: [...environment], exec };
}

function refused(reason: string, isProblem = false): Judgement {
  return { access: "refused", reason, isProblem };
}
