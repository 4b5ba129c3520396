/**
 * Mail clients behind tcpclient and s6-ucspitlsc agree with a real mail server, nginx, on TLS, each in
 * the words of its protocol, and go on in it.
 */
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { program } from "../support/service.ts";
import { ENTER_TUNNEL, mailClient } from "../support/starttls.ts";
import { nginxMail } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Of a protocol in which every answer has one line: the words before TLS, and those in it. */
function client(before: string, inside: string): string[] {
  const agree = `read -r greeting <&6; printf '${before}\\r\\n' >&7; read -r agreed <&6`;
  const start = "printf y >&$SSLCTLFD; exec 9>&1";
  return ["sh", "-c", [agree, start, ENTER_TUNNEL, inside].join("\n")];
}

it.each([
  [
    "smtp",
    mailClient({ inside: "printf 'NOOP\\r\\nQUIT\\r\\n'; cat >&9" }),
    "250 2.0.0 OK\r\n221 2.0.0 Bye\r\n",
  ],
  [
    "imap",
    client("a STARTTLS", "printf 'b NOOP\\r\\nc LOGOUT\\r\\n'; cat >&9"),
    "b OK completed\r\n* BYE\r\nc OK completed\r\n",
  ],
  ["pop3", client("STLS", "printf 'NOOP\\r\\nQUIT\\r\\n'; cat >&9"), "+OK\r\n+OK\r\n"],
] as const)("%s", async (protocol, prog, answer) => {
  const { port } = await nginxMail(credentials, protocol);
  const ours = [program("s6-ucspitlsc"), "-k", SERVER_NAME, ...prog];
  const environment = { CAFILE: authority.certFile };
  const command = ["tcpclient", "-HRl0", "127.0.0.1", `${port}`, ...ours];
  expect(await run(command, { environment })).toMatchObject({
    code: 0,
    stdout: answer,
    stderr: "",
  });
});
