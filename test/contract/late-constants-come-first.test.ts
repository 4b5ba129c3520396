/**
 * Constants of TLS 1.2 and of peers' certificates read as zeros until an instance asks for them
 * (wasm/late/late.h), so each way into the files that have them asks first, or comes after one that did.
 */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { drain, feed, newClient, newServer } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { repository } from "../support/repository.ts";
import { memoryOf } from "../support/sandboxes.ts";

/** They ask. */
const ASKING = [
  "engine_add_trust_anchor",
  "engine_look_at",
  "peer_anyone",
  "peer_validator",
  "protocol_tls12",
  "tls12_goes_on_from",
];

/** About a peer whose certificate was taken, which needs one of the above; or they read no constant. */
const LATER = [
  "engine_peer_certificate",
  "engine_peer_certificate_length",
  "engine_peer_hash",
  "engine_peer_name",
  "engine_peer_name_kind",
  "engine_peer_name_length",
  "engine_peer_not_yet_valid",
  "engine_set_server_address",
  "engine_trust_partial_chains",
  "peer_tell_failures",
  "tls12_refuse",
  "trust_anchors_get",
];

/** LATE_C in the Makefile. */
const isLate = (file: string) => /^engine\/(tls12|peer)\//.test(file);

test("no other way leads into files whose constants may not be there yet", () => {
  const sources = readdirSync(join(repository, "wasm"), { recursive: true, encoding: "utf8" })
    .filter((file) => /^engine\/.*\.c$/.test(file))
    .sort();
  const symbols = (files: readonly string[], kinds: RegExp) => {
    const objects = files.map((file) => join(repository, "build/wasm", file.replace(/c$/, "o")));
    const listing = execFileSync("emnm", objects, { encoding: "utf8" });
    const found = listing.matchAll(/^(?:[0-9a-f]+| *) (\w) (\S+)$/gm);
    return new Set(
      [...found].flatMap(([, kind = "", name = ""]) => (kinds.test(kind) ? name : [])),
    );
  };
  const defined = symbols(sources.filter(isLate), /[TDB]/);
  const needed = symbols(
    sources.filter((file) => !isLate(file)),
    /U/,
  );
  expect([...needed].filter((name) => defined.has(name)).sort()).toEqual(
    [...ASKING, ...LATER].sort(),
  );
});

describe("they are", () => {
  const MARK = "<late constants>";
  const credentials = Authority.root().issue();

  const established = (server: Engine, client: Engine) => {
    const pass = (from: Engine, to: Engine) => feed(to, "recvrec", drain(from, "sendrec"));
    while (pass(client, server) > 0 || pass(server, client) > 0);
    expect(server.established).toBe(true);
    return Buffer.from(memoryOf(server)).includes(MARK);
  };
  const versions = (only: "1.2" | "1.3") => ({ versions: { min: only, max: only } });

  test("not in the memory of a server that has spoken TLS 1.3", () => {
    const server = newServer(credentials);
    expect(established(server, newClient({ server: null }))).toBe(false);
  });

  test("in that of one that has spoken TLS 1.2", () => {
    const server = newServer(credentials);
    expect(established(server, newClient({ server: null, ...versions("1.2") }))).toBe(true);
  });

  test("in that of a client", () => {
    expect(Buffer.from(memoryOf(newClient({ server: null }))).includes(MARK)).toBe(true);
  });
});
