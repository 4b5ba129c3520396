import { hostname } from "node:os";
import type { RelaySettings } from "../cli/bearhug-options.ts";
import { PostgresqlClient, PostgresqlServer } from "../starttls/postgresql.ts";
import type { Preface } from "../starttls/preface.ts";
import { greeting, SmtpClient, SmtpGreeting, SmtpServer } from "../starttls/smtp.ts";

/** What a protocol says in clear, on each side. */
export interface Prefaces {
  /** To clients, before TLS. */
  readonly server: () => Preface;
  /** To servers, before TLS. */
  readonly client: () => Preface;
  /** To the backend, behind TLS. */
  readonly backend?: () => Preface;
  /** What our own client hears once the server is verified. */
  readonly greeting?: string;
}

/** null: TLS comes first. */
export function prefacesOf(settings: RelaySettings): Prefaces | null {
  switch (settings.starttls) {
    case null:
      return null;
    case "postgresql":
      return {
        server: () => new PostgresqlServer(takesCancels(settings)),
        client: () => new PostgresqlClient(),
      };
    case "smtp": {
      const name = ownName();
      return {
        server: () => new SmtpServer(name),
        client: () => new SmtpClient(name),
        backend: () => new SmtpGreeting(),
        greeting: greeting(name),
      };
    }
  }
}

/** Where each client must have a certificate, nothing of one without passes unless that is meant. */
function takesCancels({ clientCertificate, allowClearCancel }: RelaySettings): boolean {
  return allowClearCancel || clientCertificate !== "mandatory";
}

function ownName(): string {
  const name = hostname();
  return /^[A-Za-z0-9.-]+$/.test(name) ? name : "localhost";
}
