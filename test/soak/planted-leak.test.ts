/**
 * The soak's judgement, over a real server that leaks: a descriptor for one connection in ten, and
 * of every connection its engine. It finds both, and neither in the server as it is.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { COLLECTING } from "../support/collector.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";
import { holdingsOf, sampleDuring } from "./holdings.ts";
import { leaksIn, type Observation } from "./leaks.ts";

const WARM_UP = 150;
const VISITS = 200;
const AT_ONCE = 2;

/** Between two visits, so that there are several looks at memory: milliseconds. */
const PAUSE = 20;

/** Between two looks at memory: seconds. */
const SAMPLING = 0.1;

/** Every connection has an instance of its own; the first one of all is the keeper. */
const LEAK = scratchFile(
  "leak.cjs",
  `
  const { openSync } = require("node:fs");
  const kept = [];
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(...settings) {
      super(...settings);
      if (kept.push(this) % 10 === 0) openSync("/dev/null");
    }
  };
`,
);
const LEAKING = { NODE_OPTIONS: `${COLLECTING.NODE_OPTIONS} --require ${LEAK}` };

const authority = Authority.root();
const credentials = authority.issue();

async function visit(server: Server): Promise<void> {
  const client = await connect(server);
  client.resume().end("a visit\n");
  await once(client, "close");
}

async function visits(server: Server, count: number, pause = 0): Promise<void> {
  let left = count;
  const visitor = async () => {
    for (; left > 0; left--) {
      await visit(server);
      await sleep(pause);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
}

async function observed(environment: Record<string, string>): Promise<Observation> {
  const options = words("--workers 1 -q");
  const server = await startServer({ authority, credentials, options, environment });
  await visits(server, WARM_UP);
  const before = await holdingsOf(server);
  const start = Date.now();
  const samples = await sampleDuring(server, SAMPLING, visits(server, VISITS, PAUSE));
  const seconds = (Date.now() - start) / 1000;
  return { before, samples, seconds, after: await holdingsOf(server) };
}

let asItIs: Observation;
let leaking: Observation;

beforeAll(async () => {
  [asItIs, leaking] = await Promise.all([observed(COLLECTING), observed(LEAKING)]);
});

it("is found", () => {
  expect(leaksIn(leaking)).toEqual([
    expect.stringMatching(/^descriptors: /),
    expect.stringMatching(/^memory: /),
  ]);
});

it("isn't found where there is none", () => {
  expect(leaksIn(asItIs)).toEqual([]);
});
