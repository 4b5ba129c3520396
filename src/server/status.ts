import { createServer, type Server, type Socket } from "node:net";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import { removeStale } from "../io/stale-socket.ts";
import { type Metric, render } from "./metrics.ts";

/** Bytes of a request. */
const REQUEST_MAX = 8192;

/** How long one may take, with its answer: milliseconds. */
const PATIENCE = 5000;

/** Requests at once; more are hung up on. */
const AT_ONCE = 16;

const TYPES = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  text: "text/plain; version=0.0.4; charset=utf-8",
} as const;

export interface StatusSettings {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Does it take connections? */
  readonly isReady: () => boolean;
  readonly metrics: () => readonly Metric[];
}

interface Answer {
  readonly status: string;
  readonly type?: string;
  readonly body: string;
}

/** `--status`: /healthz, /readyz and /metrics by HTTP, one request a connection. */
export class Status {
  private readonly server: Server;
  private open = 0;

  constructor(private readonly settings: StatusSettings) {
    this.server = createServer((socket) => this.accept(socket));
  }

  /** @throws {SystemFailure} (the promise) */
  async listen(): Promise<void> {
    const { address } = this.settings;
    if ("path" in address) await removeStale(address.path);
    const where = "path" in address ? address.path : `${address.host} port ${address.port}`;
    return new Promise((resolve, reject) => {
      this.server.once("error", (error) => {
        reject(new SystemFailure(`unable to listen on ${where} (--status)`, error));
      });
      this.server.listen({ ...address }, () => {
        // Running out of descriptors is no reason to end.
        this.server.on("error", () => {});
        resolve();
      });
    });
  }

  close(): void {
    this.server.close();
  }

  private accept(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    if (this.open >= AT_ONCE) {
      socket.destroy();
      return;
    }
    this.open++;
    const timer = setTimeout(() => socket.destroy(), PATIENCE);
    socket.on("close", () => {
      this.open--;
      clearTimeout(timer);
    });
    let request = "";
    const hear = (chunk: Buffer) => {
      request += chunk.toString("latin1");
      if (request.length <= REQUEST_MAX && !/\r?\n\r?\n/.test(request)) return;
      socket.off("data", hear);
      // What else comes is dropped: a reset would overtake the answer.
      socket.resume();
      socket.end(written(request, this.answer(request)));
    };
    socket.on("data", hear);
  }

  private answer(request: string): Answer {
    if (request.length > REQUEST_MAX) {
      return { status: "431 Request Header Fields Too Large", body: "too long\n" };
    }
    const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]\r?\n/.exec(request) ?? [];
    if (target === undefined) return { status: "400 Bad Request", body: "not HTTP/1.1\n" };
    if (method !== "GET" && method !== "HEAD") {
      return { status: "405 Method Not Allowed", body: "GET or HEAD\n" };
    }
    return this.page(target.replace(/\?.*$/, ""), request);
  }

  private page(path: string, request: string): Answer {
    if (path === "/healthz") return { status: "200 OK", body: "ok\n" };
    if (path === "/readyz") {
      return this.settings.isReady()
        ? { status: "200 OK", body: "ready\n" }
        : { status: "503 Service Unavailable", body: "not ready\n" };
    }
    if (path === "/metrics") return this.metrics(request);
    return { status: "404 Not Found", body: "there are /healthz, /readyz and /metrics\n" };
  }

  private metrics(request: string): Answer {
    const wants = /^accept:.*application\/openmetrics-text/im.test(request);
    const format = wants ? "openmetrics" : "text";
    try {
      const body = render(this.settings.metrics(), format);
      return { status: "200 OK", type: TYPES[format], body };
    } catch (error) {
      return { status: "500 Internal Server Error", body: `${reasonOf(error)}\n` };
    }
  }
}

function written(request: string, { status, type = "text/plain", body }: Answer): string {
  const head = [
    `HTTP/1.1 ${status}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${request.startsWith("HEAD ") ? "" : body}`;
}
