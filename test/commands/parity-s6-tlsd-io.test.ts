/**
 * What the companions' page says about s6-tlsd-io, sentence by sentence: docs/compatibility.md is
 * the table.
 */
import { prove } from "../parity/prove.ts";
import { s6TlsdIo } from "../parity/tables/s6-tlsd-io.ts";

prove(s6TlsdIo);
