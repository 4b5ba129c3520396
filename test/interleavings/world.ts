import { Party, type PartySettings } from "./party.ts";
import type { Port } from "./port.ts";

export interface WorldSettings {
  readonly server: PartySettings;
  readonly client: PartySettings;
  /** Happens once, whenever the scheduler likes. */
  readonly accident: Accident;
}

/** What goes wrong, on the server's side. */
export const ACCIDENTS = {
  nothing: null,
  "its program takes nothing any more": ({ server }) => {
    server.local?.breakOff();
    server.run();
  },
  "its program's output fails": ({ server }) => {
    server.local?.fail(FAILURE);
    server.run();
  },
  "the network takes nothing any more": ({ server, client }) => {
    server.remote.breakOff();
    // The client's system was told by a reset.
    client.remote.fail(FAILURE);
    server.run();
    client.run();
  },
  "reading from the network fails": ({ server, client }) => {
    server.remote.fail(FAILURE);
    client.remote.breakOff();
    server.run();
    client.run();
  },
} as const satisfies Record<string, ((world: World) => void) | null>;

export type Accident = keyof typeof ACCIDENTS;

export const FAILURE = new Error("read EIO");

/** A part of a record's header, and of nothing else. */
const PIECE = 3;

/** One thing that can happen next. */
export interface Event {
  readonly name: string;
  readonly isPossible: boolean;
  readonly happen: () => void;
}

/** Two tunnels with their engines, a cable between them, and a program behind each. */
export class World {
  readonly server: Party;
  readonly client: Party;
  private accidentHappened = false;

  constructor(private readonly settings: WorldSettings) {
    this.server = new Party(settings.server);
    this.client = new Party(settings.client);
    this.server.run();
    this.client.run();
  }

  /** Everything that can happen now, in an order that is always the same. */
  get events(): Event[] {
    const { server, client } = this;
    return [
      ...this.cable("to server", client, server),
      ...this.cable("to client", server, client),
      ...programEvents("server", server),
      ...programEvents("client", client),
      ...this.accident(),
    ].filter(({ isPossible }) => isPossible);
  }

  /** Whatever is left to happen, in this order of preference; but no accident. */
  settle(order: Order): void {
    const rank = ({ name }: Event) => order.findIndex((word) => name.includes(word));
    for (let left = MANY; left > 0; left--) {
      const events = this.events.filter(({ name }) => name !== ACCIDENT && !name.includes("piece"));
      const [next] = events.sort((one, other) => rank(one) - rank(other));
      if (next === undefined) return;
      next.happen();
    }
    throw new Error("it never comes to rest");
  }

  private cable(name: string, from: Party, to: Party): Event[] {
    const isReady = !to.isOver && to.remote.arrived.length === 0 && !to.remote.ended;
    const { waiting } = from.remote;
    const carry = (count: number) => () => {
      to.remote.deliver(from.remote.fetch(count));
      to.run();
      from.run();
    };
    const end = () => {
      to.remote.ended = true;
      to.run();
    };
    return [
      { name, isPossible: isReady && waiting > 0, happen: carry(Number.POSITIVE_INFINITY) },
      { name: `${name}, a piece`, isPossible: isReady && waiting > PIECE, happen: carry(PIECE) },
      { name: `${name}, EOF`, isPossible: isReady && hasClosed(from.remote, from), happen: end },
      {
        name: `${name}, to nobody`,
        isPossible: to.isOver && waiting > 0,
        happen: () => {
          from.remote.breakOff();
          from.run();
        },
      },
    ];
  }

  private accident(): Event[] {
    const happen = ACCIDENTS[this.settings.accident];
    if (happen === null || this.accidentHappened) return [];
    const isPossible = !this.server.isOver;
    return [
      {
        name: ACCIDENT,
        isPossible,
        happen: () => {
          this.accidentHappened = true;
          happen(this);
        },
      },
    ];
  }

  get hadAccident(): boolean {
    return this.accidentHappened;
  }
}

const ACCIDENT = "accident";

/** Words of which each event has one. */
type Order = readonly ("to " | "says" | "hears" | "clock")[];

/** All sides attentive; programs that hear late; a network that is slow; programs that talk first. */
export const ORDERS: readonly Order[] = [
  ["to ", "hears", "says", "clock"],
  ["to ", "says", "hears", "clock"],
  ["says", "hears", "to ", "clock"],
  ["says", "to ", "clock", "hears"],
];

/** Many times more than any conversation needs. */
const MANY = 2000;

function hasClosed(port: Port, owner: Party): boolean {
  return port.waiting === 0 && (port.hasEnded || owner.isOver || port.broken);
}

function programEvents(name: string, party: Party): Event[] {
  return [
    { name: `${name} says`, isPossible: !party.isOver && party.canSay, happen: () => party.say() },
    { name: `${name}'s key says so`, isPossible: party.canSign, happen: () => party.sign() },
    { name: `${name} hears`, isPossible: party.canHear, happen: () => party.hear() },
    {
      name: `${name}'s clock`,
      isPossible: party.lingers && !party.isOver,
      happen: () => party.expire(),
    },
  ];
}
