import { type ChildProcess, type StdioOptions, spawn, spawnSync } from "node:child_process";
import { SystemFailure } from "../cli/diagnostics.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { sessionVariableNames, type Variables } from "../connection/session-variables.ts";
import { SETPRIV } from "../io/platform.ts";
import { find } from "../program/exec.ts";
import type { Privileges } from "../program/privileges.ts";
import type { BareSocket } from "./bare-sockets.ts";
import type { ClientFacts, StartOrder } from "./messages.ts";
import {
  commandFor,
  environmentFor,
  type ProgEnvironment,
  progEnvironment,
} from "./prog-environment.ts";

export interface ProgSettings {
  readonly server: SuperServerSettings;
  readonly command: readonly string[];
  /** The user and groups that prog becomes; nulls: it stays what the spawner is. */
  readonly progOwner: Privileges;
}

/**
 * Judges before a client comes whether progs can have their groups.
 *
 * @throws {SystemFailure} if there is no setpriv, or BusyBox' alone, which knows no groups
 */
export function requireSetprivFor({ groups }: Privileges): void {
  if (!groups?.length) return;
  const setpriv = find([SETPRIV], process.env);
  const words = [`--groups=${groups.join(",")}`, "--help"];
  if (setpriv !== null && spawnSync(setpriv, words, { stdio: "ignore" }).status === 0) return;
  const why = new Error("there is no setpriv in PATH that can; install util-linux");
  throw new SystemFailure("unable to give prog its groups (-G)", why);
}

/** The longest value of a variable; names of a peer's certificate can be long. */
const VALUE_MAX = 131_071;

/** Starts progs as their user. Of what a worker says, it takes values for variables whose names it knows. */
export class ProgStarter {
  private readonly environment: ProgEnvironment;

  constructor(private readonly settings: ProgSettings) {
    this.environment = progEnvironment(settings.server);
  }

  /** @throws for what shows at once */
  start(
    client: ClientFacts,
    order: StartOrder,
    [input, output]: readonly [BareSocket, BareSocket],
  ): ChildProcess {
    const { progOwner } = this.settings;
    const command = commandFor(this.settings.command, client);
    const { uid, gid, groups } = progOwner;
    const ids = { ...(uid !== null && { uid }), ...(gid !== null && { gid }) };
    const env = environmentFor(this.environment, {
      client,
      session: valuesOf(order.values, sessionVariableNames),
      proxied: given(valuesOf(order.proxied, PROXIED), order.proxied),
    });
    const stdio: StdioOptions = [input.fd, output.fd, "inherit"];
    // Node drops all groups of a child that changes its user, and knows no others.
    if (!groups?.length) {
      const [file = "", ...args] = command;
      return spawn(file, args, { env, stdio, ...ids });
    }
    return spawn(this.setpriv, [...idsForSetpriv(progOwner), ...command], {
      env: withoutLoaders(env, process.env),
      stdio,
    });
  }

  /** As root finds it: a rule of access control may set another PATH. */
  private get setpriv(): string {
    return find([SETPRIV], process.env) ?? SETPRIV;
  }
}

/**
 * setpriv begins as root, and what rules of access control say is not root's word: what would have it
 * load other code, or other texts, is as it is in our own environment.
 */
function withoutLoaders(env: NodeJS.ProcessEnv, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isLoader = (name: string) => LOADERS.test(name);
  return Object.fromEntries([
    ...Object.entries(env).filter(([name]) => !isLoader(name)),
    ...Object.entries(own).filter(([name]) => isLoader(name)),
  ]);
}

/** What the C library ignores in programs that change their user by themselves (ld.so(8)). */
const LOADERS =
  /^(LD_|GLIBC_|MALLOC_|GCONV_PATH$|(MUSL_)?LOCPATH$|NLSPATH$|LANGUAGE$|TEXTDOMAINDIR$)/;

function idsForSetpriv({ uid, gid, groups }: Privileges): string[] {
  const options = [`--groups=${(groups ?? []).join(",")}`];
  if (gid !== null) options.push(`--regid=${gid}`);
  if (uid !== null) options.push(`--reuid=${uid}`);
  return [...options, "--"];
}

/** Of what a worker says, the values of the variables that there are. */
function valuesOf(values: Readonly<Record<string, unknown>>, names: readonly string[]): Variables {
  return new Map(
    names.map((name) => {
      const value = Object.hasOwn(values, name) ? values[name] : null;
      const isValue =
        typeof value === "string" && value.length <= VALUE_MAX && !value.includes("\0");
      return [name, isValue ? value : null];
    }),
  );
}

/** A header leaves as it is what it doesn't say. */
function given(variables: Variables, said: Readonly<Record<string, unknown>>): Variables {
  return new Map([...variables].filter(([name]) => Object.hasOwn(said, name)));
}

/** What a PROXY header may tell. */
const PROXIED = [
  ...["PROTO", "TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP", "TCPLOCALPORT"],
  ...["IPCREMOTEPATH", "IPCLOCALPATH"],
  ...["SSL_TLS_SNI_SERVERNAME", "SSL_PROTOCOL", "SSL_CIPHER", "SSL_PEER_CERT_CN"],
];
