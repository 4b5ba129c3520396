import type { Changes } from "../access/judgement.ts";
import type { Duty } from "../setup/permissions.ts";

/**
 * What a worker reads before it serves.
 *
 * @param sets what rules of access control change about TLS, besides the environment
 */
export function workerDuty(sets: readonly Changes[]): Duty {
  const environments = [[], ...sets].map((changes) => ({
    ...process.env,
    ...Object.fromEntries(changes.map(([name, value]) => [name, value ?? undefined])),
  }));
  return { launcher: process.argv[1] ?? "", environments };
}
