import type { PrivateKey } from "../../src/sandbox/keeper.ts";
import type { Attestation, KeyOperations } from "../../src/sandbox/key-operations.ts";

/** A key in a device: its signature comes when the scheduler likes, even after the connection. */
export class LateKey implements KeyOperations {
  private give: (() => void) | null = null;

  constructor(private readonly key: PrivateKey) {}

  /** For another conversation: what was asked for before is never answered. */
  forget(): void {
    this.give = null;
  }

  get isAsked(): boolean {
    return this.give !== null;
  }

  answer(): void {
    const { give } = this;
    this.give = null;
    give?.();
  }

  /** A promise would answer in a turn of its own, and the scheduler would not know when. */
  attest(request: Attestation): Promise<Uint8Array> {
    const signature = this.key.attest(request).slice();
    const later: Pick<Promise<Uint8Array>, "then"> = {
      // biome-ignore lint/suspicious/noThenProperty: the engine knows a late answer by it.
      then: (resolve) => {
        this.give = () => resolve?.(signature);
        return NEVER;
      },
    };
    return later as Promise<Uint8Array>;
  }

  seal(period: number, state: Uint8Array): Uint8Array {
    return this.key.seal(period, state);
  }

  open(period: number, ticket: Uint8Array): Uint8Array {
    return this.key.open(period, ticket);
  }

  sign(hash: number, value: Uint8Array, out: Uint8Array): number {
    return this.key.sign(hash, value, out);
  }

  decrypt(data: Uint8Array): number {
    return this.key.decrypt(data);
  }
}

const NEVER = new Promise<never>(() => {});
