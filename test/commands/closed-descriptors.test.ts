/**
 * Descriptors that must be open and aren't: 111, and a message with the descriptor's number.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const credentials = Authority.root().issue();
const file = scratchFile("file", "");

function runInShell(command: string, environment: Record<string, string> = {}) {
  return run(["sh", "-c", `exec ${command}`], {
    environment: { ...credentialsEnvironment(credentials), ...environment },
  });
}

it.each([
  ["s6-tlsd", "0", `${program("s6-tlsd")} true <&-`],
  ["s6-tlsd", "1", `${program("s6-tlsd")} true >&-`],
  ["s6-tlsd", "0", `${program("s6-tlsd")} true <&- >&-`],
  ["s6-tlsd-io", "0", `${program("s6-tlsd-io")} 3 4 3<${file} 4>${file} <&-`],
  ["s6-tlsd-io", "1", `${program("s6-tlsd-io")} 3 4 3<${file} 4>${file} >&-`],
  ["s6-tlsd-io", "3", `${program("s6-tlsd-io")} 3 4 3<&- 4>${file}`],
  ["s6-tlsd-io", "4", `${program("s6-tlsd-io")} 3 4 3<${file} 4>&-`],
  ["s6-tlsd-io", "77", `${program("s6-tlsd-io")} 77 4 4>${file}`],
  ["s6-tlsd-io", "77", `${program("s6-tlsd-io")} -d 77 3 4 3<${file} 4>${file}`],
])("%s with descriptor %s closed", async (name, descriptor, command) => {
  const { code, stderr } = await runInShell(command);
  expect(stderr).toMatch(
    new RegExp(`^${name}: fatal: [^\\n]*descriptor ${descriptor}\\b[^\\n]*\\n$`),
  );
  expect(code).toBe(111);
});

it.each([
  ["s6-tlsd", `${program("s6-tlsd")} cat </dev/null`],
  ["s6-tlsd", `${program("s6-tlsd")} cat <&- >&-`],
  ["s6-tlsd-io", `${program("s6-tlsd-io")} 77 78 </dev/null`],
])("of %s, a KEYFILE that isn't there is told first: 96", async (name, command) => {
  const missing = { KEYFILE: scratchFile("missing") };
  const { code, stderr } = await runInShell(command, missing);
  expect(stderr).toMatch(new RegExp(`^${name}: fatal: unable to read private key in [^\\n]+\\n$`));
  expect(code).toBe(96);
});

it("with standard error closed, the exit code still tells", async () => {
  const missing = { KEYFILE: scratchFile("missing") };
  const { code } = await runInShell(`${program("s6-tlsd")} true 2>&-`, missing);
  expect(code).toBe(96);
});
