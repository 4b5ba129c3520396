/** What a shim says of a failure, and what the runner is to find in it. */
import { TlsError } from "../../src/credentials/tls-error.ts";

/** One line: our own words, the code, and the alert that was sent or received. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof TlsError)) return `${error}\n`;
  return `${error.message} [${error.code}] [alert ${error.alert}]\n`;
}

/**
 * BoringSSL's names of errors, as far as ours can tell them apart; the runner takes any error where
 * a name is missing here (-loose-errors), and looks at the alert where it matters to it.
 */
export const ERROR_MAP: Record<string, string> = {
  ":NO_SHARED_CIPHER:": "[alert handshake_failure]",
  ":BAD_DECRYPT:": "_BAD_MAC]",
  ":DECRYPTION_FAILED_OR_BAD_RECORD_MAC:": "_BAD_MAC]",
};
