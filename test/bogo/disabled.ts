/**
 * Tests that are not run, each pattern with its reason. A pattern that matches nothing fails the run.
 */
const NO_CCS =
  "a ChangeCipherSpec is for clients with a session identifier (RFC 8446, D.4); the runner wants it always";
const EARLY_DATA =
  "a record's worth of early data is skipped, and what protects it, which is 256 bytes more";
const CECPQ2 = "an experiment that was replaced by X25519MLKEM768";
const NO_ECH = "no encrypted ClientHello";
const NO_OLDER_CLIENT = "no profile's newest version is older than TLS 1.2";
const NO_PSS = "no RSA-PSS before TLS 1.3 (docs/design.md)";
const NO_CURVE = "P-224 is not offered";
const OWN_ORDER =
  "the runner pins one algorithm; our engine takes the first of its own that the peer has";
const OTHER_ALERT = "refused, with another alert than BoringSSL's";
const ANYONE = "where any certificate will do, what it may be used for is not looked at";
const EMPTY_LIST =
  "a client without a fitting key shows an empty list (RFC 8446, 4.4.2), where BoringSSL gives up";
const IGNORED = "a HelloRequest is ignored, as RFC 5246, 7.4.1.1, allows";

export const DISABLED: Record<string, string> = {
  // ---- TLS 1.3
  CECPQ2KeyShareNotIncludedSecond: CECPQ2,
  CECPQ2NotInTLS12: CECPQ2,
  JustConfiguringCECPQ2Works: CECPQ2,
  NotJustCECPQ2KeyShare: CECPQ2,
  "CurveTest-*-CECPQ2-TLS13": CECPQ2,
  "TLS13-CipherPreference-CECPQ2-AES128-*": CECPQ2,
  "TLS13-CipherPreference-CECPQ2-AES128Only": CECPQ2,
  "TLS13-CipherPreference-CECPQ2-AES256Preferred": CECPQ2,
  "EmptySessionID-TLS13": NO_CCS,
  "Server-JDK11-NoWorkaround-3": NO_CCS,
  "SkipEarlyData-SecondClientHelloEarlyData-TLS13":
    "illegal_parameter (RFC 8446, 4.1.2: the second hello has no early_data), where BoringSSL skips again",
  "SkipEarlyData-TooMuchData-TLS13": EARLY_DATA,
  "SkipEarlyData-HRR-TooMuchData-TLS13": EARLY_DATA,
  "CurveTest-Server-P-521-TLS13": "no keys are exchanged on P-521 in TLS 1.3 (docs/design.md)",
  "*-Sign-Negotiate-RSA_PSS_SHA384-TLS13": OWN_ORDER,
  "*-Sign-Negotiate-RSA_PSS_SHA512-TLS13": OWN_ORDER,
  "NoCommonAlgorithms-TLS13": OWN_ORDER,
  "Client-Sign-RSA_PKCS1_*-TLS13": EMPTY_LIST,
  "Client-Sign-ECDSA_SHA1-TLS13": EMPTY_LIST,
  "EMS-Forbidden-TLS13":
    "the runner's server answers an extension that our client never has (RFC 7627)",
  "Client-RejectJDK11DowngradeRandom":
    "a sentinel of the JDK's own, in no RFC; that of RFC 8446, 4.1.3, is looked at",
  "RSAKeyUsage-Client-WantSignature-GotEncipherment-EnforcedTLS13": ANYONE,
  "*-VerifyDefault-ECDSA_P521_SHA512-TLS13": "P-521 is a curve of ours",
  "GREASE-Server-TLS13": "no GREASE in tickets (RFC 8701, 4.1)",
  "Resume-Server-UnofferedCipher-TLS13":
    "a ticket is for each suite with its hash (RFC 8446, 4.2.11), where BoringSSL wants the very suite offered",
  "Resume-Server-BinderWrongLength*": `${OTHER_ALERT}: decode_error, since a binder has 32 bytes or more`,
  "Resume-Server-OmitPSKsOnSecondClientHello":
    "a full handshake: a second hello may leave out keys (RFC 8446, 4.1.2)",
  "DuplicateCertCompressionExt-TLS1?": "no certificate compression (RFC 8879)",
  "TLS-ECH-Server-ECHInner": NO_ECH,
  "TLS-ECH-Server-ECHInner-HelloRetryRequest": NO_ECH,
  "TLS-ECH-Server-ECHInner-NotEmpty": NO_ECH,
  // ---- algorithms
  "*-Sign-RSA_PSS_*-TLS12": NO_PSS,
  "*-Sign-Negotiate-RSA_PSS_*-TLS12": NO_PSS,
  "RSA-PSS-Default-Verify": NO_PSS,
  "Client-Verify*-ECDSA_P224_SHA256-TLS12": NO_CURVE,
  "Client-Verify-Ed25519-TLS1?": "certificates with Ed25519 are not read",
  "CertificateVerificationSoftFail-*":
    "a chain that doesn't hold ends the connection, whatever the user would say of it",
  "CurveTest-Client-P-224-*": NO_CURVE,
  "CurveTest-Server-P-224-*": NO_CURVE,
  "Ed25519DefaultDisable-NoAccept": `${OTHER_ALERT}: unsupported_certificate, for there is no Ed25519`,
  "*-Sign-Negotiate-RSA_PKCS1_SHA1-TLS12": OWN_ORDER,
  "*-Sign-Negotiate-RSA_PKCS1_SHA384-TLS12": OWN_ORDER,
  "*-Sign-Negotiate-RSA_PKCS1_SHA512-TLS12": OWN_ORDER,
  "*-Sign-Negotiate-ECDSA_SHA1-TLS12": OWN_ORDER,
  "*-Sign-Negotiate-ECDSA_P384_SHA384-TLS12": OWN_ORDER,
  "*-Sign-Negotiate-ECDSA_P521_SHA512-TLS12": OWN_ORDER,
  NoCommonAlgorithms: OWN_ORDER,
  "VerifyPreferences-*": OWN_ORDER,
  "*-VerifyDefault-ECDSA_SHA1-TLS12": "the profile `legacy`, which is tested here, takes SHA-1",
  "*-VerifyDefault-ECDSA_P521_SHA512-TLS12": "P-521 is a curve of ours",
  NoSupportedCurves: "without a list any curve may be chosen (RFC 8422, 4)",
  "VersionNegotiation-Client-TLS1-TLS*": NO_OLDER_CLIENT,
  "VersionNegotiation-Client2-TLS1-TLS*": NO_OLDER_CLIENT,
  "VersionNegotiation-Client-TLS11-TLS*": NO_OLDER_CLIENT,
  "VersionNegotiation-Client2-TLS11-TLS*": NO_OLDER_CLIENT,
  // ---- alerts
  "CertificateVerificationFail-*-TLS-Sync*":
    "the runner wants the alert of BoringSSL's test callback; ours tells what is wrong",
  "GarbageCertificate-*":
    "bad_certificate (RFC 5246, 7.2.2: it was corrupt), where BoringSSL says decode_error",
  "TrailingMessageData-*Finished-TLS": `${OTHER_ALERT}: decode_error, for its length`,
  "SendWarningAlerts-TLS13":
    "an alert of either level ends the connection (RFC 8446, 6), and is not answered",
  "TLS13-HRR-InvalidCompressionMethod": `${OTHER_ALERT}: illegal_parameter (RFC 8446, 4.1.3)`,
  "TLS13-OnlyPadding": `${OTHER_ALERT}: unexpected_message (RFC 8446, 5.4)`,
  "EncryptedExtensionsWithKeyShare-TLS13": `${OTHER_ALERT}: illegal_parameter (RFC 8446, 4.2)`,
  "DuplicateExtensionClient-TLS-*": `${OTHER_ALERT}: unsupported_extension, for it was never offered`,
  // ---- renegotiation
  "Renegotiate-*-Forbidden*":
    "refused with the warning no_renegotiation (RFC 5246, 7.2.2); the connection goes on",
  "Renegotiate-Client-NoIgnore": IGNORED,
  StrayHelloRequest: IGNORED,
  "StrayHelloRequest-Packed": IGNORED,
  // ---- what we do in another way
  "SendWarningAlerts-TooMany*": "32 records without data in a row are our limit, of whatever kind",
  "Shutdown-Shim-ApplicationData-TLS-*":
    "data that comes while we close is dropped, as bearssl_ssl.h has it",
  ClientHelloPadding: "a hello is not padded for servers that hang with some sizes (RFC 7685)",
  "ECDSAKeyUsage-*": ANYONE,
  "RSAKeyUsage-Server-WantSignature-GotEncipherment-*": ANYONE,
  SkipNewSessionTicket: "our client asks for no ticket before TLS 1.3",
  "*-NewSessionTicket-TLS": "our client asks for no ticket before TLS 1.3",
  SendBogusAlertType: "an alert of a level that TLS does not know is taken for a fatal one",
  "ConflictingVersionNegotiation-2":
    "a list of versions that are all newer than the field for one is refused: RFC 8446, 4.2.1, wants TLS 1.2 in the field",
};
