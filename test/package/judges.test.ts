/** Tools that judge packages find nothing in the tarball. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bundler } from "../support/bundlers.ts";
import { tarball } from "../support/package.ts";

interface Message {
  readonly type: string;
  readonly code: string;
}

it("publint has nothing to say", async () => {
  const { publint } = await bundler("publint");
  const { buffer } = Uint8Array.from(readFileSync(tarball));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages as Message[]).toEqual([]);
});

interface Problem {
  readonly kind: string;
  readonly entrypoint: string;
  readonly resolutionKind: string;
}

interface Analysis {
  readonly types: unknown;
  readonly problems: readonly Problem[];
}

/** These are imported by ES modules alone, as docs/library.md says. */
const MODULES = ["./engine", "./engine.wasm", "./keeper.wasm"];

it("are the types wrong? No: under each resolution, each entry has those that fit it", async () => {
  const { checkPackage, createPackageFromTarballData } = await bundler("@arethetypeswrong/core");
  const contents = createPackageFromTarballData(Uint8Array.from(readFileSync(tarball)));
  const analysis: Analysis = await checkPackage(contents);
  expect(analysis.types).not.toBe(false);
  // TypeScript's resolution for Node 10 knows no "exports", which Node has had since 12.
  const problems = analysis.problems.filter(({ resolutionKind }) => resolutionKind !== "node10");
  const ofModules = MODULES.map((entrypoint) => ({
    ...{ kind: "CJSResolvesToESM", entrypoint, resolutionKind: "node16-cjs" },
  }));
  expect(problems).toEqual(ofModules);
});
