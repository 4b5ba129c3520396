/**
 * What our peer of TLS 1.3 says, played to the native targets `hello`, `server13` and `client13`: new
 * hellos each time. With FUZZ_RECORD=1 it is what the corpora begin with.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SERVER_NAME } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { repository } from "../support/repository.ts";
import { scratch } from "../support/scratch.ts";
import { plainServer } from "../support/tls-servers.ts";
import { clearRecord } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";
import { Tls13Client } from "../tls13/peer/client.ts";
import type { ClientSettings } from "../tls13/peer/client-hello.ts";
import { earlyData, recordSizeLimit } from "../tls13/peer/extensions.ts";
import { certificate, type Extension, keyUpdate } from "../tls13/peer/messages.ts";
import { GROUP } from "../tls13/peer/numbers.ts";
import { client13Inputs } from "./client13-inputs.ts";
import { encoded, type Step } from "./operations.ts";

/** As fuzz/targets/server13.c numbers them. */
const OPERATION = { raw: 0, sealed: 2, finished: 3, message: 4, data: 5, end: 6, say: 7 } as const;

const ROLES = [0, 1, 2, 3, 4];

const HELLOS: readonly [ClientSettings, Extension[]?][] = [
  [{ groups: [GROUP.x25519] }],
  [{ groups: [GROUP.secp256r1], suites: [0x1301], protocols: ["http/1.1", "h2"] }],
  [{ groups: [GROUP.secp384r1], suites: [0x1302], name: null }, [recordSizeLimit(64)]],
  [{ groups: [GROUP.x25519mlkem768] }],
];

const KEYS: Step[] = [
  [OPERATION.message, keyUpdate(1)],
  [OPERATION.data, Buffer.from("under the next key")],
];

const ENDS: readonly Step[][] = [
  [[OPERATION.data, Buffer.from("hello")], [OPERATION.say, Buffer.from("late reply")], ...KEYS],
  [[OPERATION.end], [OPERATION.data], [OPERATION.sealed, Buffer.of(1, 0, RECORD.alert, 0, 0)]],
  [...KEYS, [OPERATION.say, Buffer.alloc(300)], [OPERATION.message, Buffer.of(99, 0, 0, 0)]],
];

async function client(settings: ClientSettings): Promise<Tls13Client> {
  const { port } = await plainServer(() => {});
  return Tls13Client.connect(port, { name: SERVER_NAME, ...settings });
}

async function inputs(): Promise<Record<"hello" | "server13" | "client13", Buffer[]>> {
  const hello: Buffer[] = [];
  const server13: Buffer[] = [];
  for (const [settings, more = []] of HELLOS) {
    const whole = (await client(settings)).hello({ extensions: (usual) => [...usual, ...more] });
    const record = clearRecord(RECORD.handshake, whole, 0x0301);
    for (const role of ROLES) {
      hello.push(Buffer.concat([Buffer.of(role, 7 * role), record]));
      const none: Step = [OPERATION.message, certificate({ certificates: [] })];
      for (const end of ENDS) {
        const proof = role === 1 ? [none] : [];
        server13.push(
          encoded(role, [[OPERATION.raw, record], ...proof, [OPERATION.finished], ...end]),
        );
      }
    }
  }
  const { retried, early } = await others();
  return {
    hello: [...hello, Buffer.concat([Buffer.of(0, 3), retried])],
    server13: [...server13, ...early],
    client13: await client13Inputs(),
  };
}

/** A hello that is sent back, twice the same; and one with early data behind it. */
async function others(): Promise<{ retried: Buffer; early: Buffer[] }> {
  const lacking = await client({ groups: [GROUP.secp521r1, GROUP.secp256r1] });
  const record = clearRecord(RECORD.handshake, lacking.hello());
  const whole = (await client({})).hello({ extensions: (usual) => [...usual, earlyData()] });
  const steps: Step[] = [
    [OPERATION.raw, clearRecord(RECORD.handshake, whole)],
    [OPERATION.raw, clearRecord(RECORD.applicationData, Buffer.alloc(200))],
    [OPERATION.finished],
  ];
  const again = await client({
    groups: [GROUP.secp521r1, GROUP.secp256r1],
    shares: [GROUP.secp256r1],
  });
  again.random.set(lacking.random);
  again.sessionId = lacking.sessionId;
  const second = clearRecord(RECORD.handshake, again.hello());
  const back: Step[] = [
    [OPERATION.raw, record],
    [OPERATION.raw, second],
    [OPERATION.finished],
    ...KEYS,
  ];
  return { retried: Buffer.concat([record, second]), early: [encoded(0, steps), encoded(0, back)] };
}

it("makes no fault", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(scratch, "tls13-"));
  for (const [target, all] of Object.entries(await inputs())) {
    const root = process.env["FUZZ_RECORD"] ? join(repository, "build/fuzz/corpus") : folder;
    mkdirSync(join(root, target), { recursive: true });
    const files = all.map((input, number) => {
      const file = join(root, target, `${number}`);
      writeFileSync(file, input);
      return file;
    });
    const program = join(repository, "build/fuzz/faults", target);
    const command = ["sh", "-c", 'cd "$0" && exec "$@"', repository, program, ...files];
    const environment = { ASAN_OPTIONS: "quarantine_size_mb=16:detect_leaks=0" };
    const { code, stderr } = await run(command, { environment, patience: 100_000 });
    expect(stderr).toContain(`Running ${files.length} inputs`);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  }
});
