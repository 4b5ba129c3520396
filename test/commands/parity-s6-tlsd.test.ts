/**
 * What the reference page of s6-tlsd says, sentence by sentence: docs/compatibility.md is the table.
 */
import { prove } from "../parity/prove.ts";

prove("parity-s6-tlsd");
