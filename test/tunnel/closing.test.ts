import { describe, expect, test } from "vitest";
import { TruncationError } from "../../src/tunnel/failures.ts";
import { isBlank, newServer } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { TLS12 } from "../support/clients.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { Bench, Rig } from "./rig.ts";

/** What becomes of an EOF, a close_notify and a failure, with a live client. */

const WORDS = "any words";

/** A record's content type (RFC 5246, 6.2.1). */
const ALERT = 21;

/** OpenSSL 3.5, which Node 22 has, gave SSLV3_ALERT… another name. */
const BAD_RECORD_MAC = expect.stringMatching(/^ERR_SSL_(SSLV3|SSL\/TLS)_ALERT_BAD_RECORD_MAC$/);

function isWiped({ engine }: Bench): boolean {
  return isBlank(memoryOf(engine));
}

/** The peer was told that it is over, and given time to hang up; that time is over now. */
function endLinger(rig: Rig): void {
  expect(rig.isOver).toBe(false);
  expect(rig.lingers).toBe(1);
  rig.tunnel.over();
}

describe("an EOF from the peer", () => {
  test("before it has said anything is an error", () => {
    const bench = new Bench();
    bench.remote.deliver("EOF");
    bench.run();
    expect(bench.failure).toBeInstanceOf(TruncationError);
    expect(bench.failure?.message).toBe("EOF during the handshake");
  });

  test("without close_notify is the program's EOF, and a late reply is still sent", async () => {
    const rig = await Rig.established();
    rig.remote.deliver("EOF");
    rig.run();
    expect(rig.local.calls).toEqual(["end"]);
    rig.local.deliver(WORDS, "EOF");
    await rig.settle();
    expect(rig.client.heard.toString()).toBe(WORDS);
    expect(rig.failure).toBeNull();
    expect(rig.tunnel.count.toRemote).toBe(WORDS.length);
  });

  test("without close_notify is an error when close_notify is enforced", async () => {
    const rig = await Rig.established({ enforceCloseNotify: true });
    rig.remote.deliver("EOF");
    rig.run();
    expect(rig.failure?.message).toBe("EOF without close_notify");
    expect(rig.local.calls).toContain("stop");
  });

  test("inside a record is an error, enforced or not", async () => {
    const rig = await Rig.established();
    rig.remote.deliver(Buffer.from([23, 3, 3, 0, 100, 1, 2, 3]), "EOF");
    rig.run();
    expect(rig.failure?.message).toBe("EOF inside a record");
    expect(isWiped(rig)).toBe(true);
  });
});

describe("a close_notify", () => {
  test("from the peer is the program's EOF, and is answered after the late reply", async () => {
    const rig = await Rig.established({ enforceCloseNotify: true });
    rig.withholdsFin = true;
    rig.client.hangUp();
    await rig.settle();
    expect(rig.local.calls).toEqual(["end"]);
    expect(rig.isOver).toBe(false);
    rig.local.deliver(WORDS, "EOF");
    await rig.settle();
    expect(rig.client.heard.toString()).toBe(WORDS);
    expect(rig.client.heardEof).toBe(true);
    expect(rig.failure).toBeNull();
  });

  test("from us, when the program's EOF is one, ends both directions in TLS 1.2", async () => {
    const rig = await Rig.established({ closeNotify: true, client: TLS12 });
    rig.local.deliver(WORDS, "EOF");
    await rig.settle();
    expect(rig.client.heard.toString()).toBe(WORDS);
    expect(rig.client.heardEof).toBe(true);
    expect(rig.local.calls).toContain("end");
    endLinger(rig);
    expect(rig.failure).toBeNull();
  });

  test("from us, when the program's EOF is one, ends our direction in TLS 1.3", async () => {
    const rig = await Rig.established({ closeNotify: true });
    rig.local.deliver(WORDS, "EOF");
    await rig.settle();
    expect(rig.client.heard.toString()).toBe(WORDS);
    expect(rig.client.heardEof).toBe(true);
    expect(rig.local.calls).toEqual([]);
    rig.client.say("and more");
    await rig.settle();
    expect(rig.local.takeText()).toBe("and more");
    rig.client.hangUp();
    await rig.settle();
    expect(rig.local.calls).toEqual(["end"]);
    expect(rig.lingers).toBe(0);
    expect(rig.failure).toBeNull();
  });
});

describe("a failure", () => {
  test("of the network ends the tunnel with that failure", async () => {
    const rig = await Rig.established();
    const failure = new Error("reset");
    rig.remote.deliver(failure);
    rig.run();
    expect(rig.failure).toBe(failure);
    expect(rig.local.calls).toContain("stop");
    expect(isWiped(rig)).toBe(true);
  });

  test("inside the sandbox ends this tunnel, once, and leaves nothing", async () => {
    const rig = await Rig.established();
    memoryOf(rig.engine).fill(0xff);
    rig.client.say(WORDS);
    await rig.settle();
    endLinger(rig);
    expect(rig.failure).toBeInstanceOf(Error);
    expect(isWiped(rig)).toBe(true);
  });

  test("of a record's MAC is told to the peer, then the connection is closed", async () => {
    const rig = await Rig.established();
    rig.remote.deliver(Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), Buffer.alloc(40, 7)]));
    await rig.settle();
    expect(rig.client.error).toMatchObject({ code: BAD_RECORD_MAC });
    endLinger(rig);
    expect(rig.failure?.message).toBe(
      "record with a wrong MAC or padding; sent the alert bad_record_mac",
    );
  });
});

