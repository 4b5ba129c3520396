import type { TcpEnds } from "../connection/tcp-variables.ts";
import { type LookupSettings, lookUp, Refused } from "../lookup/lookups.ts";
import { firstRule, judgeName, rulesAboutAddress } from "./judge.ts";
import type { AccessRules, Verdict } from "./rule.ts";

export interface AccessRequirements {
  /** null: every client is let in. */
  readonly rules: AccessRules | null;
  readonly lookups: LookupSettings;
  /** Variables that no rule may set: nothing of the server's users can hang on a client. */
  readonly fixed: readonly string[];
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

/**
 * Whether a client may come in, and what prog is told about it.
 *
 * @param told receives what went wrong without refusing the client
 */
export async function judge(
  ends: TcpEnds,
  requirements: AccessRequirements,
  told: (problem: string) => void,
): Promise<Judgement> {
  const { rules, lookups, fixed } = requirements;
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
    return allowed(fixed, verdict, [
      ["TCPREMOTEHOST", found.remoteHost],
      ["TCPLOCALHOST", found.localHost],
      ["TCPREMOTEINFO", found.remoteInfo],
    ]);
  } catch (error) {
    return refused((error as Error).message, !(error instanceof Refused));
  }
}

function allowed(fixed: readonly string[], verdict: Verdict | null, variables: Changes): Judgement {
  if (verdict?.access !== "allow") {
    return { access: "allowed", variables, environment: [], exec: null };
  }
  const { environment, exec } = verdict;
  const wrong = fixed.find((name) => environment.has(name));
  if (wrong !== undefined) {
    return refused(`its rule sets ${wrong}, and users are the same for all clients`, true);
  }
  return { access: "allowed", variables, environment: [...environment], exec };
}

function refused(reason: string, isProblem = false): Judgement {
  return { access: "refused", reason, isProblem };
}
