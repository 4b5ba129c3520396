/** Where our engine does not do what a case of x509-limbo says, and why that is as it should be. */
export interface LimboException {
  readonly found: "accepted" | "refused";
  readonly why: string;
  readonly ids: readonly string[];
}

const WEBPKI =
  "what the CA/Browser Forum asks of public CAs, which private ones need not follow; OpenSSL takes it";
const PEDANTIC = "RFC 5280 asks it of CAs, not of those who verify; OpenSSL takes it";

export const LIMBO_EXCEPTIONS: readonly LimboException[] = [
  {
    found: "accepted",
    why: "revocation is not checked, as the threat model says",
    ids: [
      "crl::revoked-certificate-with-crl",
      "crl::crlnumber-missing",
      "crl::crlnumber-critical",
      "crl::issuer-missing-crlsign",
    ],
  },
  {
    found: "accepted",
    why: "there is no option for a chain's length; it is 8 certificates for every peer",
    ids: ["pathlen::max-chain-depth-0-exhausted", "pathlen::max-chain-depth-1-exhausted"],
  },
  {
    found: "accepted",
    why: "key identifiers help to find a path; private CAs leave them out, and OpenSSL takes that",
    ids: [
      "rfc5280::aki::leaf-missing-aki",
      "rfc5280::aki::intermediate-missing-aki",
      "rfc5280::ski::root-missing-ski",
      "rfc5280::ski::intermediate-missing-ski",
    ],
  },
  {
    found: "accepted",
    why: "constraints that are not critical are obeyed; limbo has the case twice, once either way",
    ids: ["rfc5280::nc::permitted-dns-match-noncritical"],
  },
  {
    found: "accepted",
    why: "a dot in front of a base means names below it, as with OpenSSL, GnuTLS and Go",
    ids: ["rfc5280::nc::invalid-dnsname-leading-period"],
  },
  {
    found: "accepted",
    why: PEDANTIC,
    ids: ["rfc5280::root-non-critical-basic-constraints"],
  },
  {
    found: "accepted",
    why: "people have such names, and a name with an underscore is nobody else's",
    ids: ["rfc5280::san::underscore-dns"],
  },
  {
    found: "accepted",
    why: "a common name is never compared with anything, so that it need not be among the names",
    ids: [
      "webpki::cn::ipv4-hex-mismatch",
      "webpki::cn::ipv4-leading-zeros-mismatch",
      "webpki::cn::ipv6-uppercase-mismatch",
      "webpki::cn::ipv6-uncompressed-mismatch",
      "webpki::cn::ipv6-non-rfc5952-mismatch",
      "webpki::cn::punycode-not-in-san",
      "webpki::cn::utf8-vs-punycode-mismatch",
      "webpki::cn::not-in-san",
      "webpki::cn::case-mismatch",
    ],
  },
  {
    found: "accepted",
    why: WEBPKI,
    ids: [
      "webpki::eku::ee-anyeku",
      "webpki::eku::ee-critical-eku",
      "webpki::eku::ee-without-eku",
      "webpki::eku::root-has-eku",
      "webpki::san::san-critical-with-nonempty-subject",
      "webpki::ee-basicconstraints-ca",
    ],
  },
  {
    found: "accepted",
    why: "there is no list of public suffixes here but top-level domains, and `co`, `com` and their like",
    ids: ["webpki::san::public-suffix-private-namespace-wildcard-san"],
  },
  {
    found: "refused",
    why: "the end entity's key usage allows it to sign certificates only; OpenSSL refuses it, too",
    ids: ["pathlen::validation-ignores-pathlen-in-leaf", "rfc5280::ca-as-leaf"],
  },
  {
    found: "refused",
    why: "a CA that did not sign itself vouches only where one that did is an anchor, as with OpenSSL",
    ids: ["cve::cve-2024-0567", "rfc5280::root-and-intermediate-swapped"],
  },
  {
    found: "refused",
    why: "a certificate is over in the second that notAfter names, as with OpenSSL",
    ids: ["rfc5280::validity::notafter-exact", "rfc5280::validity::notafter-fractional"],
  },
];
