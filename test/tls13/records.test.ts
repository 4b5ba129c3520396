import { describe, expect, test } from "vitest";
import { Alone, type Opened, SUITES, TYPES } from "./alone.js";

/** TLS 1.3's records alone: what is opened, what is refused, and what leaves in which order. */

const UNEXPECTED = 10;
const TOO_LARGE = 6;
const BAD_MAC = 7;
const SPANS_KEYS = 139;
const TOO_MUCH_SKIPPED = 141;
const BAD_RECORD_VERSION = 146;

const LONGEST = 16384;

function secretOf(suite: number, seed = 1): Buffer {
  return Buffer.alloc(suite === SUITES.aes256 ? 48 : 32, seed);
}

/** Two ends under one secret: what one seals, the other opens. */
function pair(suite: number = SUITES.chacha20): { sender: Alone; receiver: Alone } {
  const sender = new Alone(suite);
  const receiver = new Alone(suite);
  sender.records(secretOf(suite));
  receiver.records(secretOf(suite));
  return { sender, receiver };
}

function header(type: number, length: number, version = 0x0303): Buffer {
  return Buffer.from([type, version >> 8, version & 0xff, length >> 8, length & 0xff]);
}

function plain(type: number, content: Uint8Array, version?: number): Buffer {
  return Buffer.concat([header(type, content.length, version), content]);
}

for (const [name, suite] of Object.entries(SUITES)) {
  describe(`records under ${name}`, () => {
    test("300 of them, of all lengths, open in their order and in no other", () => {
      const { sender, receiver } = pair(suite);
      for (let i = 0; i < 300; i++) {
        const content = Buffer.alloc((i * 55) % (LONGEST + 1), i);
        if (content.length === 0) continue;
        const opened = receiver.open(sender.sealed(TYPES.data, content)) as Opened;
        expect(opened.type).toBe(TYPES.data);
        expect(content.equals(opened.content), `record ${i}`).toBe(true);
      }
      const first = sender.sealed(TYPES.data, Buffer.from("first"));
      const second = sender.sealed(TYPES.data, Buffer.from("second"));
      expect(receiver.open(second)).toBe(BAD_MAC);
      expect(first.length).toBeGreaterThan(0);
    });

    test("a record with one bit changed, at any byte of body and tag, does not open", () => {
      const { sender, receiver } = pair(suite);
      const record = sender.sealed(TYPES.data, Buffer.from("for one reader only"));
      for (let at = 5; at < record.length; at++) {
        receiver.records(secretOf(suite));
        const changed = Buffer.from(record);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        expect(receiver.open(changed), `byte ${at}`).toBe(BAD_MAC);
      }
    });

    test("what is sealed after a change of keys opens after it, and the numbers begin anew", () => {
      const { sender, receiver } = pair(suite);
      const before = sender.sealed(TYPES.data, Buffer.from("before"));
      expect(receiver.open(before)).toMatchObject({ type: TYPES.data });
      expect(sender.rekey(secretOf(suite, 2))).toBe(0);
      expect(receiver.rekey(secretOf(suite, 2))).toBe(0);
      const content = Buffer.from("after");
      expect(receiver.open(sender.sealed(TYPES.data, content))).toMatchObject({ content });
    });

    test("a KeyUpdate in front of data is under the old keys, the data under the new", () => {
      const { sender, receiver } = pair(suite);
      const message = Buffer.from([24, 0, 0, 1, 0]);
      sender.gather(TYPES.data, Buffer.from("data"));
      sender.rekeyInFront(message, secretOf(suite, 2));
      const records = sender.flush();
      const length = 5 + records.readUInt16BE(3);
      const update = receiver.open(records.subarray(0, length));
      expect(update).toEqual({ type: TYPES.handshake, content: message });
      expect(receiver.rekey(secretOf(suite, 2))).toBe(0);
      const data = receiver.open(records.subarray(length));
      expect(data).toEqual({ type: TYPES.data, content: Buffer.from("data") });
    });
  });
}

