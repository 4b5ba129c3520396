/** Counts of the connections that are served, across all workers. */
export class Census {
  private readonly byAddress = new Counts();
  private readonly byOrigin = new Counts();
  private total = 0;

  /** @param originOf what is counted as one for the limit: an address, or a network */
  constructor(private readonly originOf: (address: string) => string = (address) => address) {}

  get open(): number {
    return this.total;
  }

  /** @returns how many there are from that very address, with this one */
  enter(address: string): number {
    this.byOrigin.add(this.originOf(address), 1);
    this.total++;
    return this.byAddress.add(address, 1);
  }

  leave(address: string): void {
    this.byOrigin.add(this.originOf(address), -1);
    this.byAddress.add(address, -1);
    this.total--;
  }

  /** How many there are that count as one with that address. */
  countOf(address: string): number {
    return this.byOrigin.of(this.originOf(address));
  }
}

/** Numbers by a name; of what is not there any more, nothing is kept. */
class Counts {
  private readonly counts = new Map<string, number>();

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  add(name: string, change: 1 | -1): number {
    const count = this.of(name) + change;
    if (count > 0) this.counts.set(name, count);
    else this.counts.delete(name);
    return count;
  }
}
