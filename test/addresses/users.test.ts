/** `bearhug server -u`, started by root: workers are that user, and nothing else is started. */
import { expect, it } from "vitest";
import { connect, exchange } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { childrenOf, identitiesOf } from "../support/privileges.ts";
import { backend, echo, relayServer } from "../support/relays.ts";
import { roleOf } from "../support/server.ts";
import { UNPRIVILEGED_USER } from "../support/unprivileged-user.ts";

it(
  "root's children with -u are workers, each of that user, and there is no spawner",
  NEEDS_ROOT,
  async () => {
    const { port } = await backend(echo);
    const ids = ["-u", `${UNPRIVILEGED_USER}`, "-g", `${UNPRIVILEGED_USER}`];
    const serving = await relayServer([...ids, "--workers", "2", "--connect", `127.0.0.1:${port}`]);
    expect(await exchange(await connect(serving), "question")).toBe("question");
    // The one without a role writes the log to a socket.
    const children = childrenOf(serving.running.pid).filter((pid) => roleOf(pid) !== undefined);
    expect(children.map(roleOf)).toEqual(["worker", "worker"]);
    for (const child of children) {
      for (const { uids } of identitiesOf(child))
        expect(new Set(uids)).toEqual(new Set([UNPRIVILEGED_USER]));
      expect(childrenOf(child)).toEqual([]);
    }
  },
);
