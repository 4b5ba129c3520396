/** /metrics: what workers count, in formats that Debian's promtool and Prometheus' own parser take. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SUITE_NAMES } from "../../src/sandbox/suites.ts";
import { COUNTED, Meters, NUMBERS, PLACES } from "../../src/server/meter.ts";
import { render } from "../../src/server/metrics.ts";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange, openssl } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { everything, run } from "../support/processes.ts";
import { authority, backend, credentials, echo, relay, relayServer } from "../support/relays.ts";
import { repository } from "../support/repository.ts";
import { startServer } from "../support/server.ts";

const OPENMETRICS = "Accept: application/openmetrics-text; version=1.0.0";

/** The samples by their names and labels, once they are as wanted. */
async function samples(port: number, areThere: (all: Map<string, number>) => boolean) {
  let all = new Map<string, number>();
  let isGood = false;
  let asks = false;
  await eventually("the numbers", () => {
    if (!asks && !isGood) {
      asks = true;
      void run(["curl", "-s", `http://127.0.0.1:${port}/metrics`]).then(({ stdout }) => {
        const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
        all = new Map(
          lines.map((line) => [line.replace(/ [^ ]*$/, ""), Number(line.split(" ").at(-1))]),
        );
        isGood = areThere(all);
        asks = false;
      });
    }
    return isGood;
  }).catch((error: Error) => {
    throw new Error(
      `${error.message}: ${JSON.stringify([...all].filter(([, value]) => value > 0))}`,
    );
  });
  return (name: string) => all.get(`bearhug_${name}`);
}

/** `bearhug server` with an echo behind it, and the port of its status. */
async function statusOf(options: readonly string[]) {
  const port = await freePort();
  const { port: to } = await backend(echo);
  const serving = await relayServer([
    "--status",
    `127.0.0.1:${port}`,
    "--connect",
    `127.0.0.1:${to}`,
    ...options,
  ]);
  return { port, serving };
}

it("workers that were replaced, and those that serve", async () => {
  const port = await freePort();
  const options = ["--workers", "2", "--status", `127.0.0.1:${port}`];
  const server = await startServer({ authority, credentials, options });
  const before = await samples(port, (all) => all.get("bearhug_workers") === 2);
  expect(before("workers_replaced_total")).toBe(0);
  process.kill(server.workers[0] ?? Number.NaN, "SIGKILL");
  const after = await samples(
    port,
    (all) => all.get("bearhug_workers") === 2 && all.get("bearhug_workers_replaced_total") !== 0,
  );
  expect(after("workers_replaced_total")).toBe(1);
});

it("handshakes by version, suite, group and resumption; how long they took; bytes", async () => {
  const { port, serving } = await statusOf([]);
  expect(await exchange(await connect(serving, { maxVersion: "TLSv1.2" }), "twelve")).toBe(
    "twelve",
  );
  const client = await connect(serving, { maxVersion: "TLSv1.3", ecdhCurve: "X25519" });
  const session = new Promise<Buffer>((resolve) => client.once("session", resolve));
  client.write("thirteen");
  const ticket = await session;
  client.end();
  await everything(client);
  const again = await connect(serving, { session: ticket, ecdhCurve: "X25519" });
  expect(again.isSessionReused()).toBe(true);
  expect(await exchange(again, "x")).toBe("x");
  const of = await samples(
    port,
    (all) =>
      all.get("bearhug_sent_bytes_total") === 15 &&
      all.get("bearhug_handshake_seconds_count") === 3,
  );
  expect({
    old: of('handshakes_total{version="TLSv1.2"}'),
    fresh: of('handshakes_total{version="TLSv1.3"}'),
    suite: of('handshakes_by_suite_total{suite="ECDHE-ECDSA-CHACHA20-POLY1305"}'),
    group: of('handshakes_by_group_total{group="X25519"}'),
    noGroup: of('handshakes_by_group_total{group="other"}'),
    resumed: of("handshakes_resumed_total"),
    longest: of('handshake_seconds_bucket{le="+Inf"}'),
    received: of("received_bytes_total"),
    failed: of('handshakes_failed_total{reason="truncated"}'),
  }).toEqual({
    ...{ old: 1, fresh: 2, suite: 1, group: 2, noGroup: 1, resumed: 1, longest: 3 },
    ...{ received: 15, failed: 0 },
  });
  expect(of("handshake_seconds_sum")).toBeGreaterThan(0);
  expect(of("handshake_seconds_sum")).toBeLessThan(30);
});

