/**
 * A mail client behind tcpclient and s6-ucspitlsc begins in cleartext, and goes on in TLS with a
 * server that is not ours: stunnel, which does STARTTLS for a mail server that can't.
 */
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { run, start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";
import { mailClient } from "../support/starttls.ts";
import { startTcpserver } from "../support/super-servers.ts";

const authority = Authority.root();
const { keyFile, certFile } = authority.issue();

/** What stunnel talks to: cleartext, one greeting, then an answer to every line. */
const BACKEND = `
  printf '220 backend.test\\r\\n'
  while IFS= read -r line; do
    case $line in
      QUIT*) printf '221 bye\\r\\n'; exit ;;
      *) printf '250 %s\\r\\n' "\${line%?}" ;;
    esac
  done
`;

async function startStunnel(): Promise<number> {
  const backend = await startTcpserver(["sh", "-c", BACKEND], {});
  const lines = ["foreground=yes", "pid=", "debug=info", "[smtp]", "protocol=smtp"];
  lines.push("accept=127.0.0.1:0", `connect=127.0.0.1:${backend.port}`);
  lines.push(`key=${keyFile}`, `cert=${certFile}`, "");
  const stunnel = start(["stunnel4", scratchFile("stunnel.conf", lines.join("\n"))]);
  const port = () => Number(/bound to 127\.0\.0\.1:([0-9]+)/.exec(stunnel.stderr)?.[1]);
  await eventually("stunnel's port", () => port() > 0);
  return port();
}

it.each(["y", "Y"])("%s", async (letters) => {
  const port = await startStunnel();
  const inside = "printf 'NOOP\\r\\nQUIT\\r\\n'; cat >&9; exit 7";
  // With Y, the block comes first, and ends.
  const between = "protocol=$(tr '\\0' '\\n' <&$SSLCTLFD | grep ^SSL_PROTOCOL)";
  const prog = mailClient({ letters, between, inside: `echo "<$protocol>" >&9; ${inside}` });
  const ours = [program("s6-ucspitlsc"), "-k", SERVER_NAME, ...prog];
  const environment = { CAFILE: authority.certFile };
  const command = ["tcpclient", "-HRl0", "127.0.0.1", `${port}`, ...ours];
  const { code, stdout, stderr } = await run(command, { environment });
  expect({ code, stderr }).toEqual({ code: 7, stderr: "" });
  const told = letters === "Y" ? "SSL_PROTOCOL=TLSv1.3" : "";
  expect(stdout).toBe(`<${told}>\n250 NOOP\r\n221 bye\r\n`);
});
