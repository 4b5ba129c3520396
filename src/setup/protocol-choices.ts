import { UsageError } from "../cli/options.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import { PROFILE_NAMES, type Profile, type VersionLimits } from "../sandbox/engine-settings.ts";
import { GROUP_NAMES, groupsNamed } from "../sandbox/groups.ts";
import type { Version } from "../sandbox/versions.ts";
import type { TlsEnvironment } from "./environment.ts";

export function versionLimits(
  settings: Pick<TlsSettings, "minVersion" | "maxVersion">,
): VersionLimits {
  const { minVersion, maxVersion } = settings;
  return { min: minVersion as Version | null, max: maxVersion as Version | null };
}

/**
 * The profile that the command line names, or else TLS_PROFILE.
 *
 * @throws {UsageError} if there is no such profile
 */
export function chooseProfile(
  { profile: option }: Pick<TlsSettings, "profile">,
  environment: TlsEnvironment,
): Profile {
  const name = option ?? environment.profile ?? "modern";
  const profile = PROFILE_NAMES.find((known) => known === name);
  if (profile !== undefined) return profile;
  const source = option === null ? "TLS_PROFILE" : "--tls-profile";
  const known = PROFILE_NAMES.join(", ");
  throw new UsageError(`${source}: unknown TLS profile ${name}; there are ${known}`);
}

/** @throws {UsageError} unless all of the list are groups, each once */
export function chooseGroups(list: string | null): readonly number[] {
  const groups = list === null ? [] : groupsNamed(list);
  if (groups !== null) return groups;
  const known = GROUP_NAMES.join(", ");
  throw new UsageError(`--groups: not a list of groups: ${list}; there are ${known}`);
}