describe("while the network takes nothing", () => {
  const FORGED = Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), Buffer.alloc(40, 7)]);

  test.each([
    ["1.3", 1],
    ["1.3", 7],
    ["1.3", Number.POSITIVE_INFINITY],
    ["1.2", 1],
    ["1.2", 7],
    ["1.2", Number.POSITIVE_INFINITY],
  ] as const)(
    "a forged record lets what was said before it leave, and then its alert: TLS %s, %i bytes a write",
    async (max, size) => {
      const engine = newServer(Authority.root().issue(), { versions: { max } });
      const rig = await Rig.established({ engine, client: { rejectUnauthorized: false } });
      rig.remote.otherwise = 0;
      rig.local.deliver(WORDS);
      rig.run();
      rig.remote.deliver(FORGED);
      rig.run();
      expect(rig.remote.calls).toEqual([]);
      expect(rig.isOver).toBe(false);
      rig.remote.otherwise = size;
      for (let turn = 0; turn < 200 && !rig.remote.calls.includes("end"); turn++) rig.run();
      await rig.settle();
      expect(rig.client.heard.toString()).toBe(WORDS);
      expect(rig.client.error).toMatchObject({ code: BAD_RECORD_MAC });
      endLinger(rig);
      expect(rig.failure?.message).toContain("wrong MAC");
    },
  );

  test("a program that fails lets what it said leave, and is no end of the reply", async () => {
    const rig = await Rig.established();
    rig.remote.otherwise = 0;
    rig.local.deliver(WORDS, new Error("no more"));
    rig.run();
    rig.remote.otherwise = Number.POSITIVE_INFINITY;
    await rig.settle();
    expect(rig.client.heard.toString()).toBe(WORDS);
    endLinger(rig);
    expect(rig.failure?.message).toBe("no more");
  });
});

test("a failure behind the peer's close_notify leaves the peer time to hang up", async () => {
  const rig = await Rig.established();
  rig.withholdsFin = true;
  rig.client.hangUp();
  await rig.settle();
  expect(rig.local.calls).toEqual(["end"]);
  rig.local.deliver(new Error("the program failed"));
  await rig.settle();
  endLinger(rig);
  expect(rig.failure?.message).toBe("the program failed");
});

/** The program ends while the network takes nothing, and the peer's stream stops inside a record. */
function stopInsideRecord(rig: Rig): void {
  rig.remote.takeSent();
  rig.remote.otherwise = 0;
  rig.local.deliver("EOF");
  rig.run();
  rig.remote.deliver(Buffer.from([23, 3, 3, 0, 100, 1, 2, 3]), "EOF");
  rig.run();
}

describe("once the peer's data is of no use, it is not judged how its stream ends", () => {
  test("while our close_notify, in TLS 1.2 the end of both directions, is held up", async () => {
    const settings = { closeNotify: true, enforceCloseNotify: true, client: TLS12 };
    const rig = await Rig.established(settings);
    stopInsideRecord(rig);
    expect(rig.isOver).toBe(false);
    rig.remote.otherwise = Number.POSITIVE_INFINITY;
    rig.run();
    expect(rig.remote.takeSent()[0]).toBe(ALERT);
    expect(rig.failure).toBeNull();
  });

  test("but in TLS 1.3, while our close_notify is held up, it is", async () => {
    const rig = await Rig.established({ closeNotify: true });
    stopInsideRecord(rig);
    rig.remote.otherwise = Number.POSITIVE_INFINITY;
    rig.run();
    expect(rig.failure?.message).toBe("EOF inside a record");
  });

  test("when the program reads nothing, and all that it said has left", async () => {
    const rig = await Rig.established({ enforceCloseNotify: true });
    rig.local.broken = true;
    rig.local.deliver(WORDS, "EOF");
    rig.run();
    expect(rig.lingers).toBe(1);
    rig.client.say(WORDS);
    rig.client.hangUp();
    await rig.settle();
    expect(rig.client.heard.toString()).toBe(WORDS);
    expect(rig.failure).toBeNull();
  });
});

test("a program that can't be started is the failure, and no trap: nothing is left unsent", async () => {
  const failure = new Error("no such program");
  const rig = new Rig({
    established: () => {
      throw failure;
    },
  });
  await rig.settle();
  endLinger(rig);
  expect(rig.client.error).toBeNull();
  expect(rig.failure).toBe(failure);
  expect(isWiped(rig)).toBe(true);
});

test.each([
  ["the FIN", {}],
  ["close_notify and the FIN", { closeNotify: true, halfClose: true }],
])(
  "a forged record after %s has no alert that could leave, and is the end all the same",
  async (_, settings) => {
    const rig = await Rig.established(settings);
    rig.local.deliver("EOF");
    rig.run();
    expect(rig.remote.calls).toEqual(["end"]);
    rig.remote.takeSent();
    rig.remote.deliver(Buffer.from([23, 3, 3, 0, 24, ...Buffer.alloc(24)]), "EOF");
    rig.run();
    expect(rig.failure?.message).toContain("wrong MAC");
    expect(rig.remote.takeSent()).toHaveLength(0);
  },
);

describe("an EOF from the program, where half of a close is wanted", () => {
  test("answers the peer's close_notify, and is the end", async () => {
    const rig = await Rig.established({ closeNotify: true, halfClose: true });
    rig.withholdsFin = true;
    rig.client.hangUp();
    await rig.settle();
    expect(rig.local.calls).toEqual(["end"]);
    expect(rig.isOver).toBe(false);
    rig.local.deliver("EOF");
    await rig.settle();
    expect(rig.client.heardEof).toBe(true);
    expect(rig.failure).toBeNull();
  });
});
