import { beforeAll, describe, expect, test } from "vitest";
import { VERSIONS } from "../support/clients.ts";
import { looksLikeAlert, records } from "../support/wire.ts";
import { QUESTION, REPLY, type Recording, record } from "./recording.ts";
import { Bench, Rig, type RigSettings } from "./rig.ts";

/** The two directions are independent until a close says otherwise, and each is bounded. */

const MIB = 1 << 20;
/** What the engine's buffers hold in one direction: a record that goes, one that comes. */
const BOUND = 2 * 16384 + 1024;

let recording: Recording;

/** After the handshake; the client's next words are still to be delivered. */
function greeted(settings: RigSettings = {}): Bench {
  const bench = new Bench(settings);
  bench.remote.deliver(recording.bytes.subarray(0, recording.handshake));
  bench.run();
  expect(bench.session).not.toBeNull();
  bench.remote.takeSent();
  return bench;
}

function words(): Buffer {
  return recording.bytes.subarray(recording.handshake, recording.closeNotify);
}

function goodbye(): Buffer {
  return recording.bytes.subarray(recording.closeNotify);
}

type Version = (typeof VERSIONS)[number];

/** What records that left have inside. */
function contentsOf(version: Version, bytes: Buffer): ("data" | "alert")[] {
  return records(bytes).map((record) => (looksLikeAlert(record, version) ? "alert" : "data"));
}

describe.each(VERSIONS)("in %s", (version) => {
  beforeAll(async () => {
    recording = await record(version);
  });

  describe("a program that closes its output", () => {
    test("still gets what the client says, until the client hangs up", () => {
      const bench = greeted();
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(bench.remote.calls).toEqual(["end"]);
      expect(contentsOf(version, bench.remote.takeSent())).toEqual(["data"]);
      bench.remote.deliver(words());
      bench.run();
      expect(bench.local.takeText()).toBe(QUESTION);
      expect(bench.isOver).toBe(false);
      expect(bench.lingers).toBe(0);
      bench.remote.deliver("EOF");
      bench.run();
      expect(bench.failure).toBeNull();
    });

    const what =
      version === "TLSv1.2" ? "gets nothing any more" : "still gets what the client says";
    test(`${what} when that is a close_notify (-S)`, () => {
      const endsBoth = version === "TLSv1.2";
      const bench = greeted({ closeNotify: true });
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(contentsOf(version, bench.remote.takeSent())).toEqual(["data", "alert"]);
      expect(bench.local.calls).toEqual(endsBoth ? ["end"] : []);
      bench.remote.deliver(words());
      bench.run();
      expect(bench.local.takeText()).toBe(endsBoth ? "" : QUESTION);
      expect(bench.isOver).toBe(false);
      bench.remote.deliver(goodbye(), "EOF");
      bench.run();
      expect(bench.failure).toBeNull();
    });

    test.each([false, true])("lets its last words leave first (-S: %s)", (closeNotify) => {
      const bench = greeted({ closeNotify });
      bench.remote.otherwise = 0;
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(bench.remote.calls).toEqual([]);
      bench.remote.otherwise = 1;
      bench.run();
      expect(bench.remote.calls).toEqual(["end"]);
      expect(contentsOf(version, bench.remote.takeSent())).toEqual(
        closeNotify ? ["data", "alert"] : ["data"],
      );
    });

    test.each([false, true])(
      "by a failure says no goodbye after what it said (-S: %s)",
      (closeNotify) => {
        const bench = greeted({ closeNotify });
        const failure = new Error("read EIO");
        bench.local.deliver(REPLY, failure);
        bench.run();
        expect(contentsOf(version, bench.remote.takeSent())).toEqual(["data"]);
        expect(bench.remote.calls).toEqual(["end"]);
        bench.remote.deliver("EOF");
        bench.run();
        expect(bench.failure).toBe(failure);
      },
    );
  });

  describe("a client that says goodbye", () => {
    test("hears all of a late reply, and then our goodbye", () => {
      const bench = greeted();
      bench.remote.deliver(words(), goodbye());
      bench.run();
      expect(bench.local.calls).toEqual(["end"]);
      expect(bench.remote.takeSent()).toHaveLength(0);
      for (const part of ["the ", "late ", "reply"]) {
        bench.local.deliver(part);
        bench.run();
        expect(contentsOf(version, bench.remote.takeSent())).toEqual(["data"]);
      }
      bench.local.deliver("EOF");
      bench.run();
      expect(contentsOf(version, bench.remote.takeSent())).toEqual(["alert"]);
      expect(bench.failure).toBeNull();
    });

    test("twice, or goes on talking after it, is not listened to", () => {
      const bench = greeted();
      bench.remote.deliver(Buffer.concat([words(), goodbye(), words(), goodbye()]));
      bench.run();
      expect(bench.local.takeText()).toBe(QUESTION);
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(bench.local.takeText()).toBe("");
      expect(bench.tunnel.count.toLocal).toBe(QUESTION.length);
    });
  });

  describe("a network that takes no more", () => {
    test("during the handshake ends the tunnel, but for what still comes from there", () => {
      const bench = new Bench();
      bench.remote.deliver(recording.bytes.subarray(0, 100));
      bench.remote.broken = true;
      bench.run();
      bench.run();
      expect(bench.lingers).toBe(1);
      expect(bench.isOver).toBe(false);
      bench.tunnel.over();
      expect(bench.failure?.message).toBe("the peer takes no more, and the handshake is not done");
    });

    test("stops the program's output, and what was on its way is dropped", () => {
      const bench = greeted();
      bench.remote.otherwise = 0;
      bench.local.deliver(REPLY);
      bench.run();
      bench.remote.broken = true;
      const { writeCount } = bench.remote;
      bench.run();
      expect(bench.remote.writeCount).toBe(writeCount);
      expect(bench.local.calls).toEqual(["stop"]);
      expect(bench.remote.takeSent()).toHaveLength(0);
    });

    test("by a failure is one, also when the client has said all that it wanted", () => {
      const bench = greeted();
      bench.remote.deliver(words(), goodbye(), "EOF");
      bench.run();
      expect(bench.local.calls).toEqual(["end"]);
      bench.remote.broken = true;
      bench.remote.failure = new Error("write EIO");
      bench.run();
      expect(bench.failure).toBe(bench.remote.failure);
    });

    test("still brings what the client says", () => {
      const bench = greeted();
      bench.remote.broken = true;
      bench.run();
      bench.remote.deliver(words(), "EOF");
      bench.run();
      expect(bench.local.takeText()).toBe(QUESTION);
      expect(bench.failure).toBeNull();
    });
  });

  describe("the end", () => {
    test("waits until the operating system has taken everything", () => {
      const bench = greeted();
      bench.remote.deliver(words(), goodbye(), "EOF");
      bench.run();
      bench.remote.holdsBack = true;
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(bench.isOver).toBe(false);
      bench.remote.holdsBack = false;
      bench.run();
      expect(bench.failure).toBeNull();
    });

    test("waits until the program has taken everything", () => {
      const bench = greeted();
      bench.local.holdsBack = true;
      bench.remote.deliver(words(), goodbye(), "EOF");
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(bench.isOver).toBe(false);
      bench.local.holdsBack = false;
      bench.run();
      expect(bench.failure).toBeNull();
    });

    test("waits for no program that takes nothing any more", () => {
      const bench = greeted();
      bench.local.holdsBack = true;
      bench.local.broken = true;
      bench.remote.deliver(words(), goodbye(), "EOF");
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(bench.failure).toBeNull();
    });

    test("waits for a client that was told goodbye and has not answered, once", () => {
      const bench = greeted({ closeNotify: true });
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      // In TLS 1.3 it may still talk; prog is gone, and takes no more.
      if (version === "TLSv1.3") bench.local.broken = true;
      bench.run();
      bench.run();
      expect(bench.lingers).toBe(1);
      expect(bench.isOver).toBe(false);
      bench.tunnel.over();
      expect(bench.failure).toBeNull();
    });

    test("comes once, whatever is delivered and run after it", () => {
      const bench = greeted();
      bench.local.deliver("EOF");
      bench.remote.deliver("EOF");
      bench.run();
      expect(bench.failure).toBeNull();
      bench.remote.failure = new Error("late");
      bench.run();
      bench.tunnel.over();
      bench.tunnel.abort(new Error("later"));
      expect(bench.failure).toBeNull();
    });
  });
});

