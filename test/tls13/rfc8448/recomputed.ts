import { digest, expansionInfo, HASH_LENGTH, KeySchedule } from "../peer/key-schedule.ts";
import { Book, hash, suite, type Trace } from "./book.ts";
import { afterHandshake, clientFlight, serverFlight } from "./flights.ts";
import { hellos, shares } from "./hellos.ts";

/** Every value of a trace as our peer computes it. */
export function recomputed(trace: Trace, psk?: Buffer): Map<string, Buffer> {
  const book = new Book(trace);
  const schedule = new KeySchedule(hash, psk);
  book.set("early_secret_ikm", psk ?? Buffer.alloc(HASH_LENGTH[hash]));
  book.set("early_secret", schedule.early);
  withoutContext(book);
  shares(book, schedule);
  hellos(book, schedule, psk);

  const hello = book.transcript.hash(hash);
  book.set("derived_secret_for_handshake", schedule.derived(schedule.early));
  book.set("handshake_secret", schedule.handshake);
  const handshake = schedule.handshakeTraffic(hello);
  const name = "handshake_traffic_secret";
  book.secret(`client_${name}`, handshake.client, { label: "c hs traffic", context: hello });
  book.secret(`server_${name}`, handshake.server, { label: "s hs traffic", context: hello });
  serverFlight(book, handshake.server);

  const context = book.transcript.hash(hash);
  book.set("derived_secret_for_master", schedule.derived(schedule.handshake));
  book.set("master_secret_ikm", Buffer.alloc(HASH_LENGTH[hash]));
  book.set("master_secret", schedule.master);
  const traffic = schedule.applicationTraffic(context);
  const zero = "application_traffic_secret_0";
  book.secret(`client_${zero}`, traffic.client, { label: "c ap traffic", context });
  book.secret(`server_${zero}`, traffic.server, { label: "s ap traffic", context });
  const exporter = schedule.exporter(context);
  book.secret("exporter_master_secret", exporter, { label: "exp master", context });
  clientFlight(book, handshake.client);
  afterHandshake(book, schedule, traffic);
  return book.computed;
}

/** The inputs of HKDF-Expand that depend on nothing but their label. */
function withoutContext(book: Book): void {
  const empty = book.set("empty_hash", digest(hash, Buffer.of()));
  const derived = expansionInfo({ label: "derived", context: empty, length: HASH_LENGTH[hash] });
  book.set("derived_secret_for_handshake_info", derived);
  book.set("derived_secret_for_master_info", derived);
  book.info("traffic_key", { label: "key", length: suite.keyLength });
  book.info("traffic_iv", { label: "iv", length: 12 });
  book.info("finished", { label: "finished", length: HASH_LENGTH[hash] });
}
