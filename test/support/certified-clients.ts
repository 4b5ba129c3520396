import type { ClientCredentials } from "./client-authority.ts";
import { type Destination, openssl, type VERSIONS } from "./clients.ts";
import type { Ended } from "./processes.ts";
import type { Guarded } from "./refusals.ts";

/** Clients that show a certificate, and what they hear when it isn't taken. */

/** The arguments with which openssl s_client shows a certificate and those of its issuers. */
export function opensslCertificate({ certFile, keyFile, chainFile }: ClientCredentials): string[] {
  return [
    ...["-cert", certFile, "-key", keyFile],
    ...(chainFile === null ? [] : ["-cert_chain", chainFile]),
    // Whether keys and signatures are strong enough is for the server to say.
    ...["-cipher", "ALL:@SECLEVEL=0"],
  ];
}

export interface Refusal {
  /** The alert's name, as OpenSSL has it. */
  alert: string;
  code: number | null;
  /** What is behind `s6-tlsd: fatal: ` on standard error, a single line. */
  message: string;
}

export interface Caller {
  authority: Destination["authority"];
  /** null: it has no certificate. */
  client: ClientCredentials | null;
  version?: (typeof VERSIONS)[number];
}

const VERSION_OPTION = { "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3" } as const;

/** What comes of showing a certificate, or none, to a server whose program must not run. */
export async function refusalOf(
  { listener, refusal }: Guarded,
  { authority, client, version = "TLSv1.3" }: Caller,
): Promise<Refusal> {
  const destination = { port: listener.port, authority };
  const shown = client === null ? [] : opensslCertificate(client);
  const heard = await openssl(destination, [VERSION_OPTION[version], ...shown]);
  const { code, stderr } = await refusal();
  const [, message = `no such line: ${stderr}`] = /^s6-tlsd: fatal: (.*)\n$/.exec(stderr) ?? [];
  return { alert: alertIn(heard), code, message };
}

/** The alert that ended a handshake. */
function alertIn({ stderr }: Ended): string {
  const [, alert = `no alert in: ${stderr}`] = /alert ([a-z ]+):/.exec(stderr) ?? [];
  return alert;
}
