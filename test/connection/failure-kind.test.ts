import { expect, test } from "vitest";
import { kindOf } from "../../src/connection/failure-kind.ts";
import { StreamFailure } from "../../src/connection/stream-failure.ts";
import { HandshakeTimeout, IdleTimeout } from "../../src/connection/time-outs.ts";
import { requireAdmission } from "../../src/credentials/admission.ts";
import { EngineError } from "../../src/sandbox/errors.ts";
import { SandboxTrap, UseAfterWipe } from "../../src/sandbox/trap.ts";
import { StandstillError, TruncationError } from "../../src/tunnel/failures.ts";

/** Why a connection ended, in the few words that metrics and diagnostics have. */

function notAdmitted(): Error {
  try {
    requireAdmission(null, [{ kind: "CN", value: "one" }]);
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was admitted");
}

/** An alert that came is 256 and its number; 62 is X.509's for an issuer that is not trusted. */
test.each<[string, Error]>([
  ["alert", new EngineError(256 + 48)],
  ["refused", new EngineError(62)],
  ["not-allowed", notAdmitted()],
  ["timeout", new HandshakeTimeout(1, false)],
  ["timeout", new IdleTimeout("idle")],
  ["truncated", new TruncationError("EOF")],
  ["stream", new StreamFailure("prog", new Error("read ECONNRESET"))],
  ["sandbox", new SandboxTrap("unreachable")],
  ["sandbox", new StandstillError("it stands still")],
  ["sandbox", new UseAfterWipe("it was wiped")],
  ["other", new TypeError("a defect")],
])("%s: %o", (kind, failure) => {
  expect(kindOf(failure)).toBe(kind);
});
