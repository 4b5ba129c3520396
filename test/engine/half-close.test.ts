import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { Authority } from "../support/certificates.ts";
import { records } from "../support/wire.ts";
import { drain, feed, newClient, newServer } from "./instances.ts";

/** close_notify that ends one direction only. */

const credentials = Authority.root().issue();

const DATA = 23;
const ALERT = 21;

/** In TLS 1.3 an alert looks like data. */
const VERSIONS = [
  ["1.2", ALERT],
  ["1.3", DATA],
] as const;

type Version = (typeof VERSIONS)[number][0];

interface Pair {
  readonly client: Engine;
  readonly server: Engine;
}

function established(version: Version): Pair {
  const server = newServer(credentials, { versions: { min: version, max: version } });
  const client = newClient({ server: null });
  settle({ client, server });
  expect(client.established && server.established).toBe(true);
  return { client, server };
}

/** Passes records on, both ways, until there are no more. */
function settle({ client, server }: Pair): void {
  const pass = (from: Engine, to: Engine) => feed(to, "recvrec", drain(from, "sendrec"));
  while (pass(client, server) > 0 || pass(server, client) > 0);
}

function say(engine: Engine, text: string): void {
  expect(feed(engine, "sendapp", Buffer.from(text))).toBe(text.length);
  engine.flush();
}

/** The application data in records; an engine takes the next one when it is rid of the last. */
function hear(engine: Engine, sent: Buffer): string {
  let heard = "";
  for (let at = 0; at < sent.length; ) {
    at += feed(engine, "recvrec", sent.subarray(at));
    heard += drain(engine, "recvapp").toString();
  }
  return heard;
}

describe.each(VERSIONS)("an engine of TLS %s that has ended its direction", (version, alert) => {
  test("sent what was said before it, then close_notify, and nothing more", () => {
    const { client, server } = established(version);
    feed(client, "sendapp", Buffer.from("question"));
    client.end();
    expect(client.buffer("sendapp").length).toBe(0);
    const sent = drain(client, "sendrec");
    expect(records(sent).map(({ type }) => type)).toEqual([DATA, alert]);
    expect(hear(server, sent)).toBe("question");
    expect({ closed: server.closed, peerClosed: server.peerClosed }).toEqual({
      closed: false,
      peerClosed: true,
    });
    client.flush();
    client.end();
    client.close();
    expect(drain(client, "sendrec").length).toBe(0);
  });

  test("still hears all that the peer has to say, up to its close_notify", () => {
    const pair = established(version);
    const { client, server } = pair;
    client.end();
    settle(pair);
    for (const part of ["late", "reply"]) {
      say(server, part);
      expect(hear(client, drain(server, "sendrec"))).toBe(part);
    }
    server.close();
    settle(pair);
    expect({ closed: client.closed, peerClosed: client.peerClosed, error: client.error }).toEqual({
      closed: false,
      peerClosed: true,
      error: null,
    });
    expect({ closed: server.closed, error: server.error }).toEqual({ closed: true, error: null });
  });

  test("may meet a peer that ends at the same time", () => {
    const pair = established(version);
    const { client, server } = pair;
    client.end();
    server.end();
    settle(pair);
    expect([client.peerClosed, server.peerClosed]).toEqual([true, true]);
    expect([client.error, server.error]).toEqual([null, null]);
  });

  test("says after its close_notify what is wrong with a forged record", () => {
    const pair = established(version);
    const { client, server } = pair;
    client.end();
    // Neither has left yet when the error comes.
    feed(client, "recvrec", Buffer.from([23, 3, 3, 0, 24, ...Buffer.alloc(24)]));
    expect(client.error?.reason).toBe("BAD_MAC");
    const sent = drain(client, "sendrec");
    expect(records(sent).every(({ type }) => type === alert)).toBe(true);
    feed(server, "recvrec", sent);
    expect(server.peerClosed || server.error?.isReceivedAlert).toBe(true);
  });

  test("takes single bytes of its close_notify", () => {
    const { client, server } = established(version);
    client.end();
    for (;;) {
      const [byte] = client.buffer("sendrec");
      if (byte === undefined) break;
      client.ack("sendrec", 1);
      expect(feed(server, "recvrec", Buffer.of(byte))).toBe(1);
    }
    expect(server.peerClosed).toBe(true);
  });
});

test("an engine that is not established has no direction to end", () => {
  const client = newClient({ server: null });
  const hello = Buffer.from(client.buffer("sendrec"));
  client.end();
  expect(drain(client, "sendrec").equals(hello)).toBe(true);
});