describe("what is too long", () => {
  test("a protected record of 2^14 + 256 bytes is read, one more is refused at its header", () => {
    for (const [length, error] of [
      [LONGEST + 256, 0],
      [LONGEST + 257, TOO_LARGE],
    ] as const) {
      const { receiver } = pair();
      expect(Math.max(0, -receiver.receive(header(TYPES.data, length))), `${length}`).toBe(error);
    }
  });

  test("a record in the clear of 2^14 bytes is read, one more is refused at its header", () => {
    for (const [length, error] of [
      [LONGEST, 0],
      [LONGEST + 1, TOO_LARGE],
    ] as const) {
      const receiver = new Alone(SUITES.chacha20);
      receiver.records(null);
      const outcome = receiver.receive(header(TYPES.handshake, length));
      expect(Math.max(0, -outcome), `${length}`).toBe(error);
    }
  });

  test("a protected record that has no room for a tag and a type does not open", () => {
    for (let length = 0; length < 17; length++) {
      const { receiver } = pair();
      expect(receiver.open(plain(TYPES.data, Buffer.alloc(length))), `${length}`).toBe(BAD_MAC);
    }
  });

  test("content is cut at a peer's limit, and a record of full length leaves room for two alerts", () => {
    const { sender, receiver } = pair();
    sender.limitContent(100);
    expect(sender.gather(TYPES.data, Buffer.alloc(200))).toBe(100);
    expect(receiver.open(sender.flush())).toMatchObject({ type: TYPES.data });
    sender.limitContent(LONGEST);
    expect(sender.gather(TYPES.data, Buffer.alloc(20000))).toBe(LONGEST);
    sender.putRecord(TYPES.alert, Buffer.from([1, 0]));
    sender.putRecord(TYPES.alert, Buffer.from([2, 10]));
    const records = sender.send();
    expect(records.length).toBe(5 + LONGEST + 17 + 2 * (5 + 2 + 17));
  });

  test("data waits until the network has what was sealed", () => {
    const { sender } = pair();
    sender.gather(TYPES.data, Buffer.from("first"));
    sender.putRecord(TYPES.alert, Buffer.from([1, 0]));
    expect(sender.gather(TYPES.data, Buffer.from("second"))).toBe(0);
    sender.send();
    expect(sender.gather(TYPES.data, Buffer.from("second"))).toBe(6);
  });
});

