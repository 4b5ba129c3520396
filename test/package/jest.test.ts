/** The library under jest, with jsdom, where bytes, signals and events are of another realm. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { fileOfBundler } from "../support/bundlers.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { installed } from "../support/package.ts";
import { run } from "../support/processes.ts";

const JSDOM = `
test("it is jsdom's world", () => {
  expect(document.title).toBe("");
  expect(Buffer.from("bytes")).not.toBeInstanceOf(Uint8Array);
});
`;

const TALK = `
const { readFileSync } = require("node:fs");
const { connect, createServer } = require("bearhug");
const [key, cert, ca] = process.env.FILES.split(" ").map((file) => readFileSync(file));

function listening() {
  const server = createServer({ key: new Uint8Array(key), cert }, (stream) => stream.pipe(stream));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

test("bytes go there and back", async () => {
  const server = await listening();
  const { port } = server.address();
  const client = connect({ host: "127.0.0.1", port, servername: "${SERVER_NAME}", ca: new Uint8Array(ca) });
  // jsdom has no TextEncoder.
  client.end(Uint8Array.from("there and back", (character) => character.charCodeAt(0)));
  const chunks = [];
  for await (const chunk of client) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe("there and back");
  await new Promise((resolve) => server.close(resolve));
});

test("a signal drops a connection", async () => {
  const server = await listening();
  const { port } = server.address();
  const controller = new AbortController();
  const { signal } = controller;
  const client = connect({ host: "127.0.0.1", port, servername: "${SERVER_NAME}", ca, signal });
  const failed = new Promise((resolve) => client.once("error", resolve));
  controller.abort();
  expect(await failed).toMatchObject({ code: "ABORT_ERR" });
  await new Promise((resolve) => server.close(resolve));
});
`;

const ENVIRONMENTS = [
  ["jsdom", fileOfBundler("jest-environment-jsdom"), 3],
  ["node", "node", 2],
] as const;

it.each(ENVIRONMENTS)(
  "with jest's environment %s, a client and a server talk",
  { timeout: 60_000 },
  async (name, testEnvironment, count) => {
    const project = join(installed(), "../..");
    const authority = Authority.root();
    const { keyFile, certFile } = authority.issue();
    writeFileSync(join(project, "library.test.js"), name === "jsdom" ? JSDOM + TALK : TALK);
    writeFileSync(join(project, "jest.config.json"), JSON.stringify({ testEnvironment }));
    const jest = join(dirname(fileOfBundler("jest/package.json")), "bin/jest.js");
    const words = [
      process.execPath,
      jest,
      "--ci",
      "--runInBand",
      "--watchman=false",
      "--forceExit",
    ];
    const { code, stderr } = await run(["env", "-C", project, ...words], {
      environment: { FILES: [keyFile, certFile, authority.certFile].join(" "), HOME: project },
      patience: 60_000,
    });
    expect(stderr).toContain(`Tests:       ${count} passed, ${count} total`);
    expect(code).toBe(0);
  },
);
