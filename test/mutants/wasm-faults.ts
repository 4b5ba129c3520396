import type { Fault } from "./fault.ts";

const TABLE: readonly (readonly [name: string, find: string, plant: string, ...tests: string[]])[] =
  [
    // The peer's certificates.
    [
      "a good intermediate clears the leaf's flaw",
      "if (peer.flaw == 0) {\n\t\tpeer.flaw = inspect(&cert);",
      "if (1) {\n\t\tpeer.flaw = inspect(&cert);",
      "engine/chains-with-one-flaw",
    ],
    [
      "only the last of several pins counts",
      "\tp->next = pins;\n\tpins = p;",
      "\tpins = p;",
      "engine/chains-with-one-flaw",
    ],
    [
      "a wildcard stands for a public suffix",
      "dot != NULL && dot != host && strchr(dot + 1, '.') != NULL &&",
      "dot != NULL && dot != host &&",
      "client/names",
    ],
    [
      "a chain of TLS 1.3 is read to its end, however long",
      "(*conn.peer)->start_cert(conn.peer, r->value);\n\treturn refusal;",
      "(*conn.peer)->start_cert(conn.peer, r->value);\n\treturn refusal & 0;",
      "tls13/ninth-certificate",
    ],
    [
      "a legacy_version of SSL 3.0 is taken",
      "offer->hello.version <= VERSION_SSL3",
      "offer->hello.version < VERSION_SSL3",
      "tls13/traps/one-alert-for-each-misdeed",
    ],
    [
      "two shares of a group of no meaning are taken",
      "listed[at >> 3] &= (unsigned char)~bit;",
      "listed[at >> 3] |= bit;",
      "tls13/traps/one-alert-for-each-misdeed",
    ],
    [
      "a beginning of a protocol that was offered is taken",
      "if (strlen(ours) == name->left &&",
      "if (strlen(ours) >= name->left &&",
      "client/alert-for-each-error",
    ],
    [
      "a wildcard stands for a country's registry",
      "!is_registry(dot + 1) &&",
      "(!is_registry(dot + 1) || 1) &&",
      "client/names",
    ],
    [
      "a CA that another CA issued vouches by itself",
      "if (is_ca && !partial_chains && !certificate_is_self_issued(&cert)) {",
      "if (is_ca && !partial_chains && !is_ca) {",
      "engine/anchors-that-others-issued",
    ],
    [
      "the operator's part of a chain vouches for itself",
      "end_cert(NULL);\n\t}",
      "end_cert(NULL);\n\t\tpeer.minimal.err = BR_ERR_X509_OK;\n\t}",
      "engine/anchors-that-others-issued",
    ],
    [
      "a certificate lives in the second of its end",
      "return next_date(&in, &begin) && next_date(&in, &end) &&\n\t       !is_after(&end, days, seconds);",
      "return next_date(&in, &begin) && next_date(&in, &end) &&\n\t       !is_after(&end, days, seconds - 1);",
      "engine/the-last-second-of-a-certificate",
    ],
    [
      "an anchor lives in the second of its end",
      "!is_before(demands->days, demands->seconds, facts->to_days,\n\t\t\tfacts->to_seconds)) {",
      "is_before(facts->to_days, facts->to_seconds, demands->days,\n\t\t\tdemands->seconds)) {",
      "engine/the-last-second-of-a-certificate",
    ],
    [
      "what can't be read of an anchor forbids nothing",
      "if (!der_next(&tbs, &tag, &wrapped) ||",
      "if (!der_next(&tbs, &tag, &wrapped)) {\n\t\t\tbreak;\n\t\t}\n\t\tif (",
      "engine/anchors-that-are-read-in-part",
    ],
    [
      "a serial number of zero is taken",
      "zeros < serial->len && serial->len - zeros <= SERIAL_MAX &&",
      "serial->len - zeros <= SERIAL_MAX &&",
      "engine/what-no-ca-may-issue",
    ],
    [
      "names differ in capitals",
      "if (lower(a[u]) != lower((unsigned char)b[u])) {",
      "if (lower(a[u]) != (unsigned char)b[u]) {",
      "client/names",
    ],
    // TLS 1.2.
    [
      "close_notify in two records is missed",
      "size_t description = eng->alert != 0 ? 0 : 1;",
      "size_t description = 1;",
      "commands/close-notify-in-two-records",
    ],
    [
      "a record that waits is lost for an alert",
      "if (eng->oxc > eng->oxa) {",
      "if (eng->oxc > eng->oxa && eng->application_data == 0) {",
      "tunnel/closing",
    ],
    // X25519.
    [
      "X25519: what is above 2^255 is dropped",
      "c = d->v[0] + FOLD_TOP * c;",
      "c = d->v[0];",
      "crypto/x25519",
    ],
    [
      "X25519: a table entry is negated in part",
      "\ttake_if(&Q->dxy, &other, ctl);\n",
      "",
      "crypto/x25519",
    ],
    [
      "X25519: one table entry alone is read",
      "for (u = 0; u < X25519_ENTRIES; u++) {",
      "for (u = index; u <= index; u++) {",
      "side-channels/x25519-goes-one-way",
    ],
    [
      "X25519: the private key stays on the stack",
      "\tx25519_ladder(G, k, G);\n\twipe(k, sizeof k);\n",
      "\tx25519_ladder(G, k, G);\n",
      "crypto/x25519",
    ],
    [
      "a server's points may be compressed only",
      "\t\t\treturn;\n\t\t}\n\t}\n\ttls12_refuse(BR_ERR_INVALID_ALGORITHM, ILLEGAL_PARAMETER);\n",
      "\t\t\treturn;\n\t\t}\n\t}\n",
      "client/alert-for-each-error",
    ],
    [
      "a server's list of point formats may be empty",
      "if (!reader_end(&content) || list.left == 0) {\n\t\trefuse_malformed();",
      "if (!reader_end(&content)) {\n\t\trefuse_malformed();",
      "client/alert-for-each-error",
    ],
    [
      "a client's points may be compressed only",
      "if (!has(list, UNCOMPRESSED)) {",
      "if (!has(list, UNCOMPRESSED) && list.left == 0) {",
      "commands/alert-for-each-error",
    ],
    // The arena.
    ["a length wraps around", "if (closed || end < next) {", "if (closed) {", "engine/arena"],
    [
      "memory is given after the start",
      "if (closed || end < next) {",
      "if (end < next) {",
      "engine/arena",
    ],
    // The keeper.
    [
      "a faulty signature stays in the mailbox",
      "\t\twipe(sig, len);\n\t\treturn 0;",
      "\t\treturn 0;",
      "engine/signatures",
    ],
    [
      "a faulty signature leaves",
      "(key->pk.n != NULL && !rsa_check(sig, padded, sk, &key->pk))) {",
      "(key->pk.n == NULL && !rsa_check(sig, padded, sk, &key->pk))) {",
      "engine/signatures",
    ],
    [
      "rejection leaves a byte of the block",
      "br_ccopy(good ^ 1, data, rejected, PRE_MASTER);",
      "br_ccopy(good ^ 1, data, rejected, PRE_MASTER - 1);",
      "engine/rsa-decryption",
    ],
    [
      "rejection ignores the message's last byte",
      "br_hmac_update(&hc, message, len);\n\tbr_hmac_out(&hc, out);",
      "br_hmac_update(&hc, message, len - 1);\n\tbr_hmac_out(&hc, out);",
      "engine/rsa-decryption",
    ],
    [
      "the rest of a decrypted block stays",
      "\twipe(data + PRE_MASTER, len - PRE_MASTER);\n",
      "",
      "engine/rsa-decryption",
    ],
    [
      "the second RSA factor may have any length",
      "\tif (sk->plen * 8 > BR_MAX_RSA_FACTOR ||\n\t\tsk->qlen * 8 > BR_MAX_RSA_FACTOR) {",
      "\tif (sk->plen * 8 > BR_MAX_RSA_FACTOR) {",
      "engine/key-refusals",
    ],
    [
      "a key is read on after an error",
      "if (walk->decoder.err == 0) {",
      "if (walk->decoder.err >= 0) {",
      "engine/key-refusals",
    ],
    [
      "an EC key fits any certificate of its curve",
      "if (qlen == 0 || qlen != pk->qlen || memcmp(q, pk->q, qlen) != 0) {",
      "if (qlen == 0 || qlen != pk->qlen) {",
      "engine/keys-and-certificates",
      "engine/claims",
    ],
    [
      "what a key file tells of its public half fits any certificate",
      "key->claim, key->claim_len, pk->q, pk->qlen)",
      "key->claim, key->claim_len, key->claim, key->claim_len)",
      "engine/claims",
    ],
    [
      "the last byte of a ticket's tag is not compared",
      "if (!equals(tag, data + len - TAG, TAG)) {",
      "if (!equals(tag, data + len - TAG, TAG - 1)) {",
      "engine/tickets",
    ],
    [
      "what a changed ticket was decrypted to stays",
      "\twipe(data + state_len, len - state_len);\n\twipe(secret, KEY);",
      "\twipe(secret, KEY);",
      "engine/tickets",
    ],
    [
      "a ticket is opened one period too late",
      "for (n = 0; n < 3; n++) {\n\t\tticket_key(seed,",
      "for (n = 0; n < 4; n++) {\n\t\tticket_key(seed,",
      "engine/tickets",
    ],
    // Cryptography.
    [
      "points of any length are multiplied",
      "if (Glen == 0 || Glen != point_length(curve)) {",
      "if (Glen == 0) {",
      "crypto/points-of-other-lengths",
    ],
    [
      "a combination of field elements is not rounded",
      "q = (s[TOP] + (1 << 23)) >> 24;",
      "q = s[TOP] >> 24;",
      "crypto/p256-field",
    ],
    [
      "ChaCha20 counts partial blocks as none",
      "cc += (uint32_t)((n + BLOCK - 1) / BLOCK);",
      "cc += (uint32_t)(n / BLOCK);",
      "crypto/chacha20",
    ],
    ["Keccak forgets its last bit", "\tstate[k->rate - 1] ^= 0x80;\n", "", "crypto/keccak"],
    [
      "SHAKE256 has SHAKE128's rate",
      "keccak_shake256 = {136, 0x1F};",
      "keccak_shake256 = {168, 0x1F};",
      "crypto/keccak",
    ],
    [
      "a changed ciphertext gives the right secret",
      "br_ccopy(EQ0((int32_t)difference), secret, room->seeds, MLKEM_SECRET);",
      "br_ccopy(EQ0((int32_t)difference & 0), secret, room->seeds, MLKEM_SECRET);",
      "crypto/mlkem",
    ],
    [
      "the end of a ciphertext is not compared",
      "for (u = 0; u < MLKEM_CIPHERTEXT; u++) {\n\t\tdifference",
      "for (u = 0; u < MLKEM_CIPHERTEXT - 1; u++) {\n\t\tdifference",
      "crypto/mlkem",
    ],
    [
      "an encapsulation key may have a coefficient of q",
      "good &= (c - MLKEM_Q) >> 31;",
      "good &= (c - MLKEM_Q - 1) >> 31;",
      "crypto/mlkem",
    ],
    [
      "only the first part of an encapsulation key is looked at",
      "\t\tgood &= mlkem_decode(\n",
      "\t\tgood = mlkem_decode(\n",
      "crypto/mlkem",
    ],
    [
      "the rejection's secret is the sender's to know",
      "digest(&room->k, &keccak_shake256, secret, MLKEM_SECRET, z, 32,",
      "digest(&room->k, &keccak_shake256, secret, MLKEM_SECRET, z, 0,",
      "crypto/mlkem",
    ],
    [
      "compression rounds down",
      "uint64_t x = ((uint64_t)c << bits) + MLKEM_Q / 2;",
      "uint64_t x = ((uint64_t)c << bits);",
      "crypto/mlkem",
    ],
    [
      "ML-KEM leaves its secrets behind",
      "\tmlkem_expand(room, seed);\n\tmemcpy(key, room->key, MLKEM_KEY);\n\twipe(room, sizeof *room);",
      "\tmlkem_expand(room, seed);\n\tmemcpy(key, room->key, MLKEM_KEY);",
      "crypto/mlkem",
    ],
    [
      "a client looks for the sentinel when it has answered",
      "\t\tif (is_behind_hello(&p)) {\n\t\t\treturn len + 1;\n\t\t}\n",
      "",
      "tls13/traps/one-alert-for-each-misdeed-of-servers",
    ],
    [
      "a client overlooks any ChangeCipherSpec in front of the ServerHello",
      "\tif (record[RECORD_HEADER] != 1) {\n\t\tanswers->other();\n\t\treturn;\n\t}\n\tccs_left--;",
      "\tccs_left--;",
      "tls13/traps/change-cipher-spec-before-the-hello",
    ],
  ];

export const WASM_FAULTS: readonly Fault[] = TABLE.map(([name, find, plant, ...tests]) => ({
  ...{ name, in: "wasm", find, plant },
  noticedBy: tests.map((test) => `test/${test}.test.ts`),
}));
