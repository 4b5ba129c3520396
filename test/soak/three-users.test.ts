/** The same with three users: the spawner is one more process that must not grow, and progs are its. */
import { expect, it } from "vitest";
import { NEEDS_ROOT } from "../support/needs.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";
import { soak, timeoutOf } from "./soak.ts";

const SECONDS = 75;

it("clients of all sorts leave nothing behind in any of the three", {
  ...NEEDS_ROOT,
  timeout: timeoutOf(SECONDS),
}, async () => {
  const executable = publicProgram("s6-tlsserver");
  const environment = { TLS_UID: "65534", TLS_GID: "65534" };
  const serving = { executable, environment, options: words("-u 33 -g 33") };
  await expect(soak({ seconds: SECONDS, serving })).resolves.toBeUndefined();
});
