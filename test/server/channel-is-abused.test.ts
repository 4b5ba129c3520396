/**
 * A worker that breaks the rules of Node's own channel between processes: it sends receipts for
 * nothing, messages of a kind that Node doesn't know, and sockets that the server never asked for.
 */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect as dial } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { run } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
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

/** A client that no proxy told of is another one, it says. The numbers behind that are told in the log. */
const LIES_ABOUT_A_CLIENT = `
if (process.env.S6_TLSSERVER_ROLE === "worker") {
  process.on("message", ({ order, client }) => {
    if (order !== "serve") return;
    const ends = { remoteAddress: "192.0.2.1", remotePort: 1, localAddress: "127.0.0.1", localPort: 1 };
    process.send({ report: "proxied", number: client.number, ends });
    process.send({ report: "counts", counts: null });
  });
}
`;

it("without proxies, no worker says that a client has another address: its slot is its own", async () => {
  const lies = scratchFile("lies.cjs", LIES_ABOUT_A_CLIENT);
  const environment = { NODE_OPTIONS: `--require=${lies}` };
  const options = words("--workers 1 -C 1");
  const server = await startServer({ authority, credentials, options, environment });
  const first = await connect(server);
  await server.logged("tells numbers that can't be");
  const second = dial({ host: "127.0.0.1", port: server.port }).on("error", () => {});
  await within(5000, "its end", once(second.resume(), "close"));
  await server.logged("127.0.0.1 has 1 connections already");
  expect(await exchange(first, "still")).toBe("still");
});

/** Its first client has gone, it says, while that one is judged. */
const ENDS_WHILE_JUDGED = `
if (process.env.S6_TLSSERVER_ROLE === "worker") {
  process.on("message", ({ order, client }) => {
    if (order === "proceed") require("node:fs").writeSync(2, "PROCEED " + client.number + "\\n");
    if (order !== "serve" || client.number !== 1) return;
    const ends = { remoteAddress: "127.0.0.1", remotePort: 1, localAddress: "127.0.0.1", localPort: 1 };
    process.send({ report: "proxied", number: 1, ends });
    process.send({ report: "over", number: 1 });
  });
}
`;

it("a client that ends while it is judged is not let in afterwards", async () => {
  const lies = scratchFile("ends.cjs", ENDS_WHILE_JUDGED);
  const environment = { NODE_OPTIONS: `--require=${lies}` };
  const rules = join(scratch, "rules-for-all");
  mkdirSync(join(rules, "ip4", "127.0.0.0_8"), { recursive: true });
  writeFileSync(join(rules, "ip4", "127.0.0.0_8", "allow"), "");
  await run(["chmod", "-R", "a+rX", scratch]);
  const options = [...words("--workers 1 -L --proxy-from 127.0.0.1 -H -i"), rules];
  const server = await startServer({ authority, credentials, options, environment });
  const places = { host: "127.0.0.1", port: server.port };
  const first = dial(places).on("error", () => {});
  await once(first, "connect");
  const second = dial(places).on("error", () => {});
  second.write("PROXY TCP4 127.0.0.1 127.0.0.1 2 443\r\n");
  await server.logged("PROCEED 2");
  expect(server.saying("PROCEED 1")).toEqual([]);
  for (const socket of [first, second]) socket.destroy();
});

/** Of each client it says in vain that it is another one's; of clients of other workers, too. */
const LIES_ABOUT_ALL = `
if (process.env.S6_TLSSERVER_ROLE === "worker") {
  process.on("message", ({ order, client }) => {
    if (order !== "serve" || client.number !== 2) return;
    const local = { localAddress: "127.0.0.1", localPort: 1 };
    const ends = { remoteAddress: "192.0.2.1", remotePort: 1, ...local };
    process.send({ report: "proxied", number: 1, ends });
    process.send({ report: "over", number: 1 });
    process.send({ report: "proxied", number: 2, ends: { ...ends, localAddress: "nowhere" } });
    process.send({ report: "counts", counts: null });
  });
  process.prependListener("message", ({ order, number, client }) => {
    if (order === "proceed") console.error("proceed " + client.number);
    if (order === "refuse") console.error("refuse " + number);
  });
}
`;

it("a worker moves no client of another worker, and none to an address that is none", async () => {
  const lies = scratchFile("lies.cjs", LIES_ABOUT_ALL);
  const environment = { NODE_OPTIONS: `--require=${lies}` };
  const options = words("--workers 2 -C 1 -L --proxy-from 127.0.0.1");
  const server = await startServer({ authority, credentials, options, environment });
  const visit = (address: string, port: number) => {
    const socket = dial({ host: "127.0.0.1", port: server.port }).on("error", () => {});
    socket.write(`PROXY TCP4 ${address} 127.0.0.1 ${port} 443\r\n`);
    return socket.resume();
  };
  const first = visit("192.0.2.7", 1);
  await server.logged("proceed 1");
  const second = dial({ host: "127.0.0.1", port: server.port }).on("error", () => {});
  await server.logged("tells numbers that can't be");
  await server.logged("refuse 2");
  // The first one's slot is still its own, and no other address has it.
  const third = visit("192.0.2.7", 3);
  await within(5000, "its end", once(third, "close"));
  await server.logged("192.0.2.7 has 1 connections already");
  const fourth = visit("192.0.2.1", 4);
  await server.logged("proceed 4");
  for (const socket of [first, second, fourth]) socket.destroy();
});
