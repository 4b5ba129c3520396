import { reasonOf } from "../cli/diagnostics.ts";
import { CredentialsError } from "../credentials/errors.ts";
import type { Keeper } from "../sandbox/keeper.ts";
import type { TicketKeys } from "../sandbox/key-operations.ts";
import type { TlsEnvironment } from "./environment.ts";
import { readInto } from "./read-into.ts";

/**
 * The keys of TICKETFILE. They never leave the keeper. While a reload is under way, those that come next
 * open tickets already: another process may be the first to seal with them.
 */
export class FileTicketKeys implements TicketKeys {
  private next: TicketKeys | null = null;

  constructor(private readonly keys: TicketKeys) {}

  /** @param keys null: they don't come after all */
  announce(keys: TicketKeys | null): void {
    this.next = keys;
  }

  seal(period: number, state: Uint8Array): Uint8Array {
    return this.keys.seal(period, state);
  }

  open(period: number, ticket: Uint8Array): Uint8Array {
    const state = this.keys.open(period, ticket);
    return state.length > 0 || this.next === null ? state : this.next.open(period, ticket);
  }
}

/**
 * Reads TICKETFILE into the keeper.
 *
 * @returns undefined if it is not set
 * @throws {CredentialsError} naming the file, and the line that is wrong
 */
export function loadTicketKeys(
  keeper: Keeper,
  { ticketFile, kept }: TlsEnvironment,
): FileTicketKeys | undefined {
  if (ticketFile === null) return undefined;
  try {
    return new FileTicketKeys(keeper.loadTickets((room) => readInto(ticketFile, room, kept)));
  } catch (error) {
    throw new CredentialsError(`unable to read ticket keys in ${ticketFile}: ${reasonOf(error)}`);
  }
}
