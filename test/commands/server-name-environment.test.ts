/**
 * KEYFILE:x and CERTFILE:x are for s6-tlsd, and prog does not see them unless it is told to; in
 * SSL_TLS_SNI_SERVERNAME it finds the name as the client wrote it.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { namedEnvironment, serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const pairs = namedEnvironment({
  "*.example.com": authority.issue({ name: "*.example.com" }),
  "other.test": authority.issue(),
});

async function environmentOf(line: string): Promise<Record<string, string>> {
  const options = ["-k2", ...words(line)];
  const listener = await serve({ options, environment: pairs, prog: ["env"] });
  const destination = { port: listener.port, authority };
  const client = await connect(destination, {
    servername: "WWW.example.com",
    ecdhCurve: "X25519",
  });
  const lines = (await everything(client)).toString().trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => line.split("=") as [string, string]));
}

const ALWAYS = {
  PATH: process.env["PATH"],
  SSL_PROTOCOL: "TLSv1.3",
  SSL_CIPHER: "TLS_CHACHA20_POLY1305_SHA256",
  SSL_GROUP: "X25519",
  SSL_TLS_SNI_SERVERNAME: "WWW.example.com",
};

it.each(["", "-z", "-Z -z"])("with %j, the pairs are removed", async (line) => {
  expect(await environmentOf(line)).toEqual(ALWAYS);
});

it.each(["-Z", "--keep"])("with %j, they stay", async (line) => {
  expect(await environmentOf(line)).toEqual({ ...ALWAYS, ...pairs });
});
