/**
 * Each row of the engine's table of alerts is provoked by a test, by a client or by a server, or
 * cannot be without a certificate; then BearSSL's own sources bear witness why.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { misdeedsBeforeKeys } from "../support/misdeeds-before-keys.ts";
import { misdeedsOfServers, misdeedsOfServersUnderKeys } from "../support/misdeeds-of-servers.ts";
import {
  misdeedsAfterHandshake,
  misdeedsInsteadOfFinished,
} from "../support/misdeeds-under-keys.ts";

const repository = join(import.meta.dirname, "../..");

function read(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}

/** Does BearSSL raise the error there? */
function raises(file: string, error: string): boolean {
  return new RegExp(`\\bBR_ERR_${error}\\b`).test(read(`vendor/bearssl/src/ssl/${file}`));
}

/** TLS 1.2's own rows, which go before those of all versions. */
const table = ["wasm/engine/tls12/alerts.c", "wasm/engine/alerts.c"].flatMap((path) =>
  [...read(path).matchAll(/\{BR_ERR_(\w+), \w+\}/g)].map(([, error = ""]) => error),
);

/** In test/client/alert-for-each-error.test.ts. */
const provokedByServers = new Set(
  [...misdeedsOfServers, ...misdeedsOfServersUnderKeys].map(({ error }) => error as string),
);

/** In client-sends-malformed-message.test.ts. */
const malformed = ["BAD_PARAM", "LIMIT_EXCEEDED"];

const provoked = new Set([
  ...[...misdeedsBeforeKeys, ...misdeedsInsteadOfFinished, ...misdeedsAfterHandshake].map(
    ({ error }) => error as string,
  ),
  ...malformed,
]);

/** They are about what a server says, and nothing that runs in a server raises them. */
const clientSideOnly = [
  "BAD_CIPHER_SUITE",
  "BAD_COMPRESSION",
  "EXTRA_EXTENSION",
  "BAD_SNI",
  "BAD_HELLO_DONE",
  "RESUME_MISMATCH",
];

/** Raised in a client that asks for a session again, which ours never does. */
const neverResumed = ["RESUME_MISMATCH"];

/**
 * BearSSL 0.6 has numbers for them, but an unknown record is UNEXPECTED, and an alert that is no
 * warning is a fatal one.
 */
const neverRaised = ["UNKNOWN_TYPE", "BAD_ALERT"];

/** Raised for a record that its suite allows and the input buffer cannot hold: ours holds all. */
const bufferIsLargeEnough = ["TOO_LARGE"];

/** Raised when a peer shows a certificate, or should have shown one. */
const certificates = [
  "WRONG_KEY_USAGE",
  "NO_CLIENT_AUTH",
  "X509_UNSUPPORTED",
  "X509_LIMIT_EXCEEDED",
  "X509_WRONG_KEY_TYPE",
  "X509_TIME_UNKNOWN",
  "X509_EXPIRED",
  "X509_CRITICAL_EXTENSION",
  "X509_FORBIDDEN_KEY_USAGE",
  "X509_WEAK_PUBLIC_KEY",
  "X509_NOT_TRUSTED",
];

it("every row is provoked by a test, or has an excuse, and none has both", () => {
  const excused = [...neverResumed, ...neverRaised, ...bufferIsLargeEnough, ...certificates];
  const isProvoked = (error: string) => provoked.has(error) || provokedByServers.has(error);
  expect(table.filter((error) => !isProvoked(error)).sort()).toEqual(excused.sort());
  expect(excused.filter(isProvoked)).toEqual([]);
  expect(new Set(table).size, "rows without a twin").toBe(table.length);
});

it.each(clientSideOnly)("%s is raised by BearSSL's client, and by nothing in a server", (error) => {
  expect(raises("ssl_hs_client.c", error)).toBe(true);
  expect(raises("ssl_hs_server.c", error)).toBe(false);
  expect(raises("ssl_engine.c", error)).toBe(false);
});

it.each(neverRaised)("%s is raised by neither side", (error) => {
  expect(raises("ssl_hs_client.c", error)).toBe(false);
  expect(raises("ssl_hs_server.c", error)).toBe(false);
  expect(raises("ssl_engine.c", error)).toBe(false);
});

it.each(bufferIsLargeEnough)("%s is raised for a sealed record's header alone", (error) => {
  expect(raises("ssl_hs_server.c", error)).toBe(false);
  // The longest of all that check_length lets pass: CBC with SHA-384 and 16-byte blocks.
  const longest = 16 + Math.floor((16384 + 256 + 48) / 16) * 16;
  const [, expansion] = /BR_SSL_BUFSIZE_INPUT +\(16384 \+ ([0-9]+)\)/.exec(
    read("vendor/bearssl/inc/bearssl_ssl.h"),
  ) ?? ["", "0"];
  expect(16384 + Number(expansion) - 5).toBeGreaterThanOrEqual(longest);
});

/**
 * Raised for a HelloRequest, which a client is refused before BearSSL reads it, and for a list of
 * suites in the client's order, which our servers never follow.
 */
const neverInServers = ["BAD_HANDSHAKE"];

it("a server raises no error that is not provoked here or left to certificates", () => {
  const raised = ["ssl_hs_server.c", "ssl_engine.c"].flatMap(
    (file) => read(`vendor/bearssl/src/ssl/${file}`).match(/(?<=\bBR_ERR_)\w+/g) ?? [],
  );
  const ours = ["OK", "BAD_STATE", "NO_RANDOM"];
  const alsoByClients = ["INVALID_ALGORITHM", "BAD_SIGNATURE"];
  const explained = [
    ...[...provoked, ...alsoByClients, ...certificates, ...bufferIsLargeEnough, ...ours],
    ...neverInServers,
  ];
  expect([...new Set(raised)].filter((error) => !explained.includes(error))).toEqual([]);
});
