import { clearRecord } from "../../support/tls12-messages.ts";
import { RECORD } from "../../support/wire.ts";
import { uint32 } from "../peer/bytes.ts";
import { contentOf } from "../peer/extensions.ts";
import { finishedKey, type KeySchedule, ticketKey, verifyData } from "../peer/key-schedule.ts";
import * as messages from "../peer/messages.ts";
import { EXTENSION } from "../peer/numbers.ts";
import { Protection } from "../peer/protection.ts";
import { isGenuine, type Side, signedContent } from "../peer/signatures.ts";
import { type Book, hash, suite } from "./book.ts";

/** From ServerHello to the server's Finished. */
export function serverFlight(book: Book, secret: Buffer): void {
  if (book.has("server_change_cipher_spec")) changeCipherSpec(book, "server");
  const protection = book.keys("server_handshake", new Protection(suite, secret));
  const extensions = messages.decodedExtensions(body(book, "encrypted_extensions"));
  const flight = [
    book.say("encrypted_extensions", messages.encryptedExtensions(extensions)),
    ...(book.has("certificate_request") ? [request(book)] : []),
    ...(book.has("server_certificate") ? proofs(book, "server") : []),
    finished(book, "server", secret),
  ];
  book.set("server_flight_payload", Buffer.concat(flight));
  book.seal(protection, "server_flight", { content: "server_flight_payload" });
}

/** From the client's ChangeCipherSpec to its Finished. */
export function clientFlight(book: Book, secret: Buffer): void {
  if (book.has("client_change_cipher_spec")) changeCipherSpec(book, "client");
  const protection = book.keys("client_handshake", new Protection(suite, secret));
  if (book.has("end_of_early_data")) book.say("end_of_early_data", Buffer.of(5, 0, 0, 0));
  const flight = [
    ...(book.has("client_certificate") ? proofs(book, "client") : []),
    finished(book, "client", secret),
  ];
  book.set("client_flight_payload", Buffer.concat(flight));
  book.seal(protection, "client_flight", { content: "client_flight_payload" });
}

/** Ticket, data, close_notify: in the order in which they were sealed. */
export function afterHandshake(book: Book, schedule: KeySchedule, traffic: Traffic): void {
  const client = book.keys("client_application", new Protection(suite, traffic.client));
  const server = book.keys("server_application", new Protection(suite, traffic.server));
  const context = book.set("transcript_hash_client_finished", book.transcript.hash(hash));
  const resumption = schedule.resumption(context);
  book.secret("resumption_master_secret", resumption, { label: "res master", context });
  if (book.has("new_session_ticket")) ticket(book, server, resumption);
  for (const [side, protection] of [["client", client] as const, ["server", server] as const]) {
    if (book.has(`${side}_application_data`)) {
      book.seal(protection, `${side}_application_data`, { type: RECORD.applicationData });
    }
    book.set(`${side}_alert`, Buffer.of(1, 0));
    book.seal(protection, `${side}_alert`, { type: RECORD.alert });
  }
}

export interface Traffic {
  client: Buffer;
  server: Buffer;
}

function body(book: Book, name: string): Buffer {
  return book.given(name).subarray(4);
}

function changeCipherSpec(book: Book, side: Side): void {
  const content = book.set(`${side}_change_cipher_spec`, Buffer.of(1));
  const record = clearRecord(RECORD.changeCipherSpec, content);
  book.set(`${side}_change_cipher_spec_record`, record);
}

function request(book: Book): Buffer {
  const read = messages.decodedRequest(body(book, "certificate_request"));
  return book.say("certificate_request", messages.certificateRequest(read));
}

/** Certificate and CertificateVerify: the signature has to be right, not to be the same. */
function proofs(book: Book, side: Side): Buffer[] {
  const chain = messages.decodedCertificate(body(book, `${side}_certificate`));
  const [certificate = Buffer.of()] = chain.certificates;
  book.set(`${side}_certificate_der`, certificate);
  const first = book.say(`${side}_certificate`, messages.certificate(chain));
  const content = signedContent(side, book.transcript.hash(hash));
  book.set(`${side}_signature_content`, content);
  const verify = messages.decodedVerify(body(book, `${side}_certificate_verify`));
  book.set(`${side}_signature`, verify.signature);
  if (!isGenuine({ ...verify, certificate, content })) throw new Error(`${side}'s signature`);
  const second = messages.certificateVerify(verify.scheme, verify.signature);
  return [first, book.say(`${side}_certificate_verify`, second)];
}

function finished(book: Book, side: Side, secret: Buffer): Buffer {
  book.set(`${side}_finished_key`, finishedKey(hash, secret));
  const content = verifyData(hash, secret, book.transcript.hash(hash));
  book.set(`${side}_finished_verify_data`, content);
  return book.say(`${side}_finished`, messages.finished(content));
}

function ticket(book: Book, server: Protection, resumption: Buffer): void {
  const told = messages.decodedTicket(body(book, "new_session_ticket"));
  const label = { label: "resumption", context: told.nonce, length: 32 };
  book.info("resumption_psk", label);
  book.set("resumption_psk", ticketKey(hash, resumption, told.nonce));
  book.set("ticket_nonce", told.nonce);
  book.set("ticket", told.ticket);
  book.set("ticket_lifetime", uint32(told.lifetime));
  book.set("ticket_age_add", uint32(told.ageAdd));
  const early = contentOf(told.extensions, EXTENSION.earlyData) ?? Buffer.of();
  book.set("max_early_data_size", early);
  book.set("new_session_ticket", messages.encodedTicket(told));
  book.seal(server, "new_session_ticket");
}
