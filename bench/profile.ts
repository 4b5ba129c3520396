import { download, upload } from "./client.ts";
import { busyTime, printOwnTimes, profiledNode, profiles } from "./cpu-profile.ts";
import { Client } from "./load.ts";
import { ended, membersOf, start } from "./processes.ts";
import { CAT, sink, source } from "./programs.ts";
import { program } from "./repository.ts";
import { throwawayCredentials } from "./scratch.ts";
import { freePort, isListening } from "./servers.ts";
import { RSA_SUITE, SUITES } from "./suites.ts";
import { SuperServer } from "./super-server.ts";
import { until, within } from "./waiting.ts";

/*
 * Where the time goes: runs a program under `node --cpu-prof` and prints its functions by the time
 * spent in themselves. Arguments: `down` or `up`, of a tunnel of s6-tlsd, and `aes` for
 * AES-128-GCM; or `connections`, of a worker of s6-tlsserver, and `rsa` for an RSA key.
 */

const BYTES = 1024 * 1024 * 1024;
const LOAD = { number: 4, duration: 6000 };

const [subject = "down", variant] = process.argv.slice(2);
if (subject === "connections") await profileWorker();
else await profileTunnel(subject === "up" ? "up" : "down");
process.exit(0);

async function profileTunnel(direction: "up" | "down"): Promise<void> {
  const suite = variant === "aes" ? SUITES[1] : SUITES[0];
  const credentials = throwawayCredentials();
  const prog = direction === "down" ? source(BYTES) : sink(BYTES);
  const command = [...profiledNode(), program("s6-tlsd"), prog];
  const server = await SuperServer.of(command, credentials);
  const transfer = direction === "down" ? download : upload;
  const marks = { began: () => {}, ended: () => {} };
  const pace = await transfer({ port: server.port, suite, credentials }, BYTES, marks);
  console.log(`${(pace / 1e6).toFixed(0)} MB/s under the profiler`);
  await within("the profile", ended(server.start.child));
  const title = `${direction}, ${suite}: milliseconds per GB in each function itself`;
  const [file = ""] = profiles();
  printOwnTimes(file, { title, per: BYTES / 1e9, digits: 0, withIdle: true });
}

/** With one worker, to know how many connections it had. */
async function profileWorker(): Promise<void> {
  const credentials = throwawayCredentials(variant === "rsa" ? "rsa2048" : "p256");
  const suite = variant === "rsa" ? RSA_SUITE : SUITES[0];
  const port = await freePort();
  const operands = ["127.0.0.1", String(port), CAT];
  const command = [...profiledNode(), program("s6-tlsserver"), "--workers", "1", ...operands];
  const { keyFile: KEYFILE, certFile: CERTFILE } = credentials;
  const server = start(command, { environment: { KEYFILE, CERTFILE } });
  await until("starting s6-tlsserver", () => isListening(port));
  const { latencies, seconds } = await new Client({ port, suite, credentials }).load(LOAD);
  const rate = (latencies.length / seconds).toFixed(0);
  console.log(`${rate} connections a second with one worker, under the profiler`);
  server.kill("SIGTERM");
  await within("the end of s6-tlsserver", ended(server));
  // The worker follows when it has lost its primary.
  await until("the profiles", () => membersOf(server.pid ?? 0).length === 0);
  const [file = ""] = profiles().sort((a, b) => busyTime(b) - busyTime(a));
  const title = `${suite}: milliseconds a connection in each function itself`;
  printOwnTimes(file, { title, per: latencies.length, digits: 2, withIdle: false });
}
