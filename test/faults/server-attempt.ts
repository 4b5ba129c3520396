import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../support/limits.ts";
import { Server, type Serving, startUnready } from "../support/server.ts";
import { type Fault, Injection, type Place } from "./injection.ts";
import { type Visit, visit } from "./visitor.ts";

const VISITS = 3;

/** How long it may take until a client is served again. */
const RECOVERY_MS = 25_000;

const PATIENCE_MS = 60_000;

/** A server, and where in it a call fails. */
export interface Faulty {
  readonly serving: Serving;
  readonly place: Omit<Place, "program">;
}

/**
 * One run of s6-tlsserver with a fault.
 *
 * @returns what was wrong with it; null: the fault did not happen
 */
export async function attempt(fault: Fault, { serving, place }: Faulty): Promise<string[] | null> {
  const injection = new Injection(fault, { program: "s6-tlsserver", ...place });
  const environment = { ...serving.environment, ...injection.environment };
  const running = startUnready({ ...serving, environment, patience: PATIENCE_MS });
  const complaints: string[] = [];
  const visits: Visit[] = [];
  await eventually("it listens or ends", () => running.stdout.includes("\n") || running.isOver);
  const isServing = !running.isOver;
  if (isServing) {
    const server = new Server(running, serving.authority);
    for (let turn = 0; turn < VISITS; turn++) visits.push(await visit(server));
    if (!(await recovers(server, visits))) complaints.push("no client is served any more");
    if (running.isOver) complaints.push("the server is gone");
    else server.signal("SIGTERM");
  }
  const ended = await running.ended.catch((error: Error) => error);
  const { hits } = injection;
  if (hits.length === 0) return null;
  if (ended instanceof Error) return [...complaints, `${hits[0]}: ${ended.message}`];
  const lines = ended.stderr.split("\n").slice(0, -1);
  if (!lines.every((line) => LINE.test(line))) complaints.push("a line that is not ours");
  if (isServing && ended.code !== 0) complaints.push("not ended as it was told");
  if (!isServing && !CODES.includes(ended.code ?? 0)) complaints.push("no exit code of ours");
  if (!isServing && lines.length !== 1) complaints.push("not one line");
  if (visits.includes("wrong")) complaints.push("wrong bytes");
  const told = `${hits[0]} → ${visits}, ${ended.code ?? ended.signal}, ${ended.stderr.trim()}`;
  return complaints.map((text) => `${text} (${told})`);
}

const LINE =
  /^s6-tlsserver: (fatal|warning): .*(: |[0-9] ).+$|^s6-tlsserver: warning: .*one waits$/;

const CODES = [96, 97, 111];

/** Is a client served within that time? */
async function recovers(server: Server, visits: Visit[]): Promise<boolean> {
  const deadline = Date.now() + RECOVERY_MS;
  while (Date.now() < deadline && !server.running.isOver) {
    visits.push(await visit(server));
    if (visits.at(-1) === "whole") return true;
    await sleep(300);
  }
  return false;
}
