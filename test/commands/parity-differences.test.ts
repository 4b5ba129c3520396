/**
 * Where we depart from the original on purpose, row by row: docs/compatibility.md is the table.
 */
import { prove } from "../parity/prove.ts";

prove("parity-differences");
