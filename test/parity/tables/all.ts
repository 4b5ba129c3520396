import type { Section } from "../statement.ts";
import { s6Tlsd } from "./s6-tlsd.ts";

/** Everything that docs/compatibility.md lists, in its order. */
export const everySection: readonly Section[] = [...s6Tlsd];
