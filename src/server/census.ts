/** Who is being served: counts across all workers. */
export class Census {
  private readonly byAddress = new Map<string, number>();
  private total = 0;

  get open(): number {
    return this.total;
  }

  /** @returns how many there are from that address, with this one */
  enter(address: string): number {
    const count = this.countOf(address) + 1;
    this.byAddress.set(address, count);
    this.total++;
    return count;
  }

  leave(address: string): void {
    const count = this.countOf(address) - 1;
    if (count > 0) this.byAddress.set(address, count);
    else this.byAddress.delete(address);
    this.total--;
  }

  countOf(address: string): number {
    return this.byAddress.get(address) ?? 0;
  }
}
