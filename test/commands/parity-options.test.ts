/**
 * How options are spelled, what the diagnostics look like and which exit codes there are, sentence
 * by sentence: docs/compatibility.md is the table.
 */
import { prove } from "../parity/prove.ts";

prove("parity-options");
