/**
 * How options are spelled, what the diagnostics look like and which exit codes there are, sentence
 * by sentence: docs/compatibility.md is the table.
 */
import { prove } from "../parity/prove.ts";
import { exitCodes } from "../parity/tables/exit-codes.ts";
import { options } from "../parity/tables/options.ts";

prove([...options, ...exitCodes]);
