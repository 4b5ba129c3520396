/**
 * The example of a unit is one that systemd understands, in full; nothing runs it here, where
 * systemd is not the first process.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { scratch } from "../support/scratch.ts";
import { program } from "../support/service.ts";

const unit = readFileSync(
  join(import.meta.dirname, "../../examples/systemd/bearhug.service"),
  "utf8",
);

/** What systemd has to say about a unit, whose programs are found. */
function verify(text: string) {
  const found = text
    .replaceAll("/usr/local/bin/s6-tlsserver", program("s6-tlsserver"))
    .replaceAll("/usr/local/bin/my-http-responder", "/bin/true");
  const file = join(scratch, "bearhug.service");
  writeFileSync(file, found);
  return run(["systemd-analyze", "verify", "--man=no", file]);
}

it("systemd finds nothing wrong with it", async () => {
  expect(await verify(unit)).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

it("systemd would tell", async () => {
  const { stderr } = await verify(unit.replace("NotifyAccess=all", "NotifyAccess=everybody"));
  expect(stderr).toContain("everybody");
});

/** The example's prog is only a name. */
const NO_PROG =
  "s6-tlsserver: warning: prog /usr/local/bin/my-http-responder is not there, or can't be run: connections will fail\n";

it("its command line is one that s6-tlsserver takes", async () => {
  const [, line = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const [, ...words] = line.split(" ");
  // Without the variables, it is the environment that is refused, not the words.
  const environment = {};
  const { code, stderr } = await run([program("s6-tlsserver"), ...words], { environment });
  expect({ code, stderr }).toEqual({
    code: 100,
    stderr: `${NO_PROG}s6-tlsserver: fatal: environment variable KEYFILE is not set\n`,
  });
});
