import type { Credentials } from "./certificates.ts";
import { type Ended, run } from "./processes.ts";
import { credentialsEnvironment, program } from "./service.ts";

export interface Alone {
  args?: string[];
  credentials?: Partial<Credentials>;
  environment?: Record<string, string>;
}

/** s6-tlsd with no client, for what must end it before it looks for one. */
export function runAlone({ args = ["true"], credentials, environment }: Alone): Promise<Ended> {
  return run([program("s6-tlsd"), ...args], {
    environment: { ...(credentials && credentialsEnvironment(credentials)), ...environment },
  });
}
