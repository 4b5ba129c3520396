import type { Tls13Client } from "../peer/client.ts";
import type { ClientSettings } from "../peer/client-hello.ts";
import { extension } from "../peer/extensions.ts";
import type { Extension } from "../peer/messages.ts";
import { type ALERT, GROUP } from "../peer/numbers.ts";

/** What a client does wrong, and the alert that it gets for it: one of these, where RFCs differ. */
export interface Misdeed {
  what: string;
  alerts: readonly AlertName[];
  commit: Commit;
  settings?: ClientSettings;
}

export type AlertName = keyof typeof ALERT;
export type Commit = (client: Tls13Client) => Promise<void> | void;

/** Several ways to the same alert. */
export function misdeeds(
  alert: AlertName | readonly AlertName[],
  ways: Record<string, Commit>,
  settings?: ClientSettings,
): Misdeed[] {
  const alerts = typeof alert === "string" ? [alert] : alert;
  return Object.entries(ways).map(([what, commit]) => ({
    ...{ what, alerts, commit },
    ...(settings && { settings }),
  }));
}

/** A hello whose extensions are changed. */
export function greeting(change: (usual: Extension[]) => Extension[]): Commit {
  return (client) => client.greet({ extensions: change });
}

export function without(type: number): Commit {
  return greeting((usual) => usual.filter((one) => one.type !== type));
}

/** An extension with another content, at its place, or at the end. */
export function having(type: number, ...content: Uint8Array[]): Commit {
  const other = extension(type, ...content);
  return greeting((usual) => {
    if (!usual.some((one) => one.type === type)) return [...usual, other];
    return usual.map((one) => (one.type === type ? other : one));
  });
}

/** A client that has to be sent back for P-256. */
export const RETRIED: ClientSettings = {
  groups: [GROUP.secp521r1, GROUP.secp256r1],
  shares: [GROUP.secp521r1],
};
