import type { Section } from "../statement.ts";
import { clients } from "./clients.ts";
import { delayedTls } from "./delayed-tls.ts";
import { differences } from "./differences.ts";
import { exitCodes } from "./exit-codes.ts";
import { options } from "./options.ts";
import { s6Tlsclient } from "./s6-tlsclient.ts";
import { s6Tlsd } from "./s6-tlsd.ts";
import { s6TlsdIo } from "./s6-tlsd-io.ts";
import { s6Tlsserver } from "./s6-tlsserver.ts";

/** All sentences, by the file in test/commands that proves those that have a proof of their own. */
export const tables = {
  "parity-s6-tlsd": s6Tlsd,
  "parity-options": [...options, ...exitCodes],
  "parity-s6-tlsd-io": s6TlsdIo,
  "parity-s6-tlsserver": s6Tlsserver,
  "parity-clients": [...clients, ...s6Tlsclient, ...delayedTls],
  "parity-differences": differences,
} satisfies Record<string, readonly Section[]>;

/** Everything that docs/compatibility.md lists, in its order. */
export const everySection: readonly Section[] = Object.values(tables).flat();
