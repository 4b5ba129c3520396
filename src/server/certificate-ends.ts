import { endOf } from "../credentials/expiry.ts";
import { readCertificates } from "../setup/certificate-file.ts";
import { TlsEnvironment } from "../setup/environment.ts";
import type { Kept } from "../setup/read-into.ts";

/** The variables that name files with certificates of ours, in an order that all processes have. */
export function certificateVariables(env: NodeJS.ProcessEnv): string[] {
  const { files } = new TlsEnvironment(env);
  return [...files.keys()].filter((name) => /^CERTFILE(:|$)/.test(name)).sort();
}

/**
 * When they end, in that order: seconds since 1970.
 *
 * @returns null for one that can't be told, such as of a file that no connection needs
 */
export function certificateEnds(env: NodeJS.ProcessEnv, kept: Kept): (number | null)[] {
  const { files } = new TlsEnvironment(env);
  return certificateVariables(env).map((name) => {
    try {
      const [certificate] = readCertificates(files.get(name) as string, kept);
      const end = endOf(certificate as Uint8Array);
      return end === null ? null : Math.floor(end / 1000);
    } catch {
      return null;
    }
  });
}
