/**
 * What a client's certificate says is passed on by s6-tlsd-io on its notification's descriptor, and
 * by an engine with other privileges to the program that has ours.
 */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { connect, exchange } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root();
const client = root.intermediate().issue({
  subject: name(["CN", "Alice\0"]),
  extensions: [extension.alternativeNames(["email", "alice@one.test"])],
});
const environment = { CAFILE: root.certFile };
const shown = { cert: readFileSync(client.certFile), key: readFileSync(client.keyFile) };

const SUBJECT = "CN=Alice\\00";

it("s6-tlsd-io tells of it on its notification's descriptor", async () => {
  const listener = await serve({
    credentials,
    environment,
    options: ["-y", "-d", "4"],
    program: "s6-tlsd-io",
    prog: ["3", "3"],
    pipes: 2,
  });
  await connect({ port: listener.port, authority }, shown);
  const tunnel = await listener.tunnel();
  const block = (await everything(tunnel.descriptor(4))).toString();
  expect(block.split("\0")).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^SSL_PEER_CERT_HASH=SHA256:[0-9a-f]{64}$/),
      `SSL_PEER_CERT_SUBJECT=${SUBJECT}`,
      "SSL_PEER_CERT_SAN=email:alice@one.test",
      expect.stringMatching(/^SSL_PEER_CERT_SPKI_HASH=SHA256:[0-9a-f]{64}$/),
    ]),
  );
});

it("s6-tlsd-io tells that there is none, too", async () => {
  const listener = await serve({
    credentials,
    environment,
    options: ["-Y", "-d", "4"],
    program: "s6-tlsd-io",
    prog: ["3", "3"],
    pipes: 2,
  });
  await connect({ port: listener.port, authority });
  const tunnel = await listener.tunnel();
  const block = (await everything(tunnel.descriptor(4))).toString();
  const peers = block.split("\0").filter((entry) => entry.startsWith("SSL_PEER_"));
  expect(peers.sort()).toEqual([
    "SSL_PEER_CERT_HASH",
    "SSL_PEER_CERT_SAN",
    "SSL_PEER_CERT_SPKI_HASH",
    "SSL_PEER_CERT_SUBJECT",
  ]);
});

it("an engine with other privileges tells of it", NEEDS_ROOT, async () => {
  const { port } = await serve({
    credentials,
    environment: { ...environment, TLS_UID: "65534", TLS_GID: "65534" },
    options: ["-yS"],
    prog: ["printenv", "SSL_PEER_CERT_SUBJECT"],
  });
  const socket = await connect({ port, authority }, shown);
  expect(await exchange(socket, "")).toBe(`${SUBJECT}\n`);
});
