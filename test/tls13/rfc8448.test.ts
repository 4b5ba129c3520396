import { describe, expect, test } from "vitest";
import { needsVectors } from "../support/vectors.js";
import { Alone, SUITES, TYPES } from "./alone.js";
import { type Trace, traces } from "./rfc8448.js";

/** Every secret, key, IV, Finished, binder and record of RFC 8448's traces follows from the shares. */

const NOTHING = Buffer.alloc(0);

/** All but the ClientHello that a retry follows, up to the ServerHello. */
function beginTranscript(alone: Alone, trace: Trace): void {
  if (trace.has("hello_retry_request")) {
    alone.begin(trace.value("client_hello_1"));
    alone.retry();
    alone.add(trace.value("hello_retry_request"), trace.value("client_hello_2"));
  } else {
    alone.begin(trace.value("client_hello"));
  }
  alone.add(trace.value("server_hello"));
}

function addIfThere(alone: Alone, trace: Trace, ...names: string[]): void {
  for (const name of names) if (trace.has(name)) alone.add(trace.value(name));
}

/** The names of secret, key and IV. */
function expectKeys(alone: Alone, trace: Trace, sender: string, secret: Buffer): void {
  const key = alone.expand(secret, "key", NOTHING, 16);
  const iv = alone.expand(secret, "iv", NOTHING, 12);
  expect(key.equals(trace.value(`${sender}_write_key`)), `${sender} key`).toBe(true);
  expect(iv.equals(trace.value(`${sender}_write_iv`)), `${sender} iv`).toBe(true);
}

const CONTENTS: Record<string, number> = {
  server_flight_payload: TYPES.handshake,
  client_flight_payload: TYPES.handshake,
  end_of_early_data: TYPES.handshake,
  new_session_ticket: TYPES.handshake,
  client_early_data: TYPES.data,
  client_application_data: TYPES.data,
  server_application_data: TYPES.data,
  client_alert: TYPES.alert,
  server_alert: TYPES.alert,
};

/** Contents that go out under one secret, in their order, open and seal as the RFC has them. */
function expectRecords(trace: Trace, secret: string, contents: string[]): void {
  const alone = new Alone(SUITES.aes128);
  alone.records(trace.value(secret));
  let checked = 0;
  for (const name of contents.filter((content) => trace.has(content))) {
    const type = CONTENTS[name] ?? 0;
    const content = trace.value(name);
    const record = trace.value(`${name.replace("_payload", "")}_record`);
    expect(alone.open(record), name).toEqual({ type, content });
    expect(alone.sealed(type, content), name).toEqual(record);
    checked++;
  }
  expect(checked).toBeGreaterThan(0);
}

