/**
 * Engines as the runner wants them. The module is the engine's own code and tune.c, through which
 * tests set and read what the package does not let users set and read.
 */
import { randomFillSync } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Engine, Session } from "../../src/sandbox/engine.ts";
import type { EngineExports } from "../../src/sandbox/engine-exports.ts";
import {
  type ClientSessions,
  type Identity,
  LONGEST_TICKET,
  type SealedSession,
} from "../../src/sandbox/engine-settings.ts";
import { clientEngine, serverEngine } from "../../src/sandbox/engines.ts";
import type { Sandbox } from "../../src/sandbox/instance.ts";
import { Keeper, type PrivateKey } from "../../src/sandbox/keeper.ts";
import { KeeperError } from "../../src/sandbox/keeper-refusals.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import { type Settings, Unimplemented } from "./flags.ts";

/** tune.c. */
interface TuneExports {
  bogo_versions(min: number, max: number): void;
  bogo_only_suite(suite: number): void;
  bogo_trust_any_client(): void;
  bogo_group(): number;
  bogo_peer_scheme(): number;
}

/** What a connection turned out to be. */
export interface Facts {
  readonly version: number;
  readonly suite: number;
  readonly group: number;
  readonly signatureAlgorithm: number;
  readonly session: Session;
}

export interface Made {
  readonly engine: Engine;
  /** Once established. */
  readonly facts: () => Facts;
}

const folder = process.env.BOGO_BUILD ?? "build/bogo";
const engineModule = new WebAssembly.Module(readFileSync(`${folder}/engine.wasm`));
const keeper = new Keeper(new WebAssembly.Module(readFileSync("dist/keeper.wasm")));
const sessionKeys = keeper.drawTickets((room) => void randomFillSync(room));
const identities = new Map<string, Identity>();

/** A client's, and when they came. */
export type Came = (SealedSession & { readonly at: number })[];

/** The newest one is offered, once. */
function sessionsIn(came: Came): ClientSessions {
  const newest = came.pop() ?? null;
  return {
    keys: sessionKeys,
    resume: newest && { ...newest, age: Date.now() - newest.at },
    keep: (session) => came.push({ ...session, at: Date.now() }),
  };
}

/** One keeper, and each of the runner's dozen keys in it once. */
function identityOf({ keyFile, certFile }: Settings): Identity | null {
  if (keyFile === null || certFile === null) return null;
  const known = identities.get(keyFile + certFile);
  if (known !== undefined) return known;
  const key = load(readFileSync(keyFile));
  const chain = readCertificates(certFile);
  // An RSA key signs for TLS 1.3 only what it can verify.
  key.match(present(chain[0]));
  const identity = { chain, key };
  identities.set(keyFile + certFile, identity);
  return identity;
}

function load(bytes: Uint8Array): PrivateKey {
  try {
    return keeper.load((room) => {
      room.set(bytes);
      return bytes.length;
    });
  } catch (error) {
    if (error instanceof KeeperError) throw new Unimplemented("-key-file");
    throw error;
  }
}

export function makeEngine(settings: Settings, came: Came): Made {
  let sandbox: Sandbox<EngineExports & TuneExports> | undefined;
  const common = {
    profile: "legacy" as const,
    protocols: protocolsOf(settings),
    groups: settings.curves,
    seed: (room: Uint8Array) => void randomFillSync(room),
    tune: (made: Sandbox<EngineExports>) => {
      sandbox = made as Sandbox<EngineExports & TuneExports>;
      tune(sandbox.exports, settings);
    },
  };
  const identity = identityOf(settings);
  const engine = settings.isServer
    ? serverEngine(engineModule, {
        ...common,
        identity: present(identity),
        tickets: { count: settings.givesTickets ? 2 : 0, lifetime: LONGEST_TICKET },
        now: Date.now(),
        clients: asksForCertificates(settings)
          ? { ...strangers(), mandatory: settings.requiresCertificate }
          : null,
      })
    : clientEngine(engineModule, {
        ...common,
        identity,
        serverName: settings.hostName,
        server: settings.verifyFails ? strangers() : null,
        sessions: sessionsIn(came),
      });
  return { engine, facts: () => factsOf(engine, present(sandbox).exports) };
}

function factsOf(engine: Engine, exports: EngineExports & TuneExports): Facts {
  return {
    version: exports.engine_version(),
    suite: exports.engine_suite(),
    group: exports.bogo_group(),
    signatureAlgorithm: exports.bogo_peer_scheme(),
    session: engine.session(),
  };
}

function tune(exports: TuneExports, settings: Settings): void {
  const { min, max } = versionsOf(settings);
  exports.bogo_versions(min, max);
  if (settings.cipher !== null) exports.bogo_only_suite(suiteOf(settings.cipher));
  const { isServer, verifyFails } = settings;
  if (isServer && asksForCertificates(settings) && !verifyFails) exports.bogo_trust_any_client();
}

/** The versions that are not excluded, which have no gap in our engine. */
function versionsOf({ minVersion, maxVersion, excludedVersions }: Settings) {
  const left = VERSIONS.filter(
    (version) =>
      version >= minVersion &&
      version <= (maxVersion || NEWEST) &&
      !excludedVersions.includes(version),
  );
  const [min = 0] = left;
  const max = left.at(-1) ?? 0;
  if (left.length === 0 || left.length !== max - min + 1) throw new Unimplemented("-no-tls*");
  return { min, max };
}

const VERSIONS = [0x0301, 0x0302, 0x0303, 0x0304];
const NEWEST = 0x0304;

/** The suites that flags name by number; OpenSSL's language for lists of them is not ours. */
function suiteOf(cipher: string): number {
  if (!/^\d+$/.test(cipher)) throw new Unimplemented("-cipher");
  return Number(cipher);
}

/** Offered by a client: strings behind their lengths. Chosen by a server: one of them. */
function protocolsOf({ isServer, offeredProtocols, selectedProtocol }: Settings): string[] {
  if (isServer) return selectedProtocol === null ? [] : [selectedProtocol];
  const names: string[] = [];
  let rest = offeredProtocols ?? "";
  while (rest !== "") {
    const length = rest.charCodeAt(0);
    names.push(rest.slice(1, 1 + length));
    rest = rest.slice(1 + length);
  }
  return names;
}

function asksForCertificates({ verifiesPeer, requiresCertificate }: Settings): boolean {
  return verifiesPeer || requiresCertificate;
}

/** The certificate of a CA that vouches for none of the runner's. */
function strangers() {
  const [anchor] = readCertificates("test/recorded/root.pem");
  return { anchors: [present(anchor)], now: Date.now() };
}

function present<T>(value: T | null | undefined): T {
  if (value == null) throw new Error("the runner gave no certificate, or the engine was not tuned");
  return value;
}
