/** Flags that our shim answers with "not implemented", by what they are about. */
export const LACKING: readonly { readonly what: string; readonly flags: RegExp }[] = [
  { what: "DTLS", flags: /^-dtls$/ },
  { what: "QUIC", flags: /^-quic/ },
  {
    what: "resumption before TLS 1.3, and where a certificate is asked for",
    flags: /^-(on-resume-|resume-count|.*ticket|expect-.*session|resumption-delay|reverify-on)/,
  },
  { what: "early data, which is never accepted", flags: /early|^-on-retry/ },
  { what: "keying material for others (RFC 5705)", flags: /^-(export-|use-export|tls-unique)/ },
  { what: "OCSP stapling and certificate transparency", flags: /ocsp|signed-cert-timestamps/ },
  { what: "renegotiation, which is refused", flags: /renegotiat/ },
  { what: "pre-shared keys", flags: /^-psk/ },
  { what: "encrypted ClientHello", flags: /ech-|-ech/ },
  {
    what: "extensions that only browsers use (channel ID, NPN, ALPS, GREASE, false start, SRTP)",
    flags: /channel-id|npn|next-proto|application-settings|grease|permute|false-start|srtp|alps/,
  },
  { what: "certificate compression, delegated credentials", flags: /compression|delegated/ },
  { what: "keys of kinds that we don't have (Ed25519, P-224)", flags: /^-key-file$/ },
  { what: "lists of suites in OpenSSL's language", flags: /^-cipher$/ },
  { what: "versions that are not next to each other", flags: /^-no-tls/ },
  { what: "a handshake in several processes, or with hints", flags: /handoff|hint|handshaker/ },
];

/** What a shim of another library can do, and we have no use for. */
export const OTHER = "other functions of BoringSSL's own API";
