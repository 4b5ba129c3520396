/** Variables that Node reads from a file (--env-file), besides those that it was started with. */
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";

it.each([
  ["s6-tlsd", ["cat"]],
  ["s6-tlsserver", ["127.0.0.1", "0", "cat"]],
])("%s finds its key by one", async (name, operands) => {
  const file = scratchFile("variables", "CERTFILE=/no/cert\nKEYFILE=/no/key/of/this/file\n");
  const command = [process.execPath, `--env-file=${file}`, program(name), ...operands];
  const { code, stderr } = await run(command);
  expect(stderr).toContain("/no/key/of/this/file");
  expect(code).not.toBe(0);
});
