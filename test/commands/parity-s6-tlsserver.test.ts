/**
 * What the companions' page says about s6-tlsserver, sentence by sentence: docs/compatibility.md is
 * the table.
 */
import { prove } from "../parity/prove.ts";

prove("parity-s6-tlsserver");
