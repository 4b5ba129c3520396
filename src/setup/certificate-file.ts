import { decodeCertificates } from "../credentials/certificates.ts";
import { type Kept, withFile } from "./read-into.ts";

/**
 * The certificates in a file, in the file's order: PEM with anything around them, or one in DER.
 *
 * @returns each in DER
 * @throws {CredentialsError} if there is none; a system error if the file can't be read
 */
export function readCertificates(path: string, kept?: Kept): Uint8Array[] {
  // The file may hold the private key as well.
  return withFile(path, decodeCertificates, kept);
}