it("bytes of a connection that stays open are counted", async () => {
  const { port, serving } = await statusOf([]);
  const client = await connect(serving);
  client.write("still here");
  const of = await samples(port, (all) => all.get("bearhug_received_bytes_total") === 10);
  expect(of("connections_open")).toBe(1);
  client.destroy();
});

it("what fails, and why: alerts, truncation, time-outs, access control, words before TLS", async () => {
  const alice = ["--allow-cn", "alice", "--cacert", authority.certFile];
  const { port, serving } = await statusOf(["-K", "500", ...alice, "--starttls", "postgresql"]);
  const mallory = authority.issue({ name: "mallory" });
  const shown = { cert: readFileSync(mallory.certFile), key: readFileSync(mallory.keyFile) };
  await connect(serving, shown)
    .then(everything)
    .catch(() => {});
  const stranger = { port: serving.port, authority: Authority.root() };
  await openssl(stranger, ["-tls1_3"]);
  const cut = await connectRaw(serving.port);
  cut.end(Buffer.from("1603010200", "hex"));
  (await connectRaw(serving.port)).write(Buffer.from("16030102", "hex"));
  (await connectRaw(serving.port)).write("GET / HTTP/1.0\r\n\r\n");
  await samples(port, (all) =>
    [
      'bearhug_connections_refused_total{reason="not-allowed"}',
      'bearhug_connections_refused_total{reason="starttls"}',
      'bearhug_handshakes_failed_total{reason="alert"}',
      'bearhug_handshakes_failed_total{reason="truncated"}',
      'bearhug_handshakes_failed_total{reason="timeout"}',
    ].every((name) => all.get(name) === 1),
  );
});

it("backends that refuse, and those that reset; a TLS server is one, too", async () => {
  const port = await freePort();
  const refusing = await freePort();
  const serving = await relayServer([
    "--status",
    `127.0.0.1:${port}`,
    "--connect",
    `127.0.0.1:${refusing}`,
  ]);
  (await connect(serving)).on("error", () => {}).resume();
  await samples(port, (all) => all.get("bearhug_backend_errors_total") === 1);
  const status = await freePort();
  const client = await relay("client", [
    ...["--status", `127.0.0.1:${status}`, "--cacert", authority.certFile],
    ...["--connect", `127.0.0.1:${refusing}`],
  ]);
  (await connectRaw(client.port)).on("error", () => {}).resume();
  await samples(status, (all) => all.get("bearhug_backend_errors_total") === 1);
});

it("when certificates expire, by the variables that name them, and anew after a reload", async () => {
  const named = authority.issue({ name: "b.test", days: 100 });
  const { port, serving } = await statusOf(["--sni", `b.test=${named.certFile},${named.keyFile}`]);
  const name = 'bearhug_certificate_expiry_timestamp_seconds{certificate="CERTFILE:b.test"}';
  const at = (days: number) => Date.now() / 1000 + days * 86_400;
  const of = await samples(port, (all) => all.has(name));
  expect(of(name.slice(8))).toBeGreaterThan(at(99.9));
  expect(of(name.slice(8))).toBeLessThan(at(100.1));
  expect(of('certificate_expiry_timestamp_seconds{certificate="CERTFILE"}')).toBeGreaterThan(at(0));
  const renewed = authority.issue({ name: "b.test", days: 200 });
  writeFileSync(named.certFile, readFileSync(renewed.certFile));
  writeFileSync(named.keyFile, readFileSync(renewed.keyFile));
  serving.running.signal("SIGUSR2");
  await samples(port, (all) => (all.get(name) ?? 0) > at(199));
});

