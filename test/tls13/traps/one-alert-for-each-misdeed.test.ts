/**
 * What a client of TLS 1.3 does wrong has the alert that the RFC names, once, under the keys of the
 * moment, and then an EOF; and it is over for the server, too.
 */
import { describe, expect, it } from "vitest";
import { eventually } from "../../support/limits.ts";
import { Tls13Client } from "../peer/client.ts";
import { ALERT, LEVEL } from "../peer/numbers.ts";
import type { Misdeed } from "./misdeed.ts";
import { misdeedsInConversation } from "./misdeeds-in-conversation.ts";
import { misdeedsInHandshake } from "./misdeeds-in-handshake.ts";
import { misdeedsBeforeHello, misdeedsInHello } from "./misdeeds-in-hello.ts";
import { misdeedsInSecondHello } from "./misdeeds-in-second-hello.ts";
import { ourServer } from "./our-server.ts";

describe.each<[string, readonly Misdeed[]]>([
  ["before the hello", misdeedsBeforeHello],
  ["in the hello", misdeedsInHello],
  ["in the hello after a retry", misdeedsInSecondHello],
  ["in the handshake", misdeedsInHandshake],
  ["in the conversation", misdeedsInConversation],
])("%s", (_when, all) => {
  it.each(all)("$what: $alerts", async ({ commit, alerts, settings }) => {
    const { port, failures, streams } = await ourServer({ ALPNProtocols: ["http/1.1"] });
    const client = await Tls13Client.connect(port, settings);
    await commit(client);
    const heard = await client.lastWords();
    expect(heard).toHaveLength(1);
    const [{ level, description, sealed } = { level: 0, description: -1, sealed: false }] = heard;
    expect(alerts.map((name) => ALERT[name])).toContain(description);
    expect({ level, sealed }).toEqual({ level: LEVEL.fatal, sealed: client.handshake !== null });
    expect(client.records.wasReset).toBe(false);
    client.records.socket.end();
    await eventually("the server's failure", () => failures.length > 0);
    expect(failures).toHaveLength(1);
    for (const stream of streams) await eventually("its end", () => stream.destroyed);
  });
});
