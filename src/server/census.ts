/** Who is connected, and who waits: counts across all workers. */
export class Census {
  private readonly byAddress = new Map<string, number>();
  /** Connections that workers serve. */
  open = 0;

  /** @returns how many there are from that address, with this one */
  arrive(address: string): number {
    const count = this.countOf(address) + 1;
    this.byAddress.set(address, count);
    return count;
  }

  leave(address: string): void {
    const count = this.countOf(address) - 1;
    if (count > 0) this.byAddress.set(address, count);
    else this.byAddress.delete(address);
  }

  /** Connections from that address, being served or waiting. */
  countOf(address: string): number {
    return this.byAddress.get(address) ?? 0;
  }
}
