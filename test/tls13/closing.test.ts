/**
 * Closing in TLS 1.3: each direction has an end of its own (RFC 8446, 6.1), and the programs' options
 * keep their words' meaning.
 */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectRaw } from "../support/clients.ts";
import { serve } from "../support/service.ts";
import { words } from "../support/words.ts";
import { Tls13Client } from "./peer/client.ts";

const authority = Authority.root();
const credentials = authority.issue();

async function connected(line: string, prog: string[]) {
  const listener = await serve({ credentials, options: words(line), prog });
  const client = new Tls13Client(await connectRaw(listener.port));
  await client.establish();
  return { tunnel: await listener.tunnel(), client };
}

/** Says goodbye, and then tells on standard error what it hears. */
const TALKER = ["sh", "-c", "echo bye; exec 1>&-; exec cat >&2"];

describe("with -S", () => {
  it("the program's end is close_notify, and a peer that answers after it is heard to its end", async () => {
    const { tunnel, client } = await connected("-S", TALKER);
    const alerts = await client.lastWords();
    expect(alerts).toEqual([{ level: 1, description: 0, sealed: true }]);
    client.send("and one more thing");
    client.close();
    const { stderr } = await tunnel.ended;
    expect(stderr).toContain("and one more thing");
  });
});

it("without -S the program's end is a bare FIN, and the peer is heard, too", async () => {
  const { tunnel, client } = await connected("", TALKER);
  expect(await client.lastWords()).toEqual([]);
  client.send("and one more thing");
  client.close();
  const { stderr } = await tunnel.ended;
  expect(stderr).toContain("and one more thing");
});

it.each(["", "-S"])("a client that says goodbye still gets the late reply (%j)", async (line) => {
  const { client } = await connected(line, ["sh", "-c", "cat >/dev/null; echo late"]);
  client.alert(0, 1);
  expect((await client.receiveAll()).toString()).toBe("late\n");
});

it("a client that says goodbye, and then more, is not heard any more", async () => {
  const { client } = await connected("-S", ["cat"]);
  client.send("first");
  client.alert(0, 1);
  client.send("second");
  client.records.socket.end();
  expect((await client.receiveAll()).toString()).toBe("first");
});
