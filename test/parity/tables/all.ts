import type { Section } from "../statement.ts";
import { differences } from "./differences.ts";
import { exitCodes } from "./exit-codes.ts";
import { laterPrograms } from "./not-built-yet.ts";
import { options } from "./options.ts";
import { s6Tlsd } from "./s6-tlsd.ts";
import { s6TlsdIo } from "./s6-tlsd-io.ts";
import { s6Tlsserver } from "./s6-tlsserver.ts";

/** Everything that docs/compatibility.md lists, in its order. */
export const everySection: readonly Section[] = [
  ...s6Tlsd,
  ...options,
  ...exitCodes,
  ...s6TlsdIo,
  ...s6Tlsserver,
  ...laterPrograms,
  ...differences,
];
