/** What a handshake of a chosen version tells prog. */
import { expect } from "vitest";
import { openssl } from "../../support/clients.ts";
import { authority, open } from "../visit.ts";

export const VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

export async function tellsProtocol(version: (typeof VERSIONS)[number]): Promise<void> {
  const prog = ["printenv", "SSL_PROTOCOL"];
  const { port } = await open({ options: "--tls-profile=legacy", prog });
  const flag = version.toLowerCase().replace("v", "").replace(".", "_");
  const options = [`-${flag}`, "-cipher", "ALL:@SECLEVEL=0"];
  expect((await openssl({ port, authority }, options)).stdout).toBe(`${version}\n`);
}
