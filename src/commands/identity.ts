import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";
import { readCertificates } from "../credentials/certificate-file.ts";
import type { PairFiles } from "../credentials/environment.ts";
import { readInto } from "../credentials/read-into.ts";
import type { Keeper, PrivateKey } from "../sandbox/keeper.ts";

/** Who we are: a chain of certificates, and the key of the first one in the keeper. */
export interface Identity {
  readonly key: PrivateKey;
  /** DER, end entity first. */
  readonly chain: readonly Uint8Array[];
}

/**
 * Reads a pair of files, and makes sure that they belong together.
 *
 * @throws {Fatal} 96, naming the file and what is wrong with it
 */
export function loadIdentity(keeper: Keeper, files: PairFiles): Identity {
  const { keyFile, certificateFile } = files;
  const key = attempt(`unable to read private key in ${keyFile}`, () =>
    keeper.load((room) => readInto(keyFile, room)),
  );
  const chain = attempt(`unable to read certificate in ${certificateFile}`, () =>
    readCertificates(certificateFile),
  );
  attempt(`unable to use private key in ${keyFile} with certificate in ${certificateFile}`, () =>
    key.match(chain[0] as Uint8Array),
  );
  return { key, chain };
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Fatal(ExitCode.credentials, `${what}: ${reasonOf(error)}`);
  }
}
