import type { bearhug } from "../../../support/library.ts";
import type { ALERT } from "../../peer/numbers.ts";
import type { Tls13Server } from "../../peer/server.ts";
import type { ServerSettings } from "../../peer/server-hello.ts";

/** What a server does wrong, and the alert that our client sends it for that. */
export interface Misdeed {
  readonly what: string;
  readonly alert: AlertName;
  readonly commit: Commit;
  /** Of the server, and of our client. */
  readonly settings: Partial<ServerSettings>;
  readonly options: Options;
}

export type AlertName = keyof typeof ALERT;
export type Commit = (server: Tls13Server) => Promise<void> | void;
export type Options = Partial<Parameters<typeof bearhug.connect>[0]>;

interface More {
  settings?: Partial<ServerSettings>;
  options?: Options;
}

/** Several ways to the same alert. */
export function misdeeds(
  alert: AlertName,
  ways: Record<string, Commit>,
  { settings = {}, options = {} }: More = {},
): Misdeed[] {
  return Object.entries(ways).map(([what, commit]) => ({
    ...{ what, alert, commit, settings, options },
  }));
}