describe("judged by others", () => {
  async function busy(): Promise<number> {
    const { port, serving } = await statusOf([]);
    await exchange(await connect(serving), "x");
    await samples(port, (all) => all.get("bearhug_handshake_seconds_count") === 1);
    return port;
  }

  it("promtool has nothing to say", async () => {
    const port = await busy();
    const { stdout } = await run(["curl", "-s", `http://127.0.0.1:${port}/metrics`]);
    const judged = await run(["promtool", "check", "metrics"], { input: stdout });
    expect(judged).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  it("Prometheus' parser of OpenMetrics finds each with its type and unit, and # EOF", async () => {
    const port = await busy();
    const { stdout } = await run([
      "curl",
      "-s",
      "-H",
      OPENMETRICS,
      `http://127.0.0.1:${port}/metrics`,
    ]);
    const script = `import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
for family in parse(sys.stdin.read()): print(family.name, family.type, family.unit, len(family.samples))`;
    const parsed = await run(["/usr/bin/python3", "-c", script], { input: stdout });
    expect(parsed.stderr).toBe("");
    const lines = parsed.stdout.split("\n");
    expect(lines).toContain(
      `bearhug_handshake_seconds histogram seconds ${COUNTED.duration.length + 2}`,
    );
    expect(lines).toContain("bearhug_received_bytes counter bytes 1");
    expect(lines).toContain(`bearhug_handshakes_by_suite counter  ${COUNTED.suite.length}`);
    expect(lines).toContain("bearhug_certificate_expiry_timestamp_seconds gauge seconds 1");
    const broken = await run(["/usr/bin/python3", "-c", script], {
      input: stdout.replace("# EOF\n", ""),
    });
    expect(broken.code).not.toBe(0);
  });

  it("s6-tlsserver has them, too", async () => {
    const port = await freePort();
    const server = await startServer({
      authority,
      credentials,
      options: ["--status", `127.0.0.1:${port}`],
    });
    expect(await exchange(await connect(server), "x")).toBe("x");
    await samples(port, (all) => all.get('bearhug_handshakes_total{version="TLSv1.3"}') === 1);
    const { stdout } = await run(["curl", "-s", `http://127.0.0.1:${port}/metrics`]);
    expect(await run(["promtool", "check", "metrics"], { input: stdout })).toMatchObject({
      code: 0,
    });
  });
});

describe("a worker that lies", () => {
  const good = Array<number>(NUMBERS).fill(1);

  it.each([
    ["nothing", undefined],
    ["text", "1"],
    ["too few", good.slice(1)],
    ["too many", [...good, 1]],
    ["less than nothing", [...good.slice(1), -1]],
    ["fractions", [...good.slice(1), 0.5]],
    ["NaN", [...good.slice(1), Number.NaN]],
    ["more than can be counted", [...good.slice(1), 2 ** 60]],
    ["words", [...good.slice(1), "1"]],
    ["lists", [...good.slice(1), [1]]],
  ])("%s: none of it is counted", (_, counts) => {
    const meters = new Meters();
    expect(meters.add(counts)).toBe(false);
    expect(meters.of("version")).toEqual([0, 0, 0, 0, 0]);
  });

  it("numbers never become less, nor more than is exact", () => {
    const meters = new Meters();
    const most = good.map(() => Number.MAX_SAFE_INTEGER);
    expect(meters.add(most) && meters.add(most)).toBe(true);
    expect(meters.of("bytes")).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  });
});

it("each kind has its own places, and they fill the report", () => {
  const taken = Object.entries(COUNTED).flatMap(([kind, { length }]) =>
    Array.from({ length }, (_, at) => PLACES[kind as keyof typeof PLACES] + at),
  );
  expect(taken).toEqual(Array.from({ length: NUMBERS }, (_, at) => at));
});

it("the names of suites are all those that the engine has", () => {
  const text = ["wasm/engine/tls13/suites.c", "wasm/engine/profiles.c"]
    .map((file) => readFileSync(join(repository, file), "utf8"))
    .join("");
  const inC = [...text.matchAll(/"([A-Z0-9_-]{6,})"\}/g)].map(([, name]) => name);
  expect(inC).toEqual(SUITE_NAMES);
  expect(inC.length).toBeGreaterThan(40);
});

it("a variable's name is escaped as a label", () => {
  const samples_ = [{ label: { name: "certificate", value: 'CERTFILE:a"b\\c\nd' }, value: 1 }];
  const text = render([{ name: "x", kind: "gauge", help: "X.", samples: samples_ }], "text");
  expect(text).toContain('x{certificate="CERTFILE:a\\"b\\\\c\\nd"} 1\n');
});
