/**
 * What a server of TLS 1.3 does wrong has the alert that the RFC names, once, under the keys of the
 * moment, and then an EOF; and our client fails. Before the handshake is done no key is in use.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../../support/certificates.ts";
import { bearhug, failureOf } from "../../support/library.ts";
import { nextConnection } from "../../support/tls-servers.ts";
import { ALERT, LEVEL } from "../peer/numbers.ts";
import { Tls13Server } from "../peer/server.ts";
import { misdeedsInConversation } from "./servers/in-conversation.ts";
import { misdeedsInFlight } from "./servers/in-flight.ts";
import { misdeedsInHello, misdeedsInOlderHello } from "./servers/in-hello.ts";
import { misdeedsInRetry } from "./servers/in-retry.ts";
import type { Misdeed } from "./servers/misdeed.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const certificates = [derCertificate(credentials.certFile)];

describe.each<[string, readonly Misdeed[]]>([
  ["in the hello", misdeedsInHello],
  ["in the hello of an older version", misdeedsInOlderHello],
  ["a retry", misdeedsInRetry],
  ["in the handshake", misdeedsInFlight],
  ["in the conversation", misdeedsInConversation],
])("%s", (when, all) => {
  it.each(all)("$what: $alert", async ({ commit, alert, settings, options }) => {
    const { port, socket } = await nextConnection();
    const stream = bearhug.connect({
      ...{ host: "127.0.0.1", port, servername: SERVER_NAME, ca },
      ...{ ALPNProtocols: ["http/1.1"], ...options },
    });
    let isSecure = false;
    stream.once("secureConnect", () => {
      isSecure = true;
    });
    const failed = failureOf(stream);
    const server = new Tls13Server(await socket, {
      ...{ certificates, key: credentials.key, suites: [0x1303], ...settings },
    });
    await commit(server);
    const heard = await server.lastWords();
    const sealed = server.handshake !== null;
    const expected = { level: LEVEL.fatal, description: ALERT[alert], sealed };
    expect(heard).toEqual([expected]);
    expect(server.records.wasReset).toBe(false);
    server.records.socket.end();
    expect((await failed).message).toContain(`sent the alert ${inWords(alert)}`);
    expect(isSecure).toBe(when === "in the conversation");
  });
});

/** record_overflow for recordOverflow. */
function inWords(alert: string): string {
  return alert.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
