import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./ports.ts";
import { start } from "./processes.ts";
import { scratch, scratchFile } from "./scratch.ts";

export interface ProxyCall {
  /** Where it goes on to. */
  readonly port: number;
  /** How it tells who the client is. */
  readonly says: "v1" | "v2" | "v2-tls";
  /**
   * A file with a key and its certificates: clients have TLS with the proxy. Words of HAProxy's about
   * the clients' certificates may follow.
   */
  readonly pem?: string;
}

/** Debian's HAProxy in front of a server: its port. */
export async function startHaproxy({ port, says, pem }: ProxyCall): Promise<number> {
  const own = await freePort();
  const options = {
    v1: "send-proxy",
    v2: "send-proxy-v2",
    "v2-tls": "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,authority",
  }[says];
  const bind = pem === undefined ? "" : ` ssl crt ${pem}`;
  const file = scratchFile(
    "haproxy.cfg",
    `global
  maxconn 100
defaults
  mode tcp
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend in
  bind 127.0.0.1:${own}${bind}
  default_backend out
backend out
  server ours 127.0.0.1:${port} ${options}
`,
  );
  start(["haproxy", "-db", "-f", file]);
  await answering(own);
  return own;
}

/** Debian's nginx in front of a server, with its stream module: its port. It says version 1. */
export async function startNginxStream(port: number): Promise<number> {
  const own = await freePort();
  const file = scratchFile(
    "nginx.conf",
    `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
user root;
pid ${scratch}/nginx-stream.pid;
error_log stderr;
events {}
stream { server { listen 127.0.0.1:${own}; proxy_pass 127.0.0.1:${port}; proxy_protocol on; } }
`,
  );
  start(["/usr/sbin/nginx", "-c", file]);
  await answering(own);
  return own;
}

/** A process that listens takes connections; one that is about to, refuses them. */
export async function answering(port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`no proxy listens on port ${port}`);
    await sleep(20);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
