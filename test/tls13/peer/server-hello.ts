import type { KeyObject } from "node:crypto";
import * as extend from "./extensions.ts";
import type { ClientHello, Extension } from "./messages.ts";
import { EXTENSION, GROUP, VERSION } from "./numbers.ts";
import { SUITES, type Suite } from "./protection.ts";
import type { Psk } from "./psk.ts";

export interface ServerSettings {
  /** In order of preference. */
  suites?: readonly number[];
  groups?: readonly number[];
  protocol?: string;
  /** In DER, ours first. */
  certificates: readonly Buffer[];
  key: KeyObject;
  /** What a client may go on from. */
  psks?: readonly Psk[];
}

export interface Choice {
  suite: Suite;
  group: number;
  /** Of the client; null: it has to be asked for. */
  shown: Buffer | null;
}

/** Suite and group by our order; a group of which there is a share goes before others. */
export function choice(hello: ClientHello, settings: ServerSettings): Choice {
  const { suites = SUITES.map(({ id }) => id), groups = DEFAULT_GROUPS } = settings;
  const suite = SUITES.find(({ id }) => suites.includes(id) && hello.suites.includes(id));
  if (suite === undefined) throw new Error("no common suite");
  const extensions = hello.extensions ?? [];
  const content = (type: number) => extend.contentOf(extensions, type) ?? Buffer.of(0, 0);
  const shares = extend.readKeyShares(content(EXTENSION.keyShare));
  const offered = extend.readList16(content(EXTENSION.supportedGroups));
  const common = groups.filter((group) => offered.includes(group));
  const direct = common.find((group) => shares.some((share) => share.group === group));
  const group = direct ?? common[0];
  if (group === undefined) throw new Error("no common group");
  return { suite, group, shown: shares.find((share) => share.group === group)?.shown ?? null };
}

/** What a right server has in its HelloRetryRequest. */
export function usualRetryExtensions(group: number): Extension[] {
  return [extend.selectedVersion(VERSION.tls13), extend.chosenGroup(group)];
}

const DEFAULT_GROUPS = [
  GROUP.x25519mlkem768,
  ...[GROUP.x25519, GROUP.secp256r1, GROUP.secp384r1, GROUP.secp521r1],
] as const;
