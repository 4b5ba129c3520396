/**
 * The list of ingredients is a CycloneDX document, and says what BearSSL it was, of which bytes.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { expect, it } from "vitest";
import { ingredients, manifest, tarball } from "../support/package.ts";

const repository = join(import.meta.dirname, "../..");
const text = readFileSync(ingredients, "utf8");
const document = JSON.parse(text);
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function component(name: string) {
  return document.components.find((one: { name: string }) => one.name === name);
}

it("it is what the schema of CycloneDX 1.5 asks for", async () => {
  expect(document).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.5" });
  expect(await validator.validate(text)).toBeNull();
});

it("the validator would tell", async () => {
  const { name: _, ...nameless } = document.components[0];
  const broken = { ...document, components: [nameless] };
  expect(await validator.validate(JSON.stringify(broken))).not.toBeNull();
});

it("it is about this very tarball, and these modules", () => {
  const { component: subject } = document.metadata;
  expect(subject).toMatchObject({ name: "bearhug", version: manifest.version });
  expect(subject.hashes).toEqual([{ alg: "SHA-256", content: sha256(readFileSync(tarball)) }]);
  for (const name of ["dist/engine.wasm", "dist/keeper.wasm"]) {
    const file = subject.components.find((one: { name: string }) => one.name === name);
    const inside = execFileSync("tar", ["xzOf", tarball, `package/${name}`]);
    expect(file.hashes).toEqual([{ alg: "SHA-256", content: sha256(inside) }]);
  }
});

it("BearSSL is the one that is pinned", () => {
  const pin = readFileSync(join(repository, "vendor/bearssl.pin"), "utf8");
  const { version, purl, hashes, licenses } = component("bearssl");
  expect(pin).toMatch(new RegExp(`^version ${version.replaceAll("+", "\\+")}$`, "m"));
  expect(pin).toMatch(new RegExp(`^sha256 +${hashes[0].content}$`, "m"));
  expect(purl).toBe(`pkg:deb/debian/bearssl@${encodeURIComponent(version)}?arch=source`);
  expect(licenses).toEqual([{ license: { id: "MIT" } }]);
  expect(document.dependencies[0].dependsOn).toContain("bearssl");
});

it("the loader, which is bundled, is the one that npm installs", () => {
  const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));
  const locked = lock.packages["node_modules/@assemblyscript/loader"];
  const { version, hashes, licenses, scope } = component("@assemblyscript/loader");
  expect({ version, scope }).toEqual({ version: locked.version, scope: "required" });
  const digest = Buffer.from(hashes[0].content, "hex").toString("base64");
  expect(`sha512-${digest}`).toBe(locked.integrity);
  expect(licenses).toEqual([{ license: { id: "Apache-2.0" } }]);
  expect(document.dependencies[0].dependsOn).toContain("@assemblyscript/loader");
});

it("the compiler is the one that is here", () => {
  const said = execFileSync("emcc", ["--version"], { encoding: "utf8" });
  const { version, scope } = component("emscripten");
  expect(said).toContain(` ${version} `);
  expect(scope).toBe("excluded");
});
