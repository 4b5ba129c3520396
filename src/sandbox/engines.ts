import { Configuration, requireZero } from "./configuration.ts";
import { Engine } from "./engine.ts";
import { ENGINE_CALLS, type EngineExports } from "./engine-exports.ts";
import {
  type ClientConfiguration,
  type ClientSettings,
  type ClientStart,
  type LeftOut,
  type Profile,
  type ServerConfiguration,
  type ServerSettings,
  type ServerStart,
  ticketPeriod,
  type Verification,
} from "./engine-settings.ts";
import { UnusableAnchors } from "./errors.ts";
import { instantiate, type Pointer, type Sandbox } from "./instance.ts";
import type { Role } from "./key-operations.ts";
import { Bindings } from "./key-use.ts";
import { MemoryImage } from "./memory-image.ts";
import { own } from "./own.ts";
import { Requests } from "./requests.ts";
import { type Configured, configureClient, configureServer } from "./role-configuration.ts";

/** Makes the engine of one more connection. */
export type ServerMaker = (start: ServerStart) => Engine;
export type ClientMaker = (start: ClientStart) => Engine;

/**
 * The server's side of a connection.
 *
 * @throws {EngineError} if the certificates or the profile can't be used
 * @throws {UnusableAnchors} if clients are to be verified and nothing can vouch for them
 */
export function serverEngine(module: WebAssembly.Module, given: ServerSettings): Engine {
  const settings = own(given);
  const instance = instanceOf(module, "server", settings.profile);
  return startServer(instance, configureServer(instance.sandbox, settings), settings);
}

/**
 * The same for many connections, configured once: each engine gets a copy of what configuration
 * has made of a memory that no peer ever talked to, and no key was in. What is left to each is
 * its own time and entropy.
 */
export function serverEngines(module: WebAssembly.Module, given: ServerConfiguration): ServerMaker {
  const settings = own(given);
  const { clients, profile, tickets } = settings;
  const make = () => instanceOf(module, "server", profile);
  const { copy, configured } = copies(make, (sandbox) => configureServer(sandbox, settings));
  return ({ now, seed }) =>
    startServer(copy(), configured, {
      clients: clients && { ...clients, now },
      tickets,
      now,
      seed,
    });
}

/**
 * The client's side of a connection.
 *
 * @throws {EngineError} if the certificates, the name or the profile can't be used
 * @throws {UnusableAnchors} if the server is to be verified and nothing can vouch for it
 */
export function clientEngine(module: WebAssembly.Module, given: ClientSettings): Engine {
  const settings = own(given);
  const instance = instanceOf(module, "client", settings.profile);
  const configured = configureClient(instance.sandbox, settings);
  const now = settings.server?.now ?? 0;
  const verifies = settings.server !== null;
  return startClient(instance, { configured, verifies }, { ...settings, now });
}

/** The same for many connections, configured once, as above. The name is each one's own. */
export function clientEngines(module: WebAssembly.Module, given: ClientConfiguration): ClientMaker {
  const settings = own(given);
  const make = () => instanceOf(module, "client", settings.profile);
  const { copy, configured } = copies(make, (sandbox) => configureClient(sandbox, settings));
  const shared = { configured, verifies: settings.server !== null };
  return (start) => startClient(copy(), shared, start);
}

/** The certificates of CAs that would be left out. */
export function leftOutOf(
  module: WebAssembly.Module,
  trust: Pick<Verification, "anchors" | "partialChain">,
): LeftOut[] {
  const left: LeftOut[] = [];
  const { sandbox } = instanceOf(module, "client", "modern");
  try {
    new Configuration(sandbox).addAnchors({ ...trust, leftOut: (one) => left.push(one) });
  } catch (error) {
    if (!(error instanceof UnusableAnchors)) throw error;
  } finally {
    sandbox.wipe();
  }
  return left;
}

/** An instance, and what it may ask of a key. */
interface Instance {
  readonly role: Role;
  readonly sandbox: Sandbox<EngineExports>;
  readonly bindings: Bindings;
}

/** An engine's only way out leads to one private key: that of its own chain. */
function instanceOf(module: WebAssembly.Module, role: Role, profile: Profile): Instance {
  const bindings = new Bindings(role, profile);
  const keeper = {
    sign: (hash: number, value: Pointer, length: number, out: Pointer, max: number) =>
      bindings.sign(hash, sandbox.memory.view(value, length), sandbox.memory.view(out, max)),
    decrypt: (data: Pointer, length: number) => bindings.decrypt(sandbox.memory.view(data, length)),
  };
  const sandbox: Sandbox<EngineExports> = instantiate(module, { keeper }, ENGINE_CALLS);
  return { role, sandbox, bindings };
}

/** Copies of what configuration makes of an instance to which no peer ever talks. */
function copies(
  make: () => Instance,
  configure: (sandbox: Sandbox<EngineExports>) => Configured,
): { copy: () => Instance; configured: Configured } {
  const template = make().sandbox;
  const configured = configure(template);
  const image = new MemoryImage(template.memory, make().sandbox.memory);
  template.wipe();
  const copy = () => {
    const instance = make();
    image.writeInto(instance.sandbox.memory);
    return instance;
  };
  return { copy, configured };
}

function startServer(
  instance: Instance,
  configured: Configured,
  settings: Pick<ServerSettings, "clients" | "tickets" | "now" | "seed" | "tune">,
): Engine {
  const { clients, tickets, now, seed, tune } = own(settings);
  const { role, sandbox, bindings } = instance;
  const requests = new Requests(sandbox, bindings, configured);
  const configuration = new Configuration(sandbox);
  if (clients !== null) configuration.verifyClients(clients);
  if (clients === null && tickets !== undefined && now !== undefined) {
    const { count, keys } = own(tickets);
    bindings.allowTickets({ count, period: ticketPeriod(now), keys });
    setClock(sandbox.exports, now);
  }
  tune?.(sandbox);
  configuration.start(seed);
  return new Engine({ role, sandbox, requests, configured });
}

/** A number that is no time must not become one: WebAssembly takes any modulo 2^32. */
function setClock(exports: EngineExports, now: number): void {
  const seconds = Math.floor(now / 1000);
  if (seconds >= 0 && seconds < 2 ** 32) exports.engine_set_clock(seconds, now % 1000);
}

function startClient(
  instance: Instance,
  { configured, verifies }: { readonly configured: Configured; readonly verifies: boolean },
  start: ClientStart,
): Engine {
  const { serverName, now, sessions = null, seed, tune } = own(start);
  const { role, sandbox, bindings } = instance;
  const requests = new Requests(sandbox, bindings, configured);
  const configuration = new Configuration(sandbox);
  if (serverName !== null) configuration.expectName(serverName);
  if (verifies) configuration.verifyServer(now);
  else requireZero(sandbox.exports.engine_trust_any_server());
  if (sessions !== null) requests.resume(sessions);
  tune?.(sandbox);
  configuration.start(seed);
  return new Engine({ role, sandbox, requests, configured });
}
