import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { drain, feed } from "../engine/instances.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { pairOf, thrownBy } from "../support/library.ts";
import { payload } from "../support/payload.ts";
import { builtModule } from "../support/sandboxes.ts";

/** TLS without I/O, as it was built. */

const bundle = join(import.meta.dirname, "../../dist/engine.js");
const { createSecureContext, TlsError } = (await import(
  bundle
)) as typeof import("../../src/engine.ts");

const authority = Authority.root();
const pair = pairOf(authority.issue());
const ca = readFileSync(authority.certFile);
const modules = { engine: builtModule("engine"), keeper: builtModule("keeper") };

type Engine = ReturnType<ReturnType<typeof createSecureContext>["serverEngine"]>;

function settle(client: Engine, server: Engine): void {
  type Some = Parameters<typeof feed>[0];
  const pass = (from: Engine, to: Engine) =>
    feed(to as Some, "recvrec", drain(from as Some, "sendrec"));
  while (pass(client, server) > 0 || pass(server, client) > 0);
}

describe("the engine's bundle", () => {
  test("imports nothing, and names nothing that only Node has but where it asks first", () => {
    const code = readFileSync(bundle, "utf8");
    expect(code).not.toMatch(/\bimport\b\s*[({"'*\w]/);
    expect(code).not.toMatch(/\brequire\b|\bprocess\b|node:/);
    expect(code).toContain("typeof Buffer");
  });

  test("runs both roles, with names, protocols and certificates of both sides", () => {
    const clients = Authority.root();
    const mine = pairOf(clients.issue({ name: "me.test" }));
    const shared = { modules, ALPNProtocols: ["x"] };
    const server = createSecureContext({
      ...shared,
      contexts: { [SERVER_NAME]: pair },
      ca: readFileSync(clients.certFile, "utf8"),
    }).serverEngine({ requestCert: true });
    const client = createSecureContext({ ...shared, ...mine, ca }).clientEngine({
      servername: SERVER_NAME,
    });
    settle(client, server);
    expect(server.session()).toMatchObject({
      protocol: "TLSv1.3",
      serverName: SERVER_NAME,
      protocolName: "x",
    });
    expect(server.session().peer?.names.map(({ kind }) => kind)).toContain("CN");
    const said = payload("said", 10_000);
    expect(feed(client as never, "sendapp", said)).toBe(said.length);
    client.flush();
    settle(client, server);
    expect(drain(server as never, "recvapp").equals(said)).toBe(true);
  });

  test("tells why a connection failed, by BearSSL's names", () => {
    const other = readFileSync(join(import.meta.dirname, "../recorded/root.pem"));
    const server = createSecureContext({ modules, ...pair }).serverEngine();
    const client = createSecureContext({ modules, ca: other }).clientEngine({
      servername: SERVER_NAME,
    });
    settle(client, server);
    expect(client.error).toMatchObject({ reason: "X509_NOT_TRUSTED", side: "peer" });
    expect(server.error?.message).toBe("the peer sent the alert unknown_ca");
  });

  test("wants modules of its own build", () => {
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const error = thrownBy(() => createSecureContext({ modules: { ...modules, engine: empty } }));
    expect(error).toBeInstanceOf(TlsError);
    expect(error).toMatchObject({ code: "ERR_BEARHUG_WRONG_MODULE", side: "configuration" });
    expect(error.message).toMatch(
      /^modules\.engine can't be used: it is no module of bearhug, and bearhug [0-9.]+ \([0-9a-f]+\) is needed$/,
    );
  });

  test("wants options of the right types", () => {
    const wrong = { modules: undefined as never };
    expect(thrownBy(() => createSecureContext(wrong))).toMatchObject({
      code: "ERR_INVALID_ARG_TYPE",
    });
    const context = createSecureContext({ modules, ca });
    expect(thrownBy(() => context.clientEngine({ servername: 1 as never }))).toMatchObject({
      code: "ERR_INVALID_ARG_TYPE",
    });
  });
});
