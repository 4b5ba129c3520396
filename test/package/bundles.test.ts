/** A program that imports the library is one file after bundling, and needs no other beside it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { expect, test } from "vitest";
import { bundler } from "../support/bundlers.ts";
import { Authority } from "../support/certificates.ts";
import { installed } from "../support/package.ts";
import { run } from "../support/processes.ts";
import { scratch } from "../support/scratch.ts";

const project = join(installed(), "../..");
const entry = join(project, "application.mjs");
writeFileSync(
  entry,
  `import { createServer } from "bearhug";
import { readFileSync } from "node:fs";
const [key, cert] = process.argv.slice(2).map((file) => readFileSync(file));
createServer({ key, cert });
console.log("a server");
`,
);

type Format = "esm" | "cjs";
const FORMATS: readonly Format[] = ["esm", "cjs"];
const extension = (format: Format) => (format === "esm" ? "mjs" : "cjs");

/** Where there is no node_modules to fall back to. */
async function outcomeOf(file: string): Promise<string> {
  const { keyFile, certFile } = Authority.root().issue();
  const command = [process.execPath, file, keyFile, certFile];
  const { stdout, stderr } = await run(command, { environment: { HOME: scratch } });
  return stdout + stderr;
}

const emptyFolder = () => mkdtempSync(join(tmpdir(), "bundle-"));

test.each(FORMATS)("esbuild makes one file of it: %s", async (format) => {
  const outfile = join(emptyFolder(), `application.${extension(format)}`);
  await esbuild({ entryPoints: [entry], bundle: true, platform: "node", format, outfile });
  expect(await outcomeOf(outfile)).toBe("a server\n");
});

test.each(FORMATS)("Vite and its Rolldown make one file of it: %s", async (format) => {
  const { build } = await import("vite");
  const outDir = emptyFolder();
  const entryFileNames = `application.${extension(format)}`;
  await build({
    root: project,
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true },
    build: { ssr: entry, outDir, rollupOptions: { output: { format, entryFileNames } } },
  });
  expect(await outcomeOf(join(outDir, entryFileNames))).toBe("a server\n");
});

test.each(FORMATS)("Rollup makes one file of it: %s", async (format) => {
  const { rollup } = await bundler("rollup");
  const { nodeResolve } = await bundler("@rollup/plugin-node-resolve");
  const file = join(emptyFolder(), `application.${extension(format)}`);
  const bundle = await rollup({
    input: entry,
    external: /^node:/,
    plugins: [nodeResolve({ preferBuiltins: true })],
    onwarn: ({ code, message }: { code: string; message: string }) => {
      // What the application doesn't use of the library needs some of Node's functions.
      if (code !== "UNUSED_EXTERNAL_IMPORT") throw new Error(message);
    },
  });
  await bundle.write({ file, format });
  await bundle.close();
  expect(await outcomeOf(file)).toBe("a server\n");
});

test.each(FORMATS)("webpack makes one file of it: %s", async (format) => {
  const { default: webpack } = await bundler("webpack");
  const [path, filename] = [emptyFolder(), `application.${extension(format)}`];
  const isModule = format === "esm";
  const compiler = webpack({
    context: project,
    mode: "production",
    target: "node20",
    entry,
    experiments: { outputModule: isModule },
    output: {
      path,
      filename,
      ...(isModule ? { module: true } : { library: { type: "commonjs2" } }),
    },
  });
  const stats = await promisify(compiler.run.bind(compiler))();
  expect(stats.toJson({ errors: true, warnings: true })).toMatchObject({
    errors: [],
    warnings: [],
  });
  await promisify(compiler.close.bind(compiler))();
  expect(await outcomeOf(join(path, filename))).toBe("a server\n");
});
