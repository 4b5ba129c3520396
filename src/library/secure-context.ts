import { statSync } from "node:fs";
import { CONTEXT_OPTIONS, checkOptions, type Rules, STRING } from "../credentials/options.ts";
import {
  type SecureContextOptions as BareOptions,
  type Modules,
  SecureContext,
} from "../credentials/secure-context.ts";
import { ArgumentTypeError, ArgumentValueError, TlsError } from "../credentials/tls-error.ts";
import { Keeper } from "../sandbox/keeper.ts";
import { fillWithEntropy } from "../setup/entropy.ts";
import { compileModule, loadModule } from "../setup/modules.ts";
import { readTrustAnchors } from "../setup/trust-anchors.ts";
import { Sessions } from "./sessions.ts";

/** What connections may share. */
export interface SecureContextOptions extends Omit<BareOptions, "ca"> {
  /** Certificates of the CAs that may vouch for the peer; `"system"` for the system's. */
  readonly ca?: BareOptions["ca"] | "system";
  /** In place of `ca`: the path of a file with them, or of a directory of such files. */
  readonly caFile?: string;
}

/** The rules of these options. @internal */
export const SHARED_OPTIONS: Rules = { ...CONTEXT_OPTIONS, caFile: STRING };

/**
 * Reads and checks keys, certificates and settings once, for many connections. It can be given as
 * `secureContext` wherever its options can; `wipe()` overwrites its keys when it has served its time.
 *
 * @throws `TypeError` at once, with `code` ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE and the
 *   option's name, for options that are wrong in themselves
 * @throws `TlsError` for credentials that can't be used, or modules that are missing
 */
export function createSecureContext(options: SecureContextOptions = {}): SecureContext {
  const { ca, caFile, ...rest } = checkOptions(options, SHARED_OPTIONS);
  if (ca !== undefined && caFile !== undefined) {
    throw new ArgumentValueError("caFile", "is in place of ca: one of them is enough");
  }
  const anchors =
    ca === "system" ? read("ca", "system") : caFile === undefined ? ca : read("caFile", caFile);
  const all = { ...rest, ...(anchors !== undefined && { ca: anchors }) };
  return new SecureContext(modules(), all, fillWithEntropy);
}

/** @throws `ArgumentTypeError` */
export function checkContext(context: unknown): asserts context is SecureContext {
  if (context instanceof SecureContext) return;
  throw new ArgumentTypeError("secureContext", "a SecureContext", context);
}

function read(option: string, path: string): Uint8Array[] {
  try {
    const isDirectory = path !== "system" && statSync(path).isDirectory();
    return readTrustAnchors(isDirectory ? { directory: path } : { file: path });
  } catch (cause) {
    const message = `${option}: unable to read trust anchors in ${path}: ${(cause as Error).message}`;
    throw new TlsError(message, { reason: "BAD_CA", side: "configuration", cause });
  }
}

/** The sessions of this process's clients. @internal */
export function sessionsOfProcess(): Sessions {
  sessions ??= new Sessions(new Keeper(modules().keeper).drawTickets(fillWithEntropy));
  return sessions;
}

let sessions: Sessions | null = null;
let compiled: Modules | null = null;
let embedded: ModuleBytes | null = null;

/** What the modules' files have. */
export type ModuleBytes = Readonly<Record<keyof Modules, Uint8Array<ArrayBuffer>>>;

/** From now on no file is looked for: in a bundle of the user's there is none. */
export function embedModules(bytes: ModuleBytes): void {
  embedded = bytes;
}

/** Compiled once for a process, when the first context asks: it takes some milliseconds. */
function modules(): Modules {
  try {
    compiled ??= { engine: moduleNamed("engine"), keeper: moduleNamed("keeper") };
    return compiled;
  } catch (cause) {
    const { message } = cause as Error;
    throw new TlsError(message, { reason: "BAD_MODULE", side: "configuration", cause });
  }
}

function moduleNamed(name: keyof Modules): WebAssembly.Module {
  return embedded === null ? loadModule(name) : compileModule(embedded[name]);
}
