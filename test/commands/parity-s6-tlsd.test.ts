/**
 * What the reference page of s6-tlsd says, sentence by sentence: docs/compatibility.md is the table.
 */
import { prove } from "../parity/prove.ts";
import { s6Tlsd } from "../parity/tables/s6-tlsd.ts";

prove(s6Tlsd);
