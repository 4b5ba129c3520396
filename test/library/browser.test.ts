import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BOTH_ROLES, credentialsFor, OUTCOME } from "../support/both-roles.ts";
import { Authority } from "../support/certificates.ts";
import { domOf } from "../support/chromium.ts";
import { bearhug, listening, pairOf, type TlsStream } from "../support/library.ts";

const dist = join(import.meta.dirname, "../../dist");
const authority = Authority.root();
const pair = pairOf(authority.issue());

/** The load is not over before the worker has said what came of it. */
const PAGE = `<!doctype html><title>Bearhug</title>
<p id="script">no script ran</p><p id="worker">no worker ran</p>
<script>
document.getElementById("script").textContent = "a script ran";
new Worker("/worker.js", { type: "module" }).onerror = (e) => fetch("/result", { method: "POST", body: e.message });
</script>
<script src="/when-there-is-a-result.js"></script>`;

/** Both roles in one worker, joined in memory. */
const WORKER = `
import { createSecureContext } from "/engine.js";
import { bothRoles } from "/both-roles.js";
const load = (name) => WebAssembly.compileStreaming(fetch(name));
const modules = { engine: await load("/engine.wasm"), keeper: await load("/keeper.wasm") };
const { servername, ...credentials } = await (await fetch("/credentials.json")).json();
const result = bothRoles({ createSecureContext, modules, credentials, servername });
await fetch("/result", { method: "POST", body: typeof process + ": " + result });
`;

const FILES: Record<string, [type: string, content: string | Uint8Array]> = {
  "/": ["text/html", PAGE],
  "/worker.js": ["text/javascript", WORKER],
  "/both-roles.js": ["text/javascript", readFileSync(BOTH_ROLES)],
  "/engine.js": ["text/javascript", readFileSync(join(dist, "engine.js"))],
  "/engine.wasm": ["application/wasm", readFileSync(join(dist, "engine.wasm"))],
  "/keeper.wasm": ["application/wasm", readFileSync(join(dist, "keeper.wasm"))],
  "/credentials.json": ["application/json", JSON.stringify(credentialsFor(authority))],
};

describe("a browser", () => {
  test("loads a page over our TLS 1.3, and runs our engine in a worker", async () => {
    const suites = new Set<string>();
    let tell: (result: string) => void = () => {};
    const result = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const { url = "", socket } = request;
      const { protocol, cipher } = socket as unknown as TlsStream;
      suites.add(`${protocol} ${cipher}`);
      if (url === "/result") {
        request.setEncoding("utf8").on("data", tell);
        response.end();
        return;
      }
      if (url === "/when-there-is-a-result.js") {
        const shown = JSON.stringify(await result);
        response.end(`document.getElementById("worker").textContent = ${shown};`);
        return;
      }
      const [type, content] = FILES[url] ?? ["text/plain", "nothing here"];
      response.setHeader("content-type", type).end(content);
    };
    const http = createServer((request, response) => void answer(request, response));
    const options = { ...pair, ALPNProtocols: ["http/1.1"] };
    const server = bearhug.createServer(options, (stream) => http.emit("connection", stream));
    const port = await listening(server);

    const dom = await domOf({ port, cert: pair.cert });

    expect([...suites]).toEqual(["TLSv1.3 TLS_CHACHA20_POLY1305_SHA256"]);
    expect(dom).toContain('<p id="script">a script ran</p>');
    expect(dom).toContain(`<p id="worker">undefined: ${OUTCOME}</p>`);
  }, 90_000);
});
