/**
 * What starts prog is loaded while the client computes its answer, and not before: each module that
 * comes earlier makes the first byte later. See bench/README.md, "Start-up".
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, newWire } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const credentials = Authority.root().issue();

/** An s6-tlsd that tells at its end what it has had Node load. */
async function observed() {
  const list = scratchFile("loaded.json");
  const observer = scratchFile(
    "observer.cjs",
    `const fs = require("node:fs");
    const before = new Set(process.moduleLoadList);
    process.on("exit", () => {
      const loaded = process.moduleLoadList.filter((name) => !before.has(name));
      fs.writeFileSync(${JSON.stringify(list)}, JSON.stringify(loaded));
    });`,
  );
  const environment = { NODE_OPTIONS: `--require ${observer}` };
  const listener = await serve({ credentials, prog: ["cat"], environment });
  const loaded = async () => {
    await (await listener.tunnel()).ended;
    return JSON.parse(readFileSync(list, "utf8")) as string[];
  };
  return { port: listener.port, loaded };
}

it("a client that says nothing has nothing loaded that only prog or a terminal needs", async () => {
  const { port, loaded } = await observed();
  const wire = await newWire(port);
  wire.end();
  const modules = await loaded();
  expect(modules).toContain("NativeModule net");
  for (const name of ["child_process", "os", "tty", "internal/util/parse_args/parse_args"]) {
    expect(modules).not.toContain(`NativeModule ${name}`);
  }
});

it("a client that has had our first flight finds what starts prog loaded", async () => {
  const { port, loaded } = await observed();
  const stranger = Authority.root();
  await expect(connect({ port, authority: stranger })).rejects.toThrow();
  expect(await loaded()).toContain("NativeModule child_process");
});