describe("what may come when", () => {
  test("alerts, messages and change_cipher_spec in the clear, as long as they may", () => {
    const { receiver } = pair();
    const ccs = plain(TYPES.ccs, Buffer.from([1]));
    const alert = plain(TYPES.alert, Buffer.from([2, 40]));
    expect(receiver.open(ccs)).toBe(UNEXPECTED);
    receiver.records(secretOf(SUITES.chacha20));
    expect(receiver.open(alert)).toBe(UNEXPECTED);
    receiver.records(secretOf(SUITES.chacha20));
    receiver.allow({ ccs: 2, plainAlerts: true });
    expect(receiver.receive(ccs)).toBe(6);
    expect(receiver.opened()).toBeNull();
    expect(receiver.open(alert)).toEqual({ type: TYPES.alert, content: alert.subarray(5) });
    expect(receiver.receive(ccs)).toBe(6);
    expect(receiver.open(ccs)).toBe(UNEXPECTED);
  });

  test("a change_cipher_spec of other bytes, or protected, is refused", () => {
    for (const content of [[0], [2], [1, 1], []]) {
      const { receiver } = pair();
      receiver.allow({ ccs: 2 });
      const record = plain(TYPES.ccs, Buffer.from(content));
      expect(receiver.open(record), `${content}`).toBe(UNEXPECTED);
    }
    const { sender, receiver } = pair();
    receiver.allow({ ccs: 2 });
    expect(receiver.open(sender.sealed(TYPES.ccs, Buffer.from([1])))).toBe(UNEXPECTED);
  });

  test("no alert in the clear after the first record that opened", () => {
    const { sender, receiver } = pair();
    receiver.allow({ plainAlerts: true });
    receiver.open(sender.sealed(TYPES.handshake, Buffer.from("message")));
    expect(receiver.open(plain(TYPES.alert, Buffer.from([2, 40])))).toBe(UNEXPECTED);
  });

  test("messages in the clear end with the first key", () => {
    const { receiver } = pair();
    expect(receiver.open(plain(TYPES.handshake, Buffer.from("message")))).toBe(UNEXPECTED);
  });

  test("empty alerts and messages are refused, in the clear and protected; other types, too", () => {
    for (const type of [TYPES.alert, TYPES.handshake, 24, 0]) {
      const receiver = new Alone(SUITES.chacha20);
      receiver.records(null);
      expect(receiver.open(plain(type, Buffer.alloc(0))), `${type}`).toBe(UNEXPECTED);
    }
    const { sender, receiver } = pair();
    expect(receiver.open(sender.sealed(24, Buffer.from("heartbeat")))).toBe(UNEXPECTED);
  });

  test("nothing comes between the pieces of a message", () => {
    const { sender, receiver } = pair();
    receiver.partial(3);
    expect(receiver.open(sender.sealed(TYPES.data, Buffer.from("data")))).toBe(UNEXPECTED);
    const inClear = new Alone(SUITES.chacha20);
    inClear.records(null);
    inClear.allow({ ccs: 1 });
    inClear.partial(3);
    expect(inClear.open(plain(TYPES.ccs, Buffer.from([1])))).toBe(UNEXPECTED);
  });

  test("keys don't change while a message is in pieces, or goes on in its record", () => {
    const { sender, receiver } = pair();
    receiver.partial(1);
    expect(receiver.rekey(secretOf(SUITES.chacha20))).toBe(SPANS_KEYS);
    receiver.partial(0);
    receiver.receive(sender.sealed(TYPES.handshake, Buffer.from("message")));
    receiver.take(6);
    expect(receiver.rekey(secretOf(SUITES.chacha20))).toBe(SPANS_KEYS);
    receiver.take(1);
    expect(receiver.rekey(secretOf(SUITES.chacha20))).toBe(0);
  });

  test("the version in a protected record's header is TLS 1.2's", () => {
    const { receiver } = pair();
    const record = plain(TYPES.data, Buffer.alloc(40), 0x0301);
    expect(receiver.open(record)).toBe(BAD_RECORD_VERSION);
  });
});

describe("early data", () => {
  const foreign = (length: number) => plain(TYPES.data, Buffer.alloc(length, 7));

  test("is skipped until the first record that opens; forged records after it are not", () => {
    const { sender, receiver } = pair();
    receiver.allow({ earlyData: LONGEST + 256 });
    expect(receiver.receive(foreign(8000))).toBe(8005);
    expect(receiver.receive(foreign(20))).toBe(25);
    expect(receiver.opened()).toBeNull();
    const content = Buffer.from("first");
    expect(receiver.open(sender.sealed(TYPES.data, content))).toMatchObject({ content });
    expect(receiver.open(foreign(20))).toBe(BAD_MAC);
  });

  test("is skipped within a bound, which empty records use up, too", () => {
    const { receiver } = pair();
    receiver.allow({ earlyData: 1000 });
    expect(receiver.receive(foreign(900))).toBe(905);
    for (let i = 0; i < 99; i++) expect(receiver.receive(foreign(0))).toBe(5);
    expect(receiver.open(foreign(17))).toBe(TOO_MUCH_SKIPPED);
  });

  test("is not skipped where it was not announced", () => {
    const { receiver } = pair();
    expect(receiver.open(foreign(40))).toBe(BAD_MAC);
  });

  test("is dropped before there are keys, where it may be", () => {
    const receiver = new Alone(SUITES.chacha20);
    receiver.records(null);
    receiver.allow({ earlyData: 1000 });
    expect(receiver.receive(foreign(400))).toBe(405);
    expect(receiver.opened()).toBeNull();
    receiver.allow({});
    expect(receiver.open(foreign(400))).toBe(UNEXPECTED);
  });
});
