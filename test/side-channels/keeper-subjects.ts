import { constants, generateKeyPairSync, publicEncrypt, randomBytes } from "node:crypto";
import { loadKey, newKeeper } from "../engine/instances.ts";
import { type KeyKind, newKey } from "../support/certificates.ts";
import { RIGHT, robotBlocks } from "../support/robot-blocks.ts";
import { POOL, type Subject } from "./measure.ts";

const SHA256 = 4;
const MODULUS_LENGTH = 256;

/** What the keeper does with private keys, and with what strangers send. */
export function keeperSubjects(): Subject[] {
  return [
    paddings(),
    hashes("RSA-2048"),
    hashes("P-256"),
    keys("RSA-2048", 4),
    keys("P-256", POOL),
    keys("P-256", POOL, ONE_SHAPE),
    keys("P-384", POOL),
    points(),
    tickets("the name", [0, NAME]),
    tickets("the tag", [-TAG, TAG]),
  ];
}

/** Bleichenbacher's question. */
function paddings(): Subject {
  const key = newKey("RSA-2048");
  const loaded = loadKey(key.export({ type: "pkcs8", format: "der" }));
  const messages = robotBlocks(MODULUS_LENGTH).map(({ what, block }) => ({
    what,
    message: publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block),
  }));
  const right = messages.filter(({ what }) => what === RIGHT);
  const wrong = messages.filter(({ what }) => what !== RIGHT);
  return choosing("RSA-2048 decryption", ["right padding", "wrong paddings"], {
    pools: [right, wrong].map((all) =>
      pool((at) => placed(all[at % all.length]?.message ?? Buffer.of())),
    ) as [Buffer[], Buffer[]],
    run: (message) => void loaded.decrypt(placed(message)),
  });
}

function hashes(kind: KeyKind): Subject {
  const loaded = loadKey(newKey(kind).export({ type: "pkcs8", format: "der" }));
  const room = new Uint8Array(600);
  const fixed = randomBytes(32);
  return choosing(`${kind} signature`, ["one hash", "random hashes"], {
    pools: [pool(() => placed(fixed)), pool(() => placed(randomBytes(32)))],
    run: (hash) => void loaded.sign(SHA256, hash, room),
  });
}

/** Bytes in an ECDSA signature of P-256 whose r and s are as long as possible in DER. */
const ONE_SHAPE = 72;

/**
 * One key, loaded as often as there are other ones, so that all live in the same way. With a
 * `length`, only keys whose signature has it: lengths are there for all to see.
 */
function keys(kind: KeyKind, count: number, length?: number): Subject {
  const room = new Uint8Array(600);
  const hash = randomBytes(32);
  const [keeper, trial] = [newKeeper(), newKeeper()];
  const load = (key: ReturnType<typeof newKey>) =>
    loadKey(key.export({ type: "pkcs8", format: "der" }), keeper);
  const key = () => {
    for (;;) {
      const candidate = newKey(kind);
      if (length === undefined) return candidate;
      const loaded = loadKey(candidate.export({ type: "pkcs8", format: "der" }), trial);
      if (loaded.sign(SHA256, hash, room) === length) return candidate;
    }
  };
  const one = key();
  const loaded = Array.from({ length: count }, () => [load(one), load(key())] as const);
  return choosing(
    `${kind} signature${length === undefined ? "" : `, ${length} bytes`}`,
    ["one key", "random keys"],
    {
      pools: [pool((at) => loaded[at % count]?.[0]), pool((at) => loaded[at % count]?.[1])],
      run: (key) => void key.sign(SHA256, hash, room),
    },
  );
}

/** Static ECDH with what a client says is its point. */
function points(): Subject {
  const loaded = loadKey(newKey("P-256").export({ type: "pkcs8", format: "der" }));
  const fixed = point();
  return choosing("P-256 static ECDH", ["one point", "random points"], {
    pools: [pool(() => placed(fixed)), pool(() => placed(point()))],
    run: (data) => void loaded.decrypt(placed(data)),
  });
}

/** Bytes of a ticket that are compared. */
const NAME = 8;
const TAG = 16;
const PERIOD = 80_000;

/** A session ticket that some client made of one of ours. @param stretch where it begins, and its length */
function tickets(what: string, [begin, length]: readonly [number, number]): Subject {
  const loaded = loadKey(newKey("P-256").export({ type: "pkcs8", format: "der" }));
  const changed = (at: number) => {
    const ticket = Buffer.from(loaded.seal(PERIOD, randomBytes(131)));
    const place = (begin + ticket.length + at) % ticket.length;
    ticket[place] = (ticket[place] ?? 0) ^ 1;
    return placed(ticket);
  };
  return choosing("a ticket that is opened", [`${what} wrong at first`, "wrong anywhere in it"], {
    pools: [pool(() => changed(0)), pool((at) => changed(at % length))],
    run: (ticket) => void loaded.open(PERIOD, ticket),
  });
}

function point(): Buffer {
  const { x = "", y = "" } = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
    format: "jwk",
  });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
}

/**
 * A copy like every other one. Node keeps small buffers in one place and random bytes in another,
 * and to fetch them from there takes 70 nanoseconds more, which is a leak to a t-test.
 */
function placed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

interface Choosing<Input> {
  pools: readonly [Input[], Input[]];
  run(input: Input): void;
}

function choosing<Input>(
  what: string,
  classes: Subject["classes"],
  { pools, run }: Choosing<Input>,
): Subject {
  let input = pools[0][0] as Input;
  return {
    what,
    classes,
    prepare(ofClass, which) {
      input = pools[ofClass][which] as Input;
    },
    run: () => run(input),
  };
}

function pool<Input>(make: (at: number) => Input | undefined): Input[] {
  return Array.from({ length: POOL }, (_, at) => make(at) as Input);
}
