/**
 * With TLS_UID and TLS_GID, the engine is nobody in every one of its tasks, and prog is who s6-tlsd
 * was.
 */

import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import {
  AS_NOBODY,
  childrenOf,
  engineChildOf,
  expectEvery,
  four,
  identitiesOf,
  NOBODY,
  NODES,
  nobody,
} from "../support/privileges.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

describe.each(NODES)("with %s", NEEDS_ROOT, (_, node) => {
  it.each([
    ["by number", AS_NOBODY],
    ["by name", { ...AS_NOBODY, TLS_UID: "nobody" }],
  ])(
    "the engine is nobody, %s, before the client's first byte, and stays it",
    async (_, environment) => {
      const prog = ["sh", "-c", "echo ready; cat"];
      const listener = await serve({ credentials, environment, prog, through: [node] });
      const socket = await connectRaw(listener.port);
      const tunnel = await listener.tunnel();
      const hasDropped = () => {
        const child = engineChildOf(tunnel.pid);
        return child !== null && identitiesOf(child)[0]?.uids[0] === NOBODY;
      };
      await eventually("the child that has dropped its privileges", hasDropped);
      const child = engineChildOf(tunnel.pid) as number;
      expectEvery(child, nobody);

      const client = await connect({ port: listener.port, authority }, { socket });
      await receiveUntil(client, "ready\n");
      expect(engineChildOf(tunnel.pid)).toBe(child);
      expectEvery(child, nobody);
    },
  );

  it("prog has s6-tlsd's own user, group and supplementary groups", async () => {
    const listener = await serve({
      credentials,
      environment: AS_NOBODY,
      prog: ["sh", "-c", "echo ready; cat"],
      through: ["setpriv", "--regid=12", "--groups=20,24", node],
    });
    const client = await connect({ port: listener.port, authority });
    await receiveUntil(client, "ready\n");
    const { pid } = await listener.tunnel();
    const engine = engineChildOf(pid) as number;
    expectEvery(engine, nobody);
    const others = [pid, ...childrenOf(pid)].filter((other) => other !== engine);
    for (const other of others) {
      expectEvery(other, { uids: four(0), gids: four(12), groups: [20, 24] });
    }
  });

  it.each([
    ["TLS_UID", { uids: four(NOBODY), gids: four(0), groups: [] }],
    ["TLS_GID", { uids: four(0), gids: four(NOBODY), groups: [] }],
  ])("%s alone changes nothing else, but the supplementary groups go", async (name, identity) => {
    const listener = await serve({
      credentials,
      environment: { [name]: `${NOBODY}` },
      prog: ["sh", "-c", "echo ready; cat"],
      through: [node],
    });
    const client = await connect({ port: listener.port, authority });
    await receiveUntil(client, "ready\n");
    const tunnel = await listener.tunnel();
    expectEvery(engineChildOf(tunnel.pid) as number, identity);
  });
});
