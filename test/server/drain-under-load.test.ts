/**
 * TERM while many replies are on their way: each of them arrives whole, or its client was refused
 * before it could ask.
 */
import { connect as connectTcp } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

const REPLY = payload("a reply", 3_000_000);
const file = scratchFile("reply", REPLY);
const prog = ["sh", "-c", 'read -r _; sleep 0.1; cat "$0"', file];

/** The digest of the reply; "refused" if no server was there. */
async function ask(server: Server): Promise<string> {
  const client = await connect(server).catch(() => null);
  if (client === null) return "refused";
  client.write("please\n");
  return sha256(await everything(client));
}

it("drain under load loses no byte of any reply", async () => {
  const options = ["--workers", "2", "-c", "200", "-C", "200"];
  const server = await startServer({ authority, credentials, prog, options });
  const asked: Promise<string>[] = [];
  for (let turn = 0; turn < 30; turn++) {
    asked.push(ask(server));
    await sleep(20);
    if (turn === 20) server.signal("SIGTERM");
  }
  const answers = await Promise.all(asked);
  const count = (answer: string) => answers.filter((other) => other === answer).length;
  expect(count(sha256(REPLY))).toBeGreaterThan(10);
  expect(count("refused")).toBeGreaterThan(0);
  expect(count(sha256(REPLY)) + count("refused")).toBe(30);
  expect(await server.running.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  expect(await refuses(server.port)).toBe(true);
});

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, "127.0.0.1");
    socket.once("connect", () => resolve(false)).once("error", () => resolve(true));
  });
}
