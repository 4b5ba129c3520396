/**
 * A client that was here before shows its certificate again: no session is taken up in its place.
 */
import { readFileSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { connect, exchange, TLS12 } from "../support/clients.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root();
const environment = { CAFILE: root.certFile };
const client = root.issue();
const shown = { cert: readFileSync(client.certFile), key: readFileSync(client.keyFile) };

it("in TLS 1.2, a session of before is not taken up again in place of a certificate", async () => {
  const listener = await serve({
    credentials,
    environment,
    options: ["-yS"],
    prog: ["cat"],
  });
  const destination = { port: listener.port, authority };
  const socket = await connect(destination, { ...TLS12, ...shown });
  const session = sessionOf(socket);
  await exchange(socket, "");
  const again = connect(destination, { ...TLS12, session });
  await expect(again).rejects.toMatchObject({ code: "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE" });
});

function sessionOf(socket: TLSSocket): Buffer {
  const session = socket.getSession();
  if (session === undefined) throw new Error("no session");
  return session;
}