describe("RFC 8448", needsVectors("rfc8448.json"), () => {
  for (const trace of traces()) {
    test(`${trace.name}: the key schedule`, () => {
      const alone = new Alone(SUITES.aes128);
      const ikm = trace.value("early_secret_ikm");
      alone.early(ikm.every((byte) => byte === 0) ? null : ikm);
      expect(alone.secret("stage")).toEqual(trace.value("derived_secret_for_handshake"));

      beginTranscript(alone, trace);
      expect(alone.hash()).toEqual(trace.value("transcript_hash_server_hello"));
      alone.handshake(trace.value("shared_secret"), alone.hash());
      const clientHandshake = trace.value("client_handshake_traffic_secret");
      expect(alone.secret("stage")).toEqual(trace.value("derived_secret_for_master"));
      expect(alone.secret("client")).toEqual(clientHandshake);
      const serverHandshake = trace.value("server_handshake_traffic_secret");
      expect(alone.secret("server")).toEqual(serverHandshake);
      expectKeys(alone, trace, "client_handshake", clientHandshake);
      expectKeys(alone, trace, "server_handshake", serverHandshake);

      addIfThere(alone, trace, "encrypted_extensions", "certificate_request");
      addIfThere(alone, trace, "server_certificate", "server_certificate_verify");
      const serverSum = trace.value("server_finished_verify_data");
      expect(alone.finished(serverHandshake, alone.hash())).toEqual(serverSum);
      expect(alone.isFinished(serverHandshake, alone.hash(), serverSum)).toBe(true);

      alone.add(trace.value("server_finished"));
      expect(alone.hash()).toEqual(trace.value("transcript_hash_server_finished"));
      alone.application(alone.hash());
      expect(alone.secret("stage")).toEqual(trace.value("master_secret"));
      expect(alone.secret("client")).toEqual(clientHandshake);
      const client = trace.value("client_application_traffic_secret_0");
      expect(alone.secret("clientNext")).toEqual(client);
      const server = trace.value("server_application_traffic_secret_0");
      expect(alone.secret("server")).toEqual(server);
      expect(alone.secret("exporter")).toEqual(trace.value("exporter_master_secret"));
      expectKeys(alone, trace, "client_application", client);
      expectKeys(alone, trace, "server_application", server);

      addIfThere(alone, trace, "end_of_early_data");
      addIfThere(alone, trace, "client_certificate", "client_certificate_verify");
      const clientSum = trace.value("client_finished_verify_data");
      expect(alone.finished(clientHandshake, alone.hash())).toEqual(clientSum);
      alone.add(trace.value("client_finished"));
      expect(alone.hash()).toEqual(trace.value("transcript_hash_client_finished"));
      alone.finish(alone.hash());
      expect(alone.secret("client")).toEqual(client);
      expect(alone.secret("resumption")).toEqual(trace.value("resumption_master_secret"));
    });

    test(`${trace.name}: the records`, () => {
      expectRecords(trace, "server_handshake_traffic_secret", ["server_flight_payload"]);
      expectRecords(trace, "client_handshake_traffic_secret", ["client_flight_payload"]);
      expectRecords(trace, "client_application_traffic_secret_0", [
        "client_application_data",
        "client_alert",
      ]);
      expectRecords(trace, "server_application_traffic_secret_0", [
        "new_session_ticket",
        "server_application_data",
        "server_alert",
      ]);
    });

    if (trace.has("server_hello_record")) {
      test(`${trace.name}: the records in the clear`, () => {
        const alone = new Alone(SUITES.aes128);
        alone.records(null);
        const content = trace.value("server_hello");
        const record = trace.value("server_hello_record");
        expect(alone.open(record)).toEqual({ type: TYPES.handshake, content });
        expect(alone.sealed(TYPES.handshake, content)).toEqual(record);
      });
    }
  }

  test("a resumption's binder, its early data and the ticket's key", () => {
    const [first, resumed] = traces() as [Trace, Trace];
    const alone = new Alone(SUITES.aes128);
    const nonce = first.value("ticket_nonce");
    const resumption = first.value("resumption_master_secret");
    const psk = alone.expand(resumption, "resumption", nonce, 32);
    expect(psk).toEqual(first.value("resumption_psk"));

    alone.early(psk);
    expect(alone.secret("stage")).toEqual(resumed.value("derived_secret_for_handshake"));
    const early = resumed.value("early_secret");
    expect(alone.binderKey()).toEqual(resumed.value("binder_key"));
    alone.begin(resumed.value("client_hello_without_binders"));
    expect(alone.hash()).toEqual(resumed.value("binder_hash"));
    expect(alone.finished(alone.binderKey(), alone.hash())).toEqual(resumed.value("binder"));

    alone.begin(resumed.value("client_hello"));
    const traffic = alone.expand(early, "c e traffic", alone.hash(), 32);
    expect(traffic).toEqual(resumed.value("client_early_traffic_secret"));
    expectKeys(alone, resumed, "client_early", traffic);
    expectRecords(resumed, "client_early_traffic_secret", [
      "client_early_data",
      "end_of_early_data",
    ]);
  });
});
