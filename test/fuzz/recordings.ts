import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { Profile } from "../../src/sandbox/engine-settings.ts";
import type { Keeper, PrivateKey } from "../../src/sandbox/keeper.ts";
import type { Version } from "../../src/sandbox/versions.ts";
import { loadKey, newClient, newKeeper, newServer } from "../engine/instances.ts";
import {
  type RecordedKind,
  recordedCertificate,
  recordedCredentials,
  recordedFile,
} from "../support/recorded.ts";

/**
 * Whole conversations of real TLS programs with us. Our engine's randomness is the same on every
 * run, so it understands their bytes again, to the last record.
 */

/** What our engine was like, and who was on the other side. */
export interface Setting {
  readonly name: string;
  readonly kind: RecordedKind & ("rsa" | "p256");
  readonly profile: Profile;
  /** The newest version of TLS that we offered. */
  readonly maxVersion: Version;
  /** Whether the peer is the client. */
  readonly peerIsClient: boolean;
  /** A server's certificate, or a client's, is asked for and verified. */
  readonly verifies: boolean;
}

export interface Recording extends Setting {
  /** Everything that the peer said. */
  readonly bytes: Buffer;
}

export const RECORDINGS_FILE = join(import.meta.dirname, "../recorded/conversations.txt");

/** What the clients say to our program, and our program says. */
export const CLIENT_WORDS = "GET /words HTTP/1.1\r\n\r\n";
export const PROGRAM_WORDS = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes";

const COLUMNS = ["name", "kind", "profile", "newest version", "peer is a", "verified", "base64"];

function parse(text: string): Recording[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [name = "", kind, profile, maxVersion, peer, verifies, base64 = ""] = line.split("\t");
    return {
      name,
      kind: kind as Setting["kind"],
      profile: profile as Profile,
      maxVersion: maxVersion as Version,
      peerIsClient: peer === "client",
      verifies: verifies === "yes",
      bytes: Buffer.from(base64, "base64"),
    };
  });
}

export function format(recordings: readonly Recording[]): string {
  const rows = recordings.map(
    ({ name, kind, profile, maxVersion, peerIsClient, verifies, bytes }) => [
      ...[name, kind, profile, maxVersion, peerIsClient ? "client" : "server"],
      ...[verifies ? "yes" : "no", bytes.toString("base64")],
    ],
  );
  const text = rows.map((row) => `${row.join("\t")}\n`).join("");
  return `# What real TLS programs said to us; FUZZ_RECORD=1 makes it anew, FUZZ_RECORD=new what is missing (test/fuzz/record.ts).
# ${COLUMNS.join(", ")}\n${text}`;
}

export function readRecordings(): Recording[] {
  return parse(readFileSync(RECORDINGS_FILE, "utf8"));
}

/** The one keeper of all engines here, and its keys. */
export class Keys {
  readonly keeper: Keeper = newKeeper();
  private readonly loaded: Record<Setting["kind"], PrivateKey> = {
    rsa: this.load("rsa"),
    p256: this.load("p256"),
  };

  of(kind: Setting["kind"]): PrivateKey {
    return this.loaded[kind];
  }

  /** An RSA key signs for TLS 1.3 only once it has seen its certificate. */
  private load(kind: Setting["kind"]): PrivateKey {
    const key = loadKey(readFileSync(recordedFile(kind)), this.keeper);
    key.match(recordedCertificate(kind));
    return key;
  }
}

const verification = {
  anchors: [recordedCertificate("root"), recordedCertificate("rsa-root")],
  now: Date.UTC(2030, 0),
};

/** Our side, before the first byte. */
export function engineFor(setting: Setting, keys: Keys): Engine {
  const { kind, profile, maxVersion, peerIsClient, verifies } = setting;
  const versions = { min: null, max: maxVersion };
  if (!peerIsClient) {
    const server = verifies ? verification : null;
    return newClient({ profile, versions, serverName: null, server });
  }
  return newServer(recordedCredentials(kind), {
    profile,
    versions,
    key: keys.of(kind),
    chain: [recordedCertificate(kind), recordedCertificate("intermediate")],
    ...(verifies && { clients: { ...verification, mandatory: true } }),
  });
}
