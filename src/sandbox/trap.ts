/**
 * A sandbox trapped, or said what can't be true: it is not to be believed any more. `cause` is the
 * runtime's own error, if there was one.
 */
export class SandboxTrap extends Error {
  constructor(what: string, cause?: unknown) {
    super(`the sandbox trapped: ${what}`, cause === undefined ? undefined : { cause });
  }
}

/** A sandbox was used after its memory had been overwritten. */
export class UseAfterWipe extends Error {}
