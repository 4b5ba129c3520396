import { Authority } from "../support/certificates.ts";
import { scratch } from "../support/scratch.ts";
import { credentialsEnvironment, program } from "../support/service.ts";

const authority = Authority.root();
export const credentials = authority.issue();

export const environment = {
  HOME: scratch,
  NO_COLOR: "1",
  CAFILE: authority.certFile,
  ...credentialsEnvironment(credentials),
};

/** What says its name before a command line is read. */
export function fileOf(name: string): string {
  return name.replace(/ .*/, "");
}

/** Enough for each of them to begin. */
export function commandOf(name: string): string[] {
  const [bearhug, role] = name.split(" ");
  if (role !== undefined) {
    return [program(`${bearhug}`), role, "--listen", "127.0.0.1:0", "--connect", "127.0.0.1:1"];
  }
  if (name.endsWith("-io")) return [program(name), "3", "4"];
  if (name === "s6-tlsserver") return [program(name), "127.0.0.1", "0", "true"];
  if (name === "s6-tlsclient") return [program(name), "127.0.0.1", "1", "true"];
  return [program(name), "true"];
}
