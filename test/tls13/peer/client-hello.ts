import type { KeyObject } from "node:crypto";
import { SERVER_NAME } from "../../support/certificates.ts";
import * as extend from "./extensions.ts";
import type { Share } from "./groups.ts";
import { type ClientHello, type Extension, encodedClientHello } from "./messages.ts";
import { GROUP, SCHEME, VERSION } from "./numbers.ts";
import { SUITES } from "./protection.ts";
import { bound, type Psk, pskOffer } from "./psk.ts";
import type { Transcript } from "./transcript.ts";

export interface ClientSettings {
  suites?: readonly number[];
  groups?: readonly number[];
  /** Groups of which there is a share in the first hello; by default the first. */
  shares?: readonly number[];
  schemes?: readonly number[];
  /** null: no server_name. */
  name?: string | null;
  protocols?: readonly string[];
  psks?: readonly Psk[];
  /** In DER, for a server that asks. */
  certificates?: readonly Buffer[];
  key?: KeyObject;
}

/** What a test changes in a hello; the rest is what a right client says. */
export interface HelloChanges extends Partial<Omit<ClientHello, "extensions">> {
  /** Gets what a right client has, without pre_shared_key, which is put behind all others. */
  extensions?: (usual: Extension[]) => readonly Extension[] | null;
  binder?: (right: Buffer) => Buffer;
}

export interface HelloParts {
  random: Buffer;
  sessionId: Buffer;
  shares: readonly Share[];
  /** Of a HelloRetryRequest. */
  cookie: Buffer | null;
  transcript: Transcript;
}

export const DEFAULT_GROUPS = [GROUP.x25519, GROUP.secp256r1, GROUP.secp384r1] as const;

/** What this peer can verify. */
const DEFAULT_SCHEMES = [
  ...[SCHEME.ecdsaSecp256r1Sha256, SCHEME.ecdsaSecp384r1Sha384, SCHEME.ecdsaSecp521r1Sha512],
  ...[SCHEME.rsaPssRsaeSha256, SCHEME.rsaPssRsaeSha384, SCHEME.rsaPssRsaeSha512],
  ...[SCHEME.rsaPkcs1Sha256, SCHEME.rsaPkcs1Sha384],
];

const PSK_DHE_KE = 1;

/** What a right client has in its hello, but for pre_shared_key. */
export function usualExtensions(
  settings: ClientSettings,
  { shares, cookie }: HelloParts,
): Extension[] {
  const { name = SERVER_NAME, groups = DEFAULT_GROUPS, protocols } = settings;
  return [
    ...(name === null ? [] : [extend.serverName(name)]),
    extend.supportedGroups(groups),
    extend.signatureAlgorithms(settings.schemes ?? DEFAULT_SCHEMES),
    ...(protocols === undefined ? [] : [extend.alpn(protocols)]),
    extend.supportedVersions([VERSION.tls13]),
    extend.pskModes([PSK_DHE_KE]),
    extend.keyShares(shares),
    ...(cookie === null ? [] : [extend.cookie(cookie)]),
  ];
}

export function helloOf(
  settings: ClientSettings,
  parts: HelloParts,
  { extensions: change = (usual) => usual, binder, ...rest }: HelloChanges = {},
): Buffer {
  const { suites = SUITES.map(({ id }) => id), psks = [] } = settings;
  const extensions = change(usualExtensions(settings, parts));
  const offer = psks.length > 0 ? [pskOffer(psks)] : [];
  const hello = encodedClientHello({
    ...{ version: VERSION.tls12, random: parts.random, sessionId: parts.sessionId, suites },
    ...{ compressions: [0], extensions: extensions && [...extensions, ...offer] },
    ...rest,
  });
  if (psks.length === 0 || extensions === null) return hello;
  return bound(hello, { psks, transcript: parts.transcript }, binder);
}
