import { createHash, X509Certificate } from "node:crypto";
import { SERVER_NAME } from "./certificates.ts";
import { run } from "./processes.ts";
import { scratchFile } from "./scratch.ts";

export interface Visit {
  readonly port: number;
  /** PEM. Chromium believes this one, whatever its issuer; the rest of TLS is as ever. */
  readonly cert: string | Uint8Array;
}

/** What a page is like once it has loaded, with all its scripts: the DOM as HTML. */
export async function domOf({ port, cert }: Visit): Promise<string> {
  const { stdout, stderr } = await run(
    [
      ...["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      ...["--no-first-run", "--disable-background-networking", "--disable-component-update"],
      `--user-data-dir=${scratchFile("chromium")}`,
      `--ignore-certificate-errors-spki-list=${keyHash(cert)}`,
      `--host-resolver-rules=MAP ${SERVER_NAME} 127.0.0.1`,
      ...["--dump-dom", `https://${SERVER_NAME}:${port}/`],
    ],
    { patience: 60_000, environment: { HOME: scratchFile("home") } },
  );
  if (!stdout.includes("<html")) throw new Error(`no page: ${stdout}${stderr}`);
  return stdout;
}

function keyHash(cert: string | Uint8Array): string {
  const key = new X509Certificate(cert as string).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}
