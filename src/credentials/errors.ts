/** A file can't be used as what a variable of the environment says that it is. */
export class CredentialsError extends Error {}

/** A variable of the environment that must be set is not, or doesn't make sense. */
export class EnvironmentError extends Error {
  static missing(name: string): EnvironmentError {
    return new EnvironmentError(`environment variable ${name} is not set`);
  }
}
