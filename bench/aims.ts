import type { Result } from "./results.ts";
import { printTable } from "./table.ts";

/** A figure that work on speed aims at; what it is read from is in this run's results. */
interface Aim {
  readonly what: string;
  /** The result's name. */
  readonly of: string;
  readonly show: (result: Pick<Result, "ours" | "peer" | "ratio">) => number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const KIB_OF_A_GIB = 1024 * 1024;

const ratio: Aim["show"] = (result) => result.ratio;
/** Results are rates: a time ÷ the peer's is the other way round. */
const times: Aim["show"] = (result) => 1 / result.ratio;
const kib: Aim["show"] = ({ ours }) => KIB_OF_A_GIB / ours;

const AIMS: readonly Aim[] = [
  {
    what: "new connections/s, P-256, 4 clients ÷ socat",
    ...{ of: "server-rate-p256-4-vs-socat", show: ratio, atLeast: 1.2 },
  },
  {
    what: "processor time a connection ÷ stunnel's",
    ...{ of: "server-cpu-p256-4-vs-stunnel", show: times, atMost: 1.05 },
  },
  {
    what: "a handshake in engine and keeper, TLS 1.3 ÷ 1.2 with BearSSL's X25519 and SHA-256",
    ...{ of: "handshake-tls13-vs-before", show: times, atMost: 0.4 },
  },
  {
    what: "X25519, one's own key ÷ BearSSL's",
    ...{ of: "x25519-own-key-vs-m31", show: ratio, atLeast: 3 },
  },
  {
    what: "X25519, the shared secret ÷ BearSSL's",
    ...{ of: "x25519-secret-vs-m31", show: ratio, atLeast: 1.6 },
  },
  {
    what: "RSA-2048 private ÷ OpenSSL's",
    ...{ of: "rsa2048-private-vs-openssl", show: ratio, atLeast: 0.33 },
  },
  {
    what: "ChaCha20-Poly1305 ÷ native BearSSL",
    ...{ of: "chacha20poly1305-vs-native-bearssl", show: ratio, atLeast: 1.7 },
  },
  {
    what: "ChaCha20-Poly1305 down ÷ stunnel",
    ...{ of: "tunnel-down-chacha20-poly1305-vs-stunnel", show: ratio, atLeast: 0.75 },
  },
  {
    what: "ChaCha20-Poly1305 up ÷ stunnel",
    ...{ of: "tunnel-up-chacha20-poly1305-vs-stunnel", show: ratio, atLeast: 0.65 },
  },
  {
    what: "AES-128-GCM down ÷ native BearSSL with AES-NI",
    ...{ of: "tunnel-down-aes128-gcm-vs-native-bearssl", show: ratio, atLeast: 0.6 },
  },
  {
    what: "AES-128-GCM up ÷ native BearSSL with AES-NI",
    ...{ of: "tunnel-up-aes128-gcm-vs-native-bearssl", show: ratio, atLeast: 0.5 },
  },
  {
    what: "an idle connection of TLS 1.3, KiB",
    ...{ of: "server-idle-memory-tls13", show: kib, atMost: 80 },
  },
  {
    what: "s6-tlsd's start ÷ bare Node, clean environment",
    ...{ of: "startup-vs-bare-node", show: times, atMost: 1.8 },
  },
];

/** Rows of what, now, aim, and whether it is reached; of what this run has measured. */
export function aimRows(results: readonly Result[]): string[][] {
  return AIMS.flatMap(({ what, of, show, atLeast, atMost }) => {
    const found = results.find(({ name }) => name === of);
    if (found === undefined) return [];
    const now = show(found);
    const reached = now >= (atLeast ?? -Infinity) && now <= (atMost ?? Infinity);
    const aim = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
    return [[what, now.toFixed(2), aim, reached ? "reached" : "missed"]];
  });
}

export function reportAims(results: readonly Result[]): void {
  const rows = aimRows(results);
  if (rows.length > 0) printTable("Aims", [["", "now", "aim", ""], ...rows]);
}
