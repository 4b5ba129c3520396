import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Authority } from "../support/certificates.ts";
import { scratchFile } from "../support/scratch.ts";
import { repository } from "./page.ts";

/** What stands in for the files, names and ports of a page, in a folder of its own. */
export class StandIns {
  readonly folder = scratchFile("page");
  readonly environment: Record<string, string>;
  private readonly table: readonly (readonly [string | RegExp, string])[];

  constructor(
    authority: Authority,
    readonly port: number,
  ) {
    const { folder } = this;
    const programs = join(folder, ".programs");
    mkdirSync(programs, { recursive: true });
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(repository, join(folder, "node_modules/bearhug"));
    symlinkSync(join(repository, "examples"), join(folder, "examples"));
    symlinkSync(join(repository, "dist"), join(folder, "dist"));
    writeFileSync(join(programs, "my-http-responder"), HTTP_RESPONDER);
    chmodSync(join(programs, "my-http-responder"), 0o755);
    this.environment = { PATH: `${join(repository, "bin")}:${programs}:${process.env["PATH"]}` };

    // As docs/library.md says.
    const server = authority.issue();
    copyFileSync(server.keyFile, join(folder, "server.key"));
    copyFileSync(server.certFile, join(folder, "server.pem"));
    copyFileSync(authority.certFile, join(folder, "ca.pem"));

    const example = authority.issue({ name: "localhost" });
    const www = authority.issue({ name: "www.localhost" });
    this.table = [
      ["/etc/ssl/private/example.key", example.keyFile],
      ["/etc/ssl/certs/example.pem", example.certFile],
      ["/etc/ssl/private/www.key", www.keyFile],
      ["/etc/ssl/certs/www.pem", www.certFile],
      ["/etc/ssl/certs/example-ca.pem", authority.certFile],
      ["CAFILE=system", `CAFILE=${authority.certFile}`],
      ["/run/service", join(folder, "service")],
      ["https://example.com/", `https://localhost:${port}/`],
      // www.example.com becomes www.localhost, for which there is a certificate, too.
      ["example.com", "localhost"],
      [/\b443\b/, `${port}`],
    ];
  }

  replaceIn(text: string): string {
    return this.table.reduce((replaced, [from, to]) => replaced.split(from).join(to), text);
  }
}

/** Reads a request's head, and answers with what it knows of the client. */
const HTTP_RESPONDER = `#!/bin/sh
cr=$(printf '\\r')
while IFS= read -r line; do [ "$line" = "$cr" ] && break; done
printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n'
echo "It works, over $SSL_PROTOCOL."
[ -z "$SSL_PEER_CERT_SUBJECT" ] || echo "You are $SSL_PEER_CERT_SUBJECT."
`;