describe("a program that takes no more", () => {
  test("doesn't stall the client, who still hears the reply", async () => {
    const rig = await Rig.established();
    rig.local.broken = true;
    rig.client.say(Buffer.alloc(MIB));
    await rig.settle();
    expect(rig.remote.taken).toBeGreaterThan(MIB);
    expect(rig.local.writeCount).toBe(0);
    rig.local.deliver(REPLY, "EOF");
    await rig.settle();
    expect(rig.client.heard.toString()).toBe(REPLY);
  });
});

describe("a slow program", () => {
  test("stops the reading from the network, and nothing else", async () => {
    const rig = await Rig.established();
    rig.arrivalSize = 65536;
    rig.local.otherwise = 0;
    const before = rig.remote.taken;
    rig.client.say(Buffer.alloc(MIB, "x"));
    rig.local.deliver(Buffer.alloc(MIB, "y"));
    await rig.settle();
    expect(rig.remote.taken - before).toBeLessThan(BOUND);
    expect(rig.client.heard).toHaveLength(MIB);
    rig.local.otherwise = 1000;
    await rig.settle();
    expect(rig.local.takeSent().equals(Buffer.alloc(MIB, "x"))).toBe(true);
  });
});

describe("a slow network", () => {
  test("stops the reading from the program, and nothing else", async () => {
    const rig = await Rig.established();
    rig.remote.otherwise = 0;
    rig.client.say(Buffer.alloc(MIB, "x"));
    rig.local.deliver(...Array<Buffer>(16).fill(Buffer.alloc(65536, "y")));
    await rig.settle();
    expect(rig.local.taken).toBeLessThan(BOUND);
    expect(rig.local.takeSent().equals(Buffer.alloc(MIB, "x"))).toBe(true);
    rig.remote.otherwise = 1000;
    await rig.settle();
    expect(rig.client.heard.equals(Buffer.alloc(MIB, "y"))).toBe(true);
  });
});

describe("what one read brings", () => {
  test("from the program leaves as four records in one piece", async () => {
    const rig = await Rig.established();
    const before = rig.remote.pieceCount;
    rig.local.deliver(Buffer.alloc(65536, "y"));
    await rig.settle();
    expect(rig.remote.pieceCount - before).toBe(1);
    expect(rig.client.heard).toHaveLength(65536);
  });

  test("from the network reaches the program in one piece", async () => {
    const rig = await Rig.established();
    rig.client.say(Buffer.alloc(65536, "x"));
    await rig.settle();
    expect(rig.local.pieceCount).toBe(1);
    expect(rig.local.takeSent()).toHaveLength(65536);
  });

  test("leaves at once, however little it is", async () => {
    const rig = await Rig.established();
    for (const word of ["a", "b", "c"]) {
      rig.local.deliver(word);
      await rig.settle();
      expect(rig.client.heard.toString().at(-1)).toBe(word);
    }
  });
});
