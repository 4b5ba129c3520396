/**
 * A worker that breaks the rules of Node's own channel between processes: it sends receipts for
 * nothing, messages of a kind that Node doesn't know, and sockets that the server never asked for.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { freePort } from "../support/ports.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { descriptorsOf, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

const ABUSE = `
const net = require("node:net");
// A descriptor beside a message that doesn't tell of it, as another language would send it.
function beside(message) {
  const { WriteWrap } = process.binding("stream_wrap");
  const symbol = Object.getOwnPropertySymbols(process).find((s) => s.description === "kChannelHandle");
  const { _handle } = net.createServer().listen(0, "127.0.0.1");
  const error = process[symbol].writeUtf8String(new WriteWrap(), JSON.stringify(message) + "\\n", _handle);
  if (error) require("node:fs").writeSync(2, "failed " + error + "\\n");
}
if (process.env.S6_TLSSERVER_ROLE === "worker") {
  const listener = net.createServer().listen(0, "127.0.0.1");
  process.on("message", ({ order }) => {
    if (order !== "serve") return;
    for (let turn = 0; turn < 3; turn++) {
      process.send({ cmd: "NODE_HANDLE_ACK" });
      process.send({ cmd: "NODE_HANDLE_NACK" });
      process.send({ cmd: "NODE_HANDLE", type: "nonsense", msg: {} });
      process.send({ cmd: "NODE_SOMETHING" });
      process.send({ key: "__proto__" }, listener, { keepOpen: true });
      beside({ report: "here" });
      beside({ cmd: "NODE_HANDLE_NACK" });
      // Without this, Node waits for a receipt before it sends anything more.
      process._handleQueue = null;
    }
    require("node:fs").writeSync(2, "abused\\n");
  });
}
`;

it("the server serves on, and keeps none of the sockets", async () => {
  const abuse = scratchFile("abuse.cjs", ABUSE);
  const environment = { NODE_OPTIONS: `--no-deprecation --require=${abuse}` };
  const options = words("--workers 1");
  const server = await startServer({ authority, credentials, options, environment });
  const before = descriptorsOf(server.pid).size;
  for (let turn = 1; turn <= 4; turn++) {
    const client = await connect(server);
    expect(await exchange(client, "served")).toBe("served");
    client.destroy();
    await server.logged("abused", turn);
  }
  // At most what a client of ours has there on its way.
  expect(descriptorsOf(server.pid).size).toBeLessThanOrEqual(before + 1);
  expect(await server.stop()).toMatchObject({ code: 0, signal: null });
});

/** It answers as ours does, and tells numbers that none of ours would, many times. */
const LIES = `
if (process.env.S6_TLSSERVER_ROLE === "worker") {
  process.on("message", ({ order }) => {
    if (order !== "serve") return;
    for (const counts of [null, "many", [], [1, 2], { length: 3 }, Array(100_000).fill(1)]) {
      process.send({ report: "counts", counts });
      process.send({ report: "expiries", ends: counts });
    }
    process.send({ report: "expiries", ends: ["1\\nevil_metric 1"] });
    require("node:fs").writeSync(2, "lied\\n");
  });
}
`;

it("numbers for /metrics that can't be are told in the log, and counted nowhere", async () => {
  const port = await freePort();
  const lies = scratchFile("lies.cjs", LIES);
  const environment = { NODE_OPTIONS: `--require=${lies}` };
  const options = [...words("--workers 1"), "--status", `127.0.0.1:${port}`];
  const server = await startServer({ authority, credentials, options, environment });
  const ask = async () => (await run(["curl", "-s", `http://127.0.0.1:${port}/metrics`])).stdout;
  const linesOf = (text: string) => text.split("\n").map((line) => line.replace(/ [^ ]*$/, ""));
  const before = await ask();
  expect(await exchange(await connect(server), "served")).toBe("served");
  await server.logged("lied");
  await server.logged("tells numbers that can't be");
  const after = await ask();
  expect(linesOf(after)).toEqual(linesOf(before));
  const end = /^bearhug_certificate_expiry_timestamp_seconds.*$/m;
  expect(end.exec(after)?.[0]).toBe(end.exec(before)?.[0]);
  expect(after).not.toContain("evil");
  expect(await server.stop()).toMatchObject({ code: 0, signal: null });
});
