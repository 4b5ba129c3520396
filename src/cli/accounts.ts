import { readFileSync } from "node:fs";
import { UsageError, unsigned } from "./options.ts";

/**
 * Users and groups, by number or by name, as /etc/passwd and /etc/group have them. Directories on the
 * network (LDAP) are not asked: their users go by number.
 */

/** @throws {UsageError} unless it is a number, or the name of a user */
export function userId(text: string): number {
  return idOf("user", "/etc/passwd", text);
}

/** @throws {UsageError} unless it is a number, or the name of a group */
export function groupId(text: string): number {
  return idOf("group", "/etc/group", text);
}

/** @throws {UsageError} unless it is numbers with commas between them */
export function listOfGroups(text: string): number[] {
  return text === "" ? [] : text.split(",").map(groupId);
}

/** The group that the user has in /etc/passwd; null: it isn't there. */
export function primaryGroup(uid: number): number | null {
  const user = rowsOf("/etc/passwd").find((fields) => fields[UID] === `${uid}`);
  return numberIn(user?.[GID]);
}

/** Where a row has its number, in both files, and a user's group: passwd(5), group(5). */
const UID = 2;
const GID = 3;

function idOf(what: string, file: string, text: string): number {
  if (/^[0-9]*$/.test(text)) return unsigned(text);
  const id = numberIn(rowsOf(file).find(([name]) => name === text)?.[UID]);
  if (id === null) throw new UsageError(`no ${what} ${text} in ${file}`);
  return id;
}

function rowsOf(file: string): string[][] {
  return contentOf(file)
    .split("\n")
    .map((line) => line.split(":"));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function numberIn(field: string | undefined): number | null {
  return field !== undefined && /^[0-9]+$/.test(field) ? Number(field) : null;
}
