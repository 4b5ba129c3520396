/**
 * A program under s6-ucspitlsd finds the numbers of its three descriptors, and not what names keys
 * and certificates, unless -Z leaves it there.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectRaw } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const credentials = Authority.root().issue();

const OURS = {
  CAFILE: "/nonexistent/ca",
  CADIR: "/nonexistent/folder",
  TLS_PROFILE: "modern",
  "KEYFILE:x": "/nonexistent/key",
  "CERTFILE:x": "/nonexistent/certificate",
};

async function environmentSeen(options: string[]): Promise<Record<string, string>> {
  const environment = { ...OURS, MINE: "stays" };
  const service = { program: "s6-ucspitlsd" as const, credentials, environment, options };
  const listener = await serve({ ...service, prog: ["env"] });
  const text = (await everything(await connectRaw(listener.port))).toString();
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2)),
  );
}

const DESCRIPTORS = { SSLCTLFD: "3", SSLREADFD: "4", SSLWRITEFD: "5" };

it("-z, the default: ours are removed", async () => {
  const PATH = process.env["PATH"];
  const expected = { ...DESCRIPTORS, MINE: "stays", PATH };
  expect(await environmentSeen(["-z"])).toEqual(expected);
  expect(await environmentSeen([])).toEqual(expected);
});

it("-Z: they stay", async () => {
  const { keyFile: KEYFILE, certFile: CERTFILE } = credentials;
  const seen = await environmentSeen(["-Z"]);
  expect(seen).toMatchObject({ ...DESCRIPTORS, ...OURS, MINE: "stays", KEYFILE, CERTFILE });
});

it("descriptors that a super-server passes on stay where they are", async () => {
  const prog = ["sh", "-c", 'echo "$SSLCTLFD $SSLREADFD $SSLWRITEFD"; echo through >&3; echo >&4'];
  const service = { program: "s6-ucspitlsd" as const, credentials, prog, pipes: 2 };
  const listener = await serve(service);
  expect((await everything(await connectRaw(listener.port))).toString()).toBe("5 6 7\n");
  const tunnel = await listener.tunnel();
  expect((await everything(tunnel.descriptor(3))).toString()).toBe("through\n");
});
