import type { VersionLimits } from "../sandbox/engine-settings.ts";
import { own } from "../sandbox/own.ts";
import type { SecureContextOptions } from "./context-options.ts";
import { NODE_VERSIONS } from "./options.ts";
import { ArgumentValueError } from "./tls-error.ts";

/** A key that is elsewhere takes its time, which BearSSL's versions don't have. */
export function versionsOf(options: SecureContextOptions): VersionLimits {
  const { minVersion, maxVersion } = options;
  const max = maxVersion === undefined ? null : NODE_VERSIONS[maxVersion];
  if (hasKeyElsewhere(options)) {
    if (max !== null && max !== "1.3") {
      throw new ArgumentValueError("sign", `needs TLS 1.3, and maxVersion is ${maxVersion}`);
    }
    return { min: "1.3", max, because: "older versions can't wait for sign" };
  }
  return { min: minVersion === undefined ? null : NODE_VERSIONS[minVersion], max };
}

/** Is the key of one pair at least not in the keeper? */
export function hasKeyElsewhere({ sign, contexts = {} }: SecureContextOptions): boolean {
  const isOutside = (pair: object) => "sign" in pair && pair.sign !== undefined;
  return sign !== undefined || Object.values(contexts).map(own).some(isOutside);
}
