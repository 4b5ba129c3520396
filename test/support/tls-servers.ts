import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import {
  createSecureContext,
  type SecureContextOptions,
  TLSSocket,
  type TLSSocketOptions,
} from "node:tls";
import { afterEach } from "vitest";
import { SERVER_NAME } from "./certificates.ts";
import { connectRaw } from "./clients.ts";
import { eventually, within } from "./limits.ts";
import { freePort } from "./ports.ts";
import { type Running, start } from "./processes.ts";
import { scratch, scratchFile } from "./scratch.ts";
import { Wire } from "./wire.ts";

/** Other people's TLS servers, for our client; each is killed when its test ends. */
export interface TlsServer {
  readonly port: number;
  readonly running: Running;
}

/** The files of a server; `chainFile` has the intermediates where the program wants them apart. */
export interface ServerFiles {
  readonly keyFile: string;
  readonly certFile: string;
  readonly chainFile?: string | null;
}

/** What it says to a client is what it reads from its standard input. */
export async function opensslServer(
  files: ServerFiles,
  options: readonly string[] = [],
): Promise<TlsServer> {
  const { keyFile, certFile, chainFile } = files;
  const running = start([
    ...["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certFile, "-key", keyFile],
    ...(chainFile == null ? [] : ["-cert_chain", chainFile]),
    ...options,
  ]);
  const port = () => Number(/^ACCEPT 127\.0\.0\.1:([0-9]+)/m.exec(running.stdout)?.[1]);
  await eventually("s_server's port", () => port() > 0 || running.isOver);
  if (running.isOver) throw new Error(running.stderr);
  return { port: port(), running };
}

/** One that sends each line back, the last character first. */
export function reversingServer(
  files: ServerFiles,
  options: readonly string[] = [],
): Promise<TlsServer> {
  return opensslServer(files, ["-rev", ...options]);
}

/** gnutls-serv, which sends everything back. */
export async function gnutlsServer(
  { keyFile, certFile }: ServerFiles,
  options: readonly string[] = [],
): Promise<TlsServer> {
  const port = await freePort();
  const running = start([
    ...["gnutls-serv", "--echo", "--port", `${port}`],
    ...(options.includes("--require-client-cert") ? [] : ["--disable-client-cert"]),
    ...["--x509keyfile", keyFile, "--x509certfile", certFile, ...options],
  ]);
  await listening(port, running);
  return { port, running };
}

/** nginx, which answers every request with the suite and the name of the client. */
export async function nginx({ keyFile, certFile }: ServerFiles, more = ""): Promise<TlsServer> {
  const port = await freePort();
  const configuration = scratchFile(
    "nginx.conf",
    `
    daemon off; master_process off; pid ${scratch}/nginx.pid; error_log stderr;
    events {}
    http {
      access_log off; client_body_temp_path ${scratch}; proxy_temp_path ${scratch};
      fastcgi_temp_path ${scratch}; uwsgi_temp_path ${scratch}; scgi_temp_path ${scratch};
      server {
        listen 127.0.0.1:${port} ssl; server_name ${SERVER_NAME};
        ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; ${more}
        location / { return 200 "nginx: $ssl_protocol $ssl_cipher $ssl_server_name $ssl_client_verify\\n"; }
      }
    }`,
  );
  const running = start(["/usr/sbin/nginx", "-e", "stderr", "-c", configuration]);
  await listening(port, running);
  return { port, running };
}

/** nginx as a mail server, as far as to where one logs in; with STARTTLS. */
export async function nginxMail(
  { keyFile, certFile }: ServerFiles,
  protocol: "smtp" | "imap" | "pop3",
): Promise<TlsServer> {
  const port = await freePort();
  const configuration = scratchFile(
    "nginx-mail.conf",
    `
    load_module /usr/lib/nginx/modules/ngx_mail_module.so;
    daemon off; master_process off; pid ${scratch}/nginx-mail.pid; error_log stderr;
    events {}
    mail {
      server_name mail.test; auth_http 127.0.0.1:9/;
      ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
      server { listen 127.0.0.1:${port}; protocol ${protocol}; starttls only; }
    }`,
  );
  const running = start(["/usr/sbin/nginx", "-e", "stderr", "-c", configuration]);
  await listening(port, running);
  return { port, running };
}

/** stunnel in front of a shell script. */
export async function stunnel(
  { keyFile, certFile }: ServerFiles,
  script: string,
): Promise<TlsServer> {
  const port = await freePort();
  const configuration = scratchFile(
    "stunnel.conf",
    `
    foreground = yes
    pid =
    [story]
    accept = 127.0.0.1:${port}
    cert = ${certFile}
    key = ${keyFile}
    exec = /bin/sh
    execArgs = sh ${scratchFile("script", script)}
    `.replaceAll(/^ +/gm, ""),
  );
  const running = start(["stunnel4", configuration]);
  await listening(port, running);
  return { port, running };
}

/** A TCP server that is no more than that: `greet` has each connection. */
export async function plainServer(greet: (socket: Socket) => void): Promise<{ port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.add(socket);
    socket.on("error", () => {});
    greet(socket);
  });
  return { port: await listen(server) };
}

/** The next connection to a port of our own. */
export async function nextConnection(): Promise<{ port: number; socket: Promise<Socket> }> {
  let arrive: (socket: Socket) => void = () => {};
  const socket = new Promise<Socket>((resolve) => {
    arrive = resolve;
  });
  const { port } = await plainServer(arrive);
  return { port, socket: within(10_000, "a connection", socket) };
}

/** Node's TLS server for one connection, over a wire that the test can watch and break. */
export async function serverByWire(
  { keyFile, certFile }: ServerFiles,
  versions: SecureContextOptions = {},
): Promise<WiredServer> {
  const { port, socket } = await nextConnection();
  const connection = socket.then((tcp) => {
    const wire = new Wire(tcp);
    const context = { key: readFileSync(keyFile), cert: readFileSync(certFile), ...versions };
    const settings = { isServer: true, secureContext: createSecureContext(context) };
    const server = new TLSSocket(wire, { ...settings, allowHalfOpen: true } as TLSSocketOptions);
    server.on("error", () => {});
    return { server, wire };
  });
  return { port, connection };
}

export interface WiredServer {
  readonly port: number;
  readonly connection: Promise<{ readonly server: TLSSocket; readonly wire: Wire }>;
}

function listen(server: Server): Promise<number> {
  opened.add(server);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

/** Waits until a server answers there. */
async function listening(port: number, running: Running): Promise<void> {
  for (let left = 500; left > 0 && !running.isOver; left--) {
    try {
      (await connectRaw(port)).destroy();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error(`no server: ${running.stdout}${running.stderr}`);
}

const opened = new Set<Server>();
const accepted = new Set<Socket>();

afterEach(() => {
  for (const socket of accepted) socket.destroy();
  for (const server of opened) server.close();
  accepted.clear();
  opened.clear();
});
