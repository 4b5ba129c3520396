/**
 * s6-tlsd that root starts, with TLS_UID, and a prog that gives root up by itself: it reaches neither the
 * key's file nor the process of the engine, which has given root up for good. `make probe`.
 */
import { chmodSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY, engineChildOf, expectEvery, NODES, nobody } from "../support/privileges.ts";
import { serve } from "../support/service.ts";
import { asUser, publicProgram } from "../support/unprivileged-user.ts";
import { WWW } from "./family.ts";
import { Prober, reachProgram } from "./prober.ts";

const authority = Authority.root();
const credentials = authority.issue();
chmodSync(credentials.keyFile, 0o400);
chmodSync(credentials.certFile, 0o400);

describe.each(NODES)("with %s", NEEDS_ROOT, (_, node) => {
  it("a prog of another user reaches nothing of s6-tlsd's", async () => {
    const { port, tunnel } = await behindSuperServer(node);
    const one = await Prober.at({ port, authority });
    const { pid } = await tunnel();
    const engine = engineChildOf(pid) ?? 0;
    expectEvery(engine, nobody);
    expect(/^NoNewPrivs:\s+(.*)$/m.exec(statusOf(engine))?.[1]).toBe("1");
    // Where Node can exec, prog has taken s6-tlsd's own place.
    const others = one.pid === pid ? { engine } : { engine, parent: pid };
    await one.touchesNoneOf(others);
    expect(await one.canRead(credentials.keyFile), "the key's file").toBe(false);
    one.leave();
  });
});

async function behindSuperServer(node: string) {
  const listener = await serve({
    ...{ credentials, environment: AS_NOBODY, executable: publicProgram("s6-tlsd") },
    ...{ through: [node], prog: [...asUser(WWW), reachProgram()] },
  });
  return { port: listener.port, tunnel: () => listener.tunnel() };
}

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, "utf8");
}
