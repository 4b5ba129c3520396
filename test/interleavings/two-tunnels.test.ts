/**
 * Two tunnels with real engines, one behind the other, under a scheduler that tries every order of
 * events up to a depth: bytes that arrive whole or in pieces, programs that speak, listen and stop,
 * a network that takes its time or fails, clocks. However they come, no byte is lost, doubled or
 * invented, nothing piles up, and both tunnels end, once, as they should.
 *
 * In TLS 1.3, besides: a signature that comes when it likes, keys that change, and tickets.
 *
 * DEPTH in the environment goes deeper than CI.
 */
import { afterAll, describe, expect, it } from "vitest";
import { TruncationError } from "../../src/tunnel/failures.ts";
import { isBlank } from "../engine/instances.ts";
import { payload } from "../support/payload.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { explore } from "./explore.ts";
import type { Party } from "./party.ts";
import { CAPACITY } from "./port.ts";
import {
  BEGINNING,
  KEYS_SERVED,
  type Memories,
  ofTls12,
  ofTls13,
  type Scene,
  TICKETS,
  withTickets,
} from "./scenes.ts";
import { ACCIDENTS, type Accident, FAILURE, World } from "./world.ts";

const DEPTH = Number(process.env["DEPTH"] ?? 4);

/** From the beginning of what is said, and from later on. */
const PREFIXES = [0, 6];

/** What can be under way holds neither; an engine holds the rest of the question, not of the answer. */
const SAID = {
  server: [Buffer.from("a short answer"), payload("a long answer", CAPACITY + 8000)],
  client: [Buffer.from("a short question"), payload("a long question", CAPACITY + 3000)],
};

/** -S and -J. */
type Policy = { readonly closeNotify: boolean; readonly enforceCloseNotify: boolean };

const PLAIN: Policy = { closeNotify: false, enforceCloseNotify: false };
const STRICT: Policy = { closeNotify: true, enforceCloseNotify: true };

const SCENES = {
  "TLS 1.2": ofTls12(),
  "TLS 1.3": ofTls13(),
  "TLS 1.3 with tickets": withTickets(),
};

function parties({ server, client }: Scene, at: Memories, policy: Policy) {
  return {
    server: { ...server, memory: at.server, script: SAID.server, ...policy },
    client: { ...client, memory: at.client, script: SAID.client, ...policy },
  };
}

describe.each(Object.entries(SCENES))("%s", (_, scene) => {
  const cases = Object.keys(scene.moments).flatMap((moment) =>
    (moment === BEGINNING ? [PLAIN] : [PLAIN, STRICT]).flatMap((policy) =>
      (Object.keys(ACCIDENTS) as Accident[]).map((accident) => ({ moment, policy, accident })),
    ),
  );

  it.each(cases)(
    "$moment, with $policy.closeNotify for -S and -J, and an accident: $accident",
    ({ moment, policy, accident }) => {
      let count = 0;
      for (const prefix of PREFIXES) {
        const at = scene.moments[moment] as Memories;
        const settings = { ...parties(scene, at, policy), accident };
        const found = explore({
          ...{ settings, prefix, depth: DEPTH },
          judge: (world) => judge(world, scene),
        });
        expect(found.complaints.slice(0, 3)).toEqual([]);
        count += found.interleavings;
      }
      expect(count).toBeGreaterThan(DEPTH);
      total += count;
    },
    3_600_000,
  );
});

/** A KeyUpdate's record behind its header. */
const UPDATE = 5 + 1 + 16;

it("in TLS 1.3, keys change at both sides' second words", () => {
  const scene = SCENES["TLS 1.3"];
  const at = scene.moments[KEYS_SERVED] as Memories;
  const { server, client } = new World({ ...parties(scene, at, PLAIN), accident: "nothing" });
  for (const party of [server, client]) {
    const lengths = [0, 1].map(() => {
      party.say();
      return Buffer.from(party.remote.fetch(CAPACITY)).readUInt16BE(3);
    });
    expect(lengths[0]).toBeGreaterThan(UPDATE);
    expect(lengths[1]).toBe(UPDATE);
  }
});

let total = 0;

afterAll(() => {
  if (process.env["DEPTH"] !== undefined) console.log(`${total} interleavings`);
});

function judge(world: World, scene: Scene): string[] {
  const { server, client } = world;
  return [
    ...judgeOne("server", server, { said: SAID.client, world, scene }),
    ...judgeOne("client", client, { said: SAID.server, world, scene }),
  ];
}

function judgeOne(
  name: string,
  party: Party,
  { said, world, scene }: { said: readonly Uint8Array[]; world: World; scene: Scene },
): string[] {
  const complaints = [...party.violations];
  const heard = Buffer.concat(party.heard);
  const whole = Buffer.concat(said);
  const { settings, ends } = party;
  if (ends.length !== 1) complaints.push(`over ${ends.length} times`);
  if (!isBlank(memoryOf(settings.engine))) complaints.push("its engine is not wiped");
  if (party.mostHeld > ENGINE_HOLDS) complaints.push(`held ${party.mostHeld} bytes`);
  if (!whole.subarray(0, heard.length).equals(heard)) complaints.push("bytes that were not said");
  // With -S before TLS 1.3, the side that ends first hears no more.
  const hearsAll = !settings.closeNotify || scene.closesOneDirection;
  complaints.push(...judgeTickets(party, world));
  if (!world.hadAccident) {
    if (hearsAll && !heard.equals(whole)) complaints.push("not all was heard");
    complaints.push(...judgeUndisturbed(party));
  }
  if (world.hadAccident && !isExpected(ends[0] ?? null)) complaints.push(`ended with ${ends[0]}`);
  return complaints.map((text) => `${name}: ${text}`);
}

/** A record each way, with everything around what is in it, and a handshake. */
const ENGINE_HOLDS = 2 * 17_000;

/** All tickets, each once, are a client's that heard its server to the end. */
function judgeTickets({ settings: { sessions } }: Party, { hadAccident }: World): string[] {
  if (sessions === undefined) return [];
  const different = new Set(sessions.map(({ sealed }) => Buffer.from(sealed).toString("hex"))).size;
  if (different !== sessions.length) return ["a ticket came twice"];
  const isRight = hadAccident ? different <= TICKETS : different === TICKETS;
  return isRight ? [] : [`it got ${different} tickets`];
}

function judgeUndisturbed({ ends, heardEof }: Party): string[] {
  const complaints: string[] = [];
  if (!heardEof) complaints.push("the program heard no EOF");
  if (ends[0] !== null) complaints.push(`ended with ${ends[0]}`);
  return complaints;
}

function isExpected(failure: Error | null): boolean {
  return failure === null || failure === FAILURE || failure instanceof TruncationError;
}
