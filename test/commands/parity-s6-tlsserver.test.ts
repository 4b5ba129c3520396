/**
 * What the companions' page says about s6-tlsserver, sentence by sentence: docs/compatibility.md is
 * the table.
 */
import { prove } from "../parity/prove.ts";
import { s6Tlsserver } from "../parity/tables/s6-tlsserver.ts";

prove(s6Tlsserver);
