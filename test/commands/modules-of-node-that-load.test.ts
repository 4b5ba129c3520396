/**
 * Which modules of Node s6-tlsd has loaded, and when: each makes its first byte later. See
 * bench/README.md, "Start-up".
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, newWire, receiveUntil } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

interface Loaded {
  /** Modules that bare Node has not loaded. */
  readonly atAll: readonly string[];
  /** Those of them that came when V8's flags had been changed. */
  readonly late: readonly string[];
}

/** An s6-tlsd that tells at its end what it has had Node load. */
async function observed() {
  const list = scratchFile("loaded.json");
  const observer = scratchFile(
    "observer.cjs",
    `const fs = require("node:fs");
    const since = (seen) => process.moduleLoadList.filter((name) => !seen.has(name));
    const before = new Set(process.moduleLoadList);
    let changed;
    const v8 = require("node:v8");
    const { setFlagsFromString } = v8;
    v8.setFlagsFromString = (flag) => {
      changed ??= new Set(process.moduleLoadList);
      setFlagsFromString(flag);
    };
    process.on("exit", () => {
      const loaded = { atAll: since(before), late: since(changed) };
      fs.writeFileSync(${JSON.stringify(list)}, JSON.stringify(loaded));
    });`,
  );
  const environment = { NODE_OPTIONS: `--require ${observer}` };
  const listener = await serve({ credentials, prog: ["cat"], environment });
  const loaded = async () => {
    await (await listener.tunnel()).ended;
    return JSON.parse(readFileSync(list, "utf8")) as Loaded;
  };
  return { port: listener.port, loaded };
}

it("without options, and on a socket, none for options or terminals", async () => {
  const { port, loaded } = await observed();
  const wire = await newWire(port);
  wire.end();
  const { atAll } = await loaded();
  expect(atAll).toContain("NativeModule net");
  for (const name of ["os", "tty", "internal/util/parse_args/parse_args"]) {
    expect(atAll).not.toContain(`NativeModule ${name}`);
  }
});

it("what starts prog comes before V8's flags change, which closes Node's code cache", async () => {
  const { port, loaded } = await observed();
  const client = await connect({ port, authority });
  client.write("x\n");
  await receiveUntil(client, "x\n");
  client.end();
  const { atAll, late } = await loaded();
  expect(atAll).toContain("NativeModule child_process");
  expect(late).not.toContain("NativeModule child_process");
  // The timer that closes an inspector loads its module and threads, late on purpose.
  const needed = late.filter(
    (name) => name.startsWith("NativeModule stream") || name.endsWith(" net"),
  );
  expect(needed).toEqual([]);
});
