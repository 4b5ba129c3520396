import { readFileSync } from "node:fs";
import type { Profile } from "../../src/sandbox/engine-settings.ts";
import type { Authority, Credentials } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";

/** testssl.sh (Debian's) against s6-tlsserver with one profile: its report, as it is. */

export interface Finding {
  /** What was looked at: `LUCKY13`, `cipher_order`. */
  id: string;
  severity: string;
  finding: string;
}

/**
 * As it should be, or neither good nor bad; or about testssl itself, which would like an OpenSSL
 * with GOST.
 */
export function isHarmless({ id, severity }: Finding): boolean {
  return severity === "OK" || severity === "INFO" || id === "engine_problem";
}

interface Scan {
  profile: Profile;
  authority: Authority;
  credentials: Credentials;
  /** The sections of testssl to run. */
  sections: readonly string[];
}

export async function testssl(scan: Scan): Promise<Finding[]> {
  const server = await startServer({
    ...{ authority: scan.authority, credentials: scan.credentials },
    options: ["-S", "--tls-profile", scan.profile],
    prog: ["sh", "-c", 'read -r request; printf "HTTP/1.0 200 OK\\r\\n\\r\\n"'],
    patience: PATIENCE_MS,
  });
  const report = scratchFile("testssl.json");
  const ended = await run(
    [
      ...["testssl", "--warnings", "batch", "--nodns", "none", "--color", "0"],
      // `localhost` would be looked up, and might be scanned twice: as ::1, too.
      ...["--ip", "127.0.0.1", "--add-ca", scan.authority.certFile, "--jsonfile", report],
      ...[...scan.sections, `https://localhost:${server.port}`],
    ],
    { patience: PATIENCE_MS },
  );
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch (cause) {
    throw new Error(`testssl has made no report: ${ended.stdout}${ended.stderr}`, { cause });
  }
}

/** Most of its time it waits; on a busy machine it waits for longer. */
export const PATIENCE_MS = 300_000;
