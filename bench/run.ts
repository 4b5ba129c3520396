import { reportAims } from "./aims.ts";
import { writeChart } from "./chart.ts";
import { measureConnections } from "./connections.ts";
import { measureCrypto } from "./crypto.ts";
import { reportCrypto } from "./crypto-report.ts";
import { measureHandshakes, measureResumption } from "./handshake.ts";
import { measureHybrid } from "./hybrid.ts";
import { measureIdle, measureIdleTls13 } from "./idle.ts";
import { measureMemory } from "./memory.ts";
import { Noise } from "./noise.ts";
import { measureAgainstOpenssl } from "./openssl-speed.ts";
import { measureParallel } from "./parallel.ts";
import {
  reportMemory,
  reportSizes,
  reportStartUp,
  reportThroughput,
  reportTunnelCost,
} from "./report.ts";
import { type Result, writeResults } from "./results.ts";
import { throwawayCredentials } from "./scratch.ts";
import { reportConnections, reportIdle, reportParallel } from "./server-report.ts";
import { measureSizes } from "./sizes.ts";
import { measureFirstBytes, measureStartUp } from "./startup.ts";
import { writeSummary } from "./summary.ts";
import { measureTerminating } from "./terminating.ts";
import { reportTerminating } from "./terminating-report.ts";
import { measureThroughput } from "./throughput.ts";
import { measureTunnelCost } from "./tunnel-cost.ts";
import { measureUsers, reportUsers } from "./users.ts";
import { measureVersions } from "./versions.ts";
import {
  reportHandshakes,
  reportHybrid,
  reportResumption,
  reportVersions,
} from "./versions-report.ts";

const began = performance.now();
const noise = new Noise();
const p256 = throwawayCredentials("p256");

/** Each measures, and gives what prints its tables: nothing is printed amid measurements. */
const SECTIONS: Readonly<Record<string, () => Promise<() => Result[]>>> = {
  async startup() {
    const measured = await measureStartUp(p256);
    return () => reportStartUp(measured);
  },

  async throughput() {
    const cases = await measureThroughput(p256, ({ direction, suite }) => {
      done(`throughput ${direction}, ${suite}`);
    });
    const costs = measureTunnelCost(p256);
    return () => {
      const results = reportThroughput(cases);
      reportTunnelCost(costs, cases);
      return results;
    };
  },

  async memory() {
    const measured = await measureMemory(p256);
    return () => reportMemory(measured);
  },

  async server() {
    const credentials = { p256, rsa2048: throwawayCredentials("rsa2048") };
    const connections = await measureConnections(credentials, ({ keyType, clients }) => {
      done(`new connections, ${keyType}, ${clients} at once`);
    });
    const idle = await measureIdle(p256);
    const idleTls13 = await measureIdleTls13(p256);
    done("idle connections");
    const parallel = await measureParallel(p256);
    return () => [
      ...reportConnections(connections),
      ...reportIdle(idle, idleTls13),
      ...reportParallel(parallel),
    ];
  },

  async versions() {
    const handshakes = await measureHandshakes(p256);
    const hybrid = measureHybrid(p256);
    const resumption = {
      p256: await measureResumption(p256),
      rsa2048: await measureResumption(throwawayCredentials("rsa2048")),
    };
    const costs = measureVersions(p256);
    const firstBytes = await measureFirstBytes(p256);
    return () => [
      ...reportHandshakes(handshakes),
      ...reportHybrid(hybrid),
      ...reportResumption(resumption),
      ...reportVersions(costs, firstBytes),
    ];
  },

  async users() {
    const measured = await measureUsers(p256);
    return () => reportUsers(measured);
  },

  async addresses() {
    const credentials = { p256, rsa2048: throwawayCredentials("rsa2048") };
    const measured = await measureTerminating(credentials, done);
    return () => reportTerminating(measured);
  },

  async crypto() {
    const measured = [...measureCrypto(), ...measureAgainstOpenssl()];
    return () => reportCrypto(measured);
  },

  async sizes() {
    return () => {
      reportSizes(measureSizes());
      return [];
    };
  },
};

const reports: (() => Result[])[] = [];
noise.listen();
for (const name of chosen(process.env["ONLY"])) {
  const measure = SECTIONS[name] as (typeof SECTIONS)[string];
  reports.push(await measure());
  done(name);
}
const results = reports.flatMap((report) => report());
reportAims(results);
writeResults(results);
// The chart is of a whole run, since it is committed.
const written = process.env["ONLY"]
  ? "bench/results.json"
  : "bench/results.json, bench/chart.svg and bench/summary.svg";
if (!process.env["ONLY"]) {
  writeChart(results, noise);
  writeSummary(results);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(`\nNode ${process.version}; ${seconds} seconds; ${noise.describe()}`);
console.log(`Ratios are in ${written}: ours ÷ peer, larger is better.`);
process.exit(0);

/** All sections, or those that are named, with commas between them. */
function chosen(names = ""): string[] {
  const all = Object.keys(SECTIONS);
  if (names === "") return all;
  const wanted = names.split(",");
  for (const name of wanted) {
    if (!all.includes(name)) throw new Error(`no section ${name}; there are ${all.join(", ")}`);
  }
  return wanted;
}

function done(what: string): void {
  console.log(`  ${what}: done`);
  noise.listen();
}
