import { accessSync, constants } from "node:fs";
import { judge } from "../access/judgement.ts";
import type { AccessRules } from "../access/rule.ts";
import { RulesDirectory } from "../access/rules-directory.ts";
import { RulesFile } from "../access/rules-file.ts";
import type { AccessSettings } from "../cli/access-options.ts";
import { wantsAccess } from "../cli/access-options.ts";
import { reasonOf } from "../cli/diagnostics.ts";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { dropPrivileges, type Privileges } from "../program/privileges.ts";
import type { FromAccess, ToAccess } from "./access-messages.ts";

export interface AccessDuty {
  readonly server: SuperServerSettings;
  /** The user that it becomes; null: it stays as it is. */
  readonly owner: Privileges | null;
}

/**
 * The process that reads rules and asks DNS and IDENT, for the primary. It has no key, no socket of a
 * client, and no rights that it doesn't need: what DNS and IDENT answer is parsed here.
 */
export function serveAccess({ server, owner }: AccessDuty): void {
  const tell = (message: FromAccess) => {
    if (process.connected) process.send?.(message);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const) {
    process.on(signal, () => {});
  }
  process.on("disconnect", () => process.exit(0));
  try {
    if (owner !== null) dropPrivileges(owner);
    if (server.rules !== null) accessSync(server.rules.path, constants.R_OK);
  } catch (error) {
    const where = server.rules === null ? "" : ` (rules: ${server.rules.path})`;
    tell({ answer: "failed", text: `${reasonOf(error)}${where}` });
    return;
  }
  const requirements = {
    rules: rulesOf(server),
    lookups: lookupsOf(server),
    fixed: fixedBy(server),
  };
  process.on("message", (asked: ToAccess) => {
    if (asked.question === "are you there") {
      tell({ answer: "here" });
      return;
    }
    const { number, ends } = asked;
    const told = (problem: string) => tell({ answer: "problem", number, problem });
    void judge(ends, requirements, told).then((judgement) =>
      tell({ answer: "judgement", number, judgement }),
    );
  });
  tell({ answer: "ready" });
}

/** TLS_UID and TLS_GID are the workers' users; with -U, the others are prog's. */
function fixedBy({ idsFromEnvironment }: SuperServerSettings): readonly string[] {
  return ["TLS_UID", "TLS_GID", ...(idsFromEnvironment ? ["UID", "GID", "GIDLIST"] : [])];
}

function rulesOf({ rules }: AccessSettings): AccessRules | null {
  if (rules === null) return null;
  return rules.kind === "file" ? new RulesFile(rules.path) : new RulesDirectory(rules.path);
}

function lookupsOf(server: AccessSettings) {
  return {
    names: wantsAccess(server) && server.lookUp,
    remoteName: null,
    hostsFile: server.hostsFile,
    paranoid: server.paranoid,
    ident: server.ident,
    localName: server.localName,
    errorsRefuse: server.lookupErrorsRefuse,
    timeout: server.lookupTimeout,
  };
}
