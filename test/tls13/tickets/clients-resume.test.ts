/** The clients that people have resume sessions with our server, each in its own way. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { jsse } from "../../peers/jsse.ts";
import { Authority, SERVER_NAME } from "../../support/certificates.ts";
import { domOf } from "../../support/chromium.ts";
import { gnutls } from "../../support/clients.ts";
import { everything, run } from "../../support/processes.ts";
import { startServer } from "../../support/server.ts";
import { serve } from "../../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

function serving(text: string) {
  const options = ["-v", "-S", "--tls-profile", "strict"];
  return startServer({ authority, credentials, options, prog: ["printf", text] });
}

it("GnuTLS", async () => {
  const server = await serving("[$SSL_SESSION_REUSED]");
  const options = ["--resume", "--waitresumption"];
  const { stdout } = await gnutls(server, { options });
  expect(stdout).toContain("*** This is a resumed session");
  await server.logged(/closed: .* resumed, /, 1);
});

it("curl", async () => {
  const server = await serving(
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
  );
  const url = `https://${SERVER_NAME}:${server.port}/`;
  const { stdout } = await run([
    ...["curl", "-sS", "--cacert", authority.certFile],
    ...["--resolve", `${SERVER_NAME}:${server.port}:127.0.0.1`, url, url, url],
  ]);
  expect(stdout).toBe("hihihi");
  await server.logged(/closed: .* resumed, /, 2);
});

it("Node, from one connection to the next", async () => {
  const server = await serving("hello");
  const visit = async (session?: Buffer): Promise<{ socket: TLSSocket; next: Buffer }> => {
    const socket = connectTls({
      ...{ host: "127.0.0.1", port: server.port, servername: SERVER_NAME },
      ...{ ca: readFileSync(authority.certFile), ...(session && { session }) },
    });
    const next = once(socket, "session");
    expect((await everything(socket)).toString()).toBe("hello");
    return { socket, next: (await next)[0] as Buffer };
  };
  const first = await visit();
  expect(first.socket.isSessionReused()).toBe(false);
  const second = await visit(first.next);
  expect(second.socket.isSessionReused()).toBe(true);
  expect((await visit(second.next)).socket.isSessionReused()).toBe(true);
});

/** Each connection has an s6-tlsd of its own: what one process sealed, another one opens. */
async function processEach(script: string) {
  const options = ["-S", "--tls-profile", "strict"];
  return serve({ credentials, options, prog: ["sh", "-c", script] });
}

it("the JDK's JSSE, from one s6-tlsd to the next", { timeout: 60_000 }, async () => {
  const { port } = await processEach('cat >/dev/null; echo "[$SSL_SESSION_REUSED]"');
  const call = { port, authority, version: "TLSv1.3", say: "hello\n", times: 3 } as const;
  expect(await jsse.ask(call)).toBe("[]\n[1]\n[1]\n");
});

it("Chromium, from one s6-tlsd to the next", { timeout: 90_000 }, async () => {
  const head = "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nCache-Control: no-store\\r\\n";
  const ask =
    "x=new XMLHttpRequest();x.open('GET','/'+n,false);x.send();document.write(x.responseText)";
  const page = `<html><body><script>for(n=0;n<4;n++){${ask}}</script></body></html>`;
  const { port } = await processEach(`
    read -r method path rest
    while read -r line; do case "$line" in ?) break;; esac; done
    printf '${head}Content-Type: text/html\\r\\n\\r\\n'
    case $path in /) echo "${page}";; *) echo "[$SSL_SESSION_REUSED]";; esac`);
  const dom = await domOf({ port, cert: readFileSync(credentials.certFile) });
  expect(dom).toContain("[1]");
});
