/**
 * What the companions' page says about the programs for clients and for delayed TLS, sentence by
 * sentence: docs/compatibility.md is the table.
 */
import { prove } from "../parity/prove.ts";

prove("parity-clients");
