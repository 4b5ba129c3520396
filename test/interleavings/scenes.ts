import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { SealedSession } from "../../src/sandbox/engine-settings.ts";
import {
  type ClientOptions,
  loadKey,
  newClient,
  newKeeper,
  newServer,
  type ServerOptions,
} from "../engine/instances.ts";
import { Authority, derCertificate } from "../support/certificates.ts";
import { type Restart, reusable } from "../support/reusable.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { LateKey } from "./late-key.ts";
import type { PartySettings, Script } from "./party.ts";
import { World } from "./world.ts";

/** Two engines, and their memories at some moments of a conversation that was undisturbed so far. */
export interface Scene {
  readonly server: Pick<PartySettings, "engine" | "restart" | "key">;
  readonly client: Pick<PartySettings, "engine" | "restart" | "sessions">;
  readonly moments: Readonly<Record<string, Memories>>;
  /** A close_notify ends one direction alone, and not both (RFC 8446, 6.1). */
  readonly closesOneDirection: boolean;
}

export interface Memories {
  readonly server: Uint8Array;
  readonly client: Uint8Array;
}

const credentials = Authority.root().issue();

/** KEY_RECORDS_MAX of build/rekeys/engine.wasm. */
const RECORDS = 16;

/** From the first byte, and right after the handshake. */
export function ofTls12(): Scene {
  const versions = { max: "1.2" } as const;
  const server = newServer(credentials, { versions });
  const client = newClient({ server: null, versions });
  const scene = { server: reused(server), client: reused(client) };
  const fresh = memories(scene);
  return {
    ...scene,
    closesOneDirection: false,
    moments: { [BEGINNING]: fresh, "after the handshake": afterHandshake(scene, fresh) },
  };
}

/**
 * In TLS 1.3 a signature comes when it likes, and keys change: the engines are such as change them after
 * 16 records.
 */
export function ofTls13(): Scene {
  const { scene, greeted, fresh } = withLateKey();
  return {
    ...scene,
    closesOneDirection: true,
    moments: {
      [BEGINNING]: fresh,
      "after the handshake": greeted,
      [KEYS_SERVED]: afterRecords(scene, greeted),
    },
  };
}

/** The same with tickets, which leave in front of the server's first words. */
export function withTickets(): Scene {
  const sessions: SealedSession[] = [];
  const keys = newKeeper().drawTickets((room) => void room.fill(9));
  const { scene, greeted, fresh } = withLateKey({
    server: { tickets: { count: TICKETS, lifetime: 60 } },
    client: { sessions: { keys, resume: null, keep: (session) => sessions.push(session) } },
  });
  return {
    server: scene.server,
    client: { ...scene.client, sessions },
    closesOneDirection: true,
    moments: { [BEGINNING]: fresh, "after the handshake": greeted },
  };
}

export const TICKETS = 2;

function withLateKey(besides: { server?: ServerOptions; client?: Partial<ClientOptions> } = {}) {
  const module = new WebAssembly.Module(
    readFileSync(new URL("../../build/rekeys/engine.wasm", import.meta.url)),
  );
  const real = loadKey(readFileSync(credentials.keyFile));
  real.match(derCertificate(credentials.certFile));
  const key = new LateKey(real);
  const common = { profile: "strict", module } as const;
  const server = newServer(credentials, { ...common, key, ...besides.server });
  const client = newClient({ server: null, ...common, ...besides.client });
  const scene = { server: { ...reused(server), key }, client: reused(client) };
  const fresh = memories(scene);
  return { scene, fresh, greeted: afterHandshake(scene, fresh) };
}

/** One more record, and the keys of both directions are due for a change. */
export const KEYS_SERVED = "when keys have nearly served";

/** A handshake takes ten times as long as what follows. */
export const BEGINNING = "from the first byte";

function reused(engine: PartySettings["engine"]): { engine: typeof engine; restart: Restart } {
  return { engine, restart: reusable(engine) };
}

type Engines = Pick<Scene, "server" | "client">;

function memories({ server, client }: Engines): Memories {
  return { server: memoryOf(server.engine).slice(), client: memoryOf(client.engine).slice() };
}

function undisturbed(engines: Engines, from: Memories, script: Script): World {
  const policy = { closeNotify: false, enforceCloseNotify: false, script };
  return new World({
    server: { ...engines.server, memory: from.server, ...policy },
    client: { ...engines.client, memory: from.client, ...policy },
    accident: "nothing",
  });
}

const CARRIES = ["to server", "to client", "server's key says so"];

function afterHandshake(engines: Engines, fresh: Memories): Memories {
  const world = undisturbed(engines, fresh, []);
  for (let step = 0; world.server.local === null || world.client.local === null; step++) {
    expect(step).toBeLessThan(20);
    world.events.find(({ name }) => CARRIES.includes(name))?.happen();
  }
  return memories(engines);
}

function afterRecords(engines: Engines, greeted: Memories): Memories {
  const script = Array.from({ length: RECORDS - 1 }, () => Buffer.from("."));
  const world = undisturbed(engines, greeted, script);
  for (const _ of script) {
    for (const party of [world.server, world.client]) {
      party.say();
      for (const { name, happen } of world.events) if (CARRIES.includes(name)) happen();
      for (const other of [world.server, world.client]) if (other.canHear) other.hear();
    }
  }
  for (const { heard } of [world.server, world.client]) expect(heard).toHaveLength(script.length);
  return memories(engines);
}
