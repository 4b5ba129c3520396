import { uint16, vector8 } from "../../support/tls12-encoding.ts";
import { RECORD } from "../../support/wire.ts";
import { uint32 } from "../peer/bytes.ts";
import { contentOf } from "../peer/extensions.ts";
import { curveShare, type Share, x25519Share } from "../peer/groups.ts";
import { digest, finishedKey, type KeySchedule } from "../peer/key-schedule.ts";
import * as messages from "../peer/messages.ts";
import { EXTENSION, GROUP } from "../peer/numbers.ts";
import { Protection } from "../peer/protection.ts";
import { binderOf, readOffer } from "../peer/psk.ts";
import { type Book, hash, suite } from "./book.ts";

/** From both ephemeral keys to the secret that both sides share. */
export function shares(book: Book, schedule: KeySchedule): void {
  const clients = ["client_ephemeral", "client_ephemeral_1", "client_ephemeral_2"];
  const own = clients.filter((name) => book.has(`${name}_private`));
  for (const name of own) book.set(`${name}_public`, share(book, name).shown);
  const server = share(book, "server_ephemeral");
  const client = share(book, own.at(-1) ?? "");
  book.set("server_ephemeral_public", server.shown);
  const secret = book.set("shared_secret", server.secret(client.shown));
  if (!client.secret(server.shown).equals(secret)) throw new Error("two secrets of one exchange");
  schedule.agree(secret);
}

/** Every hello, read and written again; what follows from the first of them alone. */
export function hellos(book: Book, schedule: KeySchedule, psk: Buffer | undefined): void {
  const isRetried = book.has("hello_retry_request");
  const first = isRetried ? "client_hello_1" : "client_hello";
  const hello = clientHello(book, first);
  book.say(first, psk === undefined ? hello : withBinder(book, { hello, schedule, psk }));
  book.clear(first, { version: 0x0301 });
  if (psk !== undefined) earlyData(book, schedule);
  if (isRetried) {
    book.transcript.retry(hash);
    const retry = messages.decodedServerHello(book.given("hello_retry_request").subarray(4));
    const cookie = contentOf(retry.extensions, EXTENSION.cookie);
    book.set("cookie", cookie?.subarray(2) ?? Buffer.of());
    book.say("hello_retry_request", messages.encodedServerHello(retry));
    book.clear("hello_retry_request");
    book.say("client_hello_2", clientHello(book, "client_hello_2"));
    book.clear("client_hello_2");
  }
  const answer = messages.decodedServerHello(book.given("server_hello").subarray(4));
  book.set("server_random", answer.random);
  book.say("server_hello", messages.encodedServerHello(answer));
  book.clear("server_hello");
}

/** On P-256 after the retry of section 5, on X25519 otherwise. */
function share(book: Book, name: string): Share {
  const isP256 = book.has("client_ephemeral_2_private") && name !== "client_ephemeral_1";
  const secret = book.given(`${name}_private`);
  return isP256 ? curveShare(GROUP.secp256r1, secret) : x25519Share(secret);
}

function clientHello(book: Book, name: string): Buffer {
  const hello = messages.decodedClientHello(book.given(name).subarray(4));
  book.set("client_random", hello.random);
  book.set("legacy_session_id", hello.sessionId);
  return messages.encodedClientHello(hello);
}

function withBinder(
  book: Book,
  { hello, schedule, psk }: { hello: Buffer; schedule: KeySchedule; psk: Buffer },
): Buffer {
  const { extensions } = messages.decodedClientHello(hello.subarray(4));
  const content = contentOf(extensions ?? [], EXTENSION.preSharedKey) ?? Buffer.of();
  const { identities, bindersLength } = readOffer(content);
  const [one = { identity: Buffer.of(), age: 0 }] = identities;
  book.set("psk_identity", one.identity);
  book.set("obfuscated_ticket_age", uint32(one.age));
  const truncated = hello.subarray(0, hello.length - bindersLength);
  const context = digest(hash, Buffer.of());
  const label = { label: "res binder", context };
  const key = book.secret("binder_key", schedule.binderKey(true), label);
  const binderHash = book.set("binder_hash", digest(hash, truncated));
  book.set("client_hello_without_binders", truncated);
  book.set("binder_finished_key", finishedKey(hash, key));
  const binder = binderOf({ ...one, key: psk, suite, resumption: true }, binderHash);
  book.set("binder", binder);
  return Buffer.concat([truncated, uint16(binder.length + 1), vector8(binder)]);
}

function earlyData(book: Book, schedule: KeySchedule): void {
  const context = book.transcript.hash(hash);
  const traffic = schedule.clientEarlyTraffic(context);
  book.secret("client_early_traffic_secret", traffic, { label: "c e traffic", context });
  const exporter = schedule.earlyExporter(context);
  book.secret("early_exporter_master_secret", exporter, { label: "e exp master", context });
  const protection = book.keys("client_early", new Protection(suite, traffic));
  book.seal(protection, "client_early_data", { type: RECORD.applicationData });
  book.set("end_of_early_data", Buffer.of(5, 0, 0, 0));
  book.seal(protection, "end_of_early_data");
}
