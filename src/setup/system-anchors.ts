import { statSync } from "node:fs";
import { decodeCertificates } from "../credentials/certificates.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { keepsTrustInStore, storedCertificates } from "../io/platform.ts";
import { readCertificates } from "./certificate-file.ts";

/** Where systems keep their bundle: Debian, Fedora, SUSE, Alpine and macOS, FreeBSD. */
export const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
  "/usr/local/share/certs/ca-root-nss.crt",
];

/** What the operator calls it when Node has asked the system. */
const STORE = "the system's store";

/**
 * The CAs of the operating system. A bundle is read in a millisecond, and Node takes 100: it is asked
 * where a store holds more than files do, and where no bundle is at its usual place.
 *
 * @throws {CredentialsError} if there are none
 */
export function systemAnchors(): { readonly where: string; readonly found: Uint8Array[] } {
  const bundle = BUNDLES.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  const stored = keepsTrustInStore || bundle === undefined ? storedCertificates() : null;
  if (stored !== null && stored.length > 0) {
    return { where: STORE, found: decodeCertificates(Buffer.from(stored.join("\n"))) };
  }
  if (bundle !== undefined) return { where: bundle, found: readCertificates(bundle) };
  const remedy = "set CAFILE to a file, or take Node 22.15 or later";
  throw new CredentialsError(`none of ${BUNDLES.join(", ")} is there; ${remedy}`);
}
