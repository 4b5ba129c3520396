/**
 * Two tunnels with real engines, one behind the other, under a scheduler that tries every order of
 * events up to a depth: bytes that arrive whole or in pieces, programs that speak, listen and stop,
 * a network that takes its time or fails, clocks. However they come, no byte is lost, doubled or
 * invented, nothing piles up, and both tunnels end, once, as they should.
 *
 * DEPTH in the environment goes deeper than CI.
 */
import { afterAll, expect, it } from "vitest";
import { TruncationError } from "../../src/tunnel/closing.ts";
import { isBlank, newClient, newServer } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { payload } from "../support/payload.ts";
import { reusable } from "../support/reusable.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { explore } from "./explore.ts";
import type { Party } from "./party.ts";
import { CAPACITY } from "./port.ts";
import { ACCIDENTS, type Accident, FAILURE, World } from "./world.ts";

const DEPTH = Number(process.env["DEPTH"] ?? 4);

/** From the beginning of what is said, and from later on. */
const PREFIXES = [0, 6];

const credentials = Authority.root().issue();
const server = newServer(credentials);
const client = newClient({ server: null });
const reused = {
  server: { engine: server, restart: reusable(server) },
  client: { engine: client, restart: reusable(client) },
};
const fresh = { server: memoryOf(server).slice(), client: memoryOf(client).slice() };

/** What can be under way holds neither; an engine holds the rest of the question, not of the answer. */
const SAID = {
  server: [Buffer.from("a short answer"), payload("a long answer", CAPACITY + 8000)],
  client: [Buffer.from("a short question"), payload("a long question", CAPACITY + 3000)],
};

/** -S and -J. */
type Policy = { readonly closeNotify: boolean; readonly enforceCloseNotify: boolean };

const PLAIN: Policy = { closeNotify: false, enforceCloseNotify: false };
const STRICT: Policy = { closeNotify: true, enforceCloseNotify: true };

/** The engines' memories right after a handshake, before the programs have said anything. */
const greeted = handshake();

function handshake(): typeof fresh {
  const world = new World({
    server: { ...reused.server, memory: fresh.server, script: [], ...PLAIN },
    client: { ...reused.client, memory: fresh.client, script: [], ...PLAIN },
    accident: "nothing",
  });
  for (let step = 0; world.server.local === null || world.client.local === null; step++) {
    expect(step).toBeLessThan(20);
    world.events.find(({ name }) => name === "to server" || name === "to client")?.happen();
  }
  return { server: memoryOf(server).slice(), client: memoryOf(client).slice() };
}

function parties(memories: typeof fresh, serverPolicy: Policy, clientPolicy: Policy) {
  const at = { server: memories.server, client: memories.client };
  return {
    server: { ...reused.server, memory: at.server, script: SAID.server, ...serverPolicy },
    client: { ...reused.client, memory: at.client, script: SAID.client, ...clientPolicy },
  };
}

const MOMENTS = { "after the handshake": greeted, "from the first byte": fresh };

const CASES = (Object.keys(MOMENTS) as (keyof typeof MOMENTS)[]).flatMap((moment) =>
  // A handshake takes ten times as long as what follows.
  (moment === "from the first byte" ? [PLAIN] : [PLAIN, STRICT]).flatMap((policy) =>
    (Object.keys(ACCIDENTS) as Accident[]).map((accident) => ({ moment, policy, accident })),
  ),
);

it.each(CASES)(
  "$moment, with $policy.closeNotify for -S and -J, and an accident: $accident",
  ({ moment, policy, accident }) => {
    let count = 0;
    for (const prefix of PREFIXES) {
      const settings = { ...parties(MOMENTS[moment], policy, policy), accident };
      const found = explore({ settings, prefix, depth: DEPTH, judge });
      expect(found.complaints.slice(0, 3)).toEqual([]);
      count += found.interleavings;
    }
    expect(count).toBeGreaterThan(DEPTH);
    total += count;
  },
  3_600_000,
);

let total = 0;

afterAll(() => {
  if (process.env["DEPTH"] !== undefined) console.log(`${total} interleavings`);
});

function judge(world: World): string[] {
  const { server, client } = world;
  return [
    ...judgeOne("server", server, { said: SAID.client, world }),
    ...judgeOne("client", client, { said: SAID.server, world }),
  ];
}

function judgeOne(
  name: string,
  party: Party,
  { said, world }: { said: readonly Uint8Array[]; world: World },
): string[] {
  const complaints = [...party.violations];
  const heard = Buffer.concat(party.heard);
  const whole = Buffer.concat(said);
  const { settings, ends } = party;
  if (ends.length !== 1) complaints.push(`over ${ends.length} times`);
  if (!isBlank(memoryOf(settings.engine))) complaints.push("its engine is not wiped");
  if (party.mostHeld > ENGINE_HOLDS) complaints.push(`held ${party.mostHeld} bytes`);
  if (!whole.subarray(0, heard.length).equals(heard)) complaints.push("bytes that were not said");
  if (!world.hadAccident) complaints.push(...judgeUndisturbed(party, heard.equals(whole)));
  else if (!isExpected(ends[0] ?? null)) complaints.push(`ended with ${ends[0]}`);
  return complaints.map((text) => `${name}: ${text}`);
}

/** A record each way, with everything around what is in it, and a handshake. */
const ENGINE_HOLDS = 2 * 17_000;

function judgeUndisturbed({ settings, ends, heardEof }: Party, isWhole: boolean): string[] {
  const complaints: string[] = [];
  // With -S, the side that ends first hears no more.
  if (!settings.closeNotify && !isWhole) complaints.push("not all was heard");
  if (!heardEof) complaints.push("the program heard no EOF");
  if (ends[0] !== null) complaints.push(`ended with ${ends[0]}`);
  return complaints;
}

function isExpected(failure: Error | null): boolean {
  return failure === null || failure === FAILURE || failure instanceof TruncationError;
}
