import { ORDERS, World, type WorldSettings } from "./world.ts";

export interface Exploration {
  readonly settings: WorldSettings;
  /** So many events happen in the usual order, before the first choice. */
  readonly prefix: number;
  /** So many times, everything that can happen next is tried. */
  readonly depth: number;
  /** Looks at a world in which nothing is left to happen. */
  readonly judge: (world: World) => string[];
}

/** What was found, with how to get there. */
export interface Found {
  readonly interleavings: number;
  readonly complaints: string[];
}

/**
 * Every order of events, up to a depth; after that, they happen in one of several usual orders. A
 * world can't be copied, so each begins from the start.
 */
export function explore({ settings, prefix, depth, judge }: Exploration): Found {
  const complaints: string[] = [];
  let interleavings = 0;
  let choices: number[] | null = [];
  while (choices !== null) {
    const { world, story, widths } = play(settings, prefix, choices.slice(0, depth), depth);
    const order = ORDERS[interleavings++ % ORDERS.length] as (typeof ORDERS)[number];
    story.push(`and then ${order.join(", ")}`);
    for (const complaint of finish(world, order, judge)) {
      complaints.push(`${complaint}: ${story.join("; ")}`);
    }
    choices = next(choices, widths);
  }
  return { interleavings, complaints };
}

function finish(
  world: World,
  order: (typeof ORDERS)[number],
  judge: Exploration["judge"],
): string[] {
  try {
    world.settle(order);
  } catch (error) {
    return [(error as Error).message];
  }
  return judge(world);
}

/** The first of all events wherever the choices don't say. */
function play(settings: WorldSettings, prefix: number, choices: number[], depth: number) {
  const world = new World(settings);
  const story: string[] = [];
  const widths: number[] = [];
  for (let step = 0; step < prefix; step++) {
    const usual = world.events.filter(({ name }) => name !== "accident" && !name.includes("piece"));
    // In turns, so that both directions come along.
    usual[step % Math.max(usual.length, 1)]?.happen();
  }
  for (let step = 0; step < depth; step++) {
    const { events } = world;
    if (events.length === 0) break;
    widths.push(events.length);
    const event = events[choices[step] ?? 0];
    if (event === undefined) throw new Error("the same choices had other consequences");
    story.push(event.name);
    event.happen();
  }
  return { world, story, widths };
}

/** The next choices in the order of counting; null after the last. */
function next(choices: readonly number[], widths: readonly number[]): number[] | null {
  const full = widths.map((_, step) => choices[step] ?? 0);
  for (let step = full.length - 1; step >= 0; step--) {
    const choice = (full[step] as number) + 1;
    if (choice < (widths[step] as number)) return [...full.slice(0, step), choice];
  }
  return null;
}
