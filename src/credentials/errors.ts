/** A file or an option can't be used as the key, the certificate or the CAs that it should be. */
export class CredentialsError extends Error {}
