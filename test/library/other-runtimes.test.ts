import { join } from "node:path";
import { expect, test } from "vitest";
import { BOTH_ROLES_HERE, credentialsFor, OUTCOME } from "../support/both-roles.ts";
import { Authority } from "../support/certificates.ts";
import { BUN, DENO } from "../support/other-runtimes.ts";
import { run } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";

/** The engine's bundle, in runtimes that share nothing but the language. */

const dist = join(import.meta.dirname, "../../dist");

const COMMANDS = {
  Node: [process.execPath],
  // What it may read is all that it may do.
  Deno: [DENO, "run", "--no-remote", "--no-npm", "--no-prompt", "--allow-read"],
  Bun: [BUN],
};

/** Theirs are installed for this processor only. */
const here = Object.entries(COMMANDS).filter(([name]) => name === "Node" || process.arch === "x64");

test.each(here)("%s runs both roles", async (runtime, command) => {
  const credentials = JSON.stringify(credentialsFor(Authority.root()));
  const file = scratchFile("credentials.json", credentials);
  const environment = { HOME: scratch };
  const { code, stdout, stderr } = await run([...command, BOTH_ROLES_HERE, dist, file], {
    environment,
  });
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: `${runtime}: ${OUTCOME}\n` });
});
