/** A file can't be used as what a variable of the environment says that it is. */
export class CredentialsError extends Error {}

/** A variable of the environment that must be set is not. */
export class MissingVariable extends Error {
  constructor(name: string) {
    super(`environment variable ${name} is not set`);
  }
}
