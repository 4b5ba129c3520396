import { readFileSync } from "node:fs";
import { type ConnectionOptions, connect } from "node:tls";
import { SERVER_NAME } from "../support/certificates.ts";
import type { Destination } from "../support/clients.ts";
import { payload } from "../support/payload.ts";

/** What each visitor says, and a server with `cat` answers. */
const MESSAGE = payload("said and answered", 200_000);

const PATIENCE_MS = 5000;

export type Visit =
  /** The whole answer came. */
  | "whole"
  /** A part of it, or nothing, and then an end. */
  | "cut short"
  /** Nothing more came, and no end either. */
  | "stuck"
  /** Bytes that are not of the answer. */
  | "wrong";

/** A client that says something long, half-closes, and hears the answer, for all that comes of it. */
export function visit({ port, authority }: Destination): Promise<Visit> {
  const options: ConnectionOptions & { allowHalfOpen: boolean } = {
    ...{ host: "127.0.0.1", port, servername: SERVER_NAME, allowHalfOpen: true },
    ca: readFileSync(authority.certFile),
  };
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let isStuck = false;
    const client = connect(options, () => client.end(MESSAGE));
    const timer = setTimeout(() => {
      isStuck = true;
      client.destroy();
    }, PATIENCE_MS);
    client.on("data", (chunk: Buffer) => chunks.push(chunk));
    client.on("end", () => client.end());
    client.on("error", () => {});
    client.on("close", () => {
      clearTimeout(timer);
      const heard = Buffer.concat(chunks);
      if (!MESSAGE.subarray(0, heard.length).equals(heard)) resolve("wrong");
      else if (isStuck) resolve("stuck");
      else resolve(heard.length === MESSAGE.length ? "whole" : "cut short");
    });
  });
}
