import type { Socket } from "node:net";
import type { Endpoint } from "../tunnel/endpoint.ts";
import { Batches } from "./batches.ts";
import { StreamEndpoint, type StreamPair } from "./stream-endpoint.ts";

const NOTHING = new Uint8Array(0);
const batches = new Batches();

/** A side of a tunnel whose socket comes later: until then it takes nothing and gives nothing. */
export class LaterEndpoint implements Endpoint {
  private inner: StreamEndpoint | null = null;
  private isEnding = false;
  private isStopped = false;

  constructor(
    private readonly name: StreamPair["name"],
    private readonly changed: () => void,
  ) {}

  use(socket: Socket): void {
    const { name, changed } = this;
    this.inner = new StreamEndpoint({ name, readable: socket, writable: socket, batches, changed });
    socket.resume();
    if (this.isStopped) this.inner.stopArrivals();
    if (this.isEnding) this.inner.end();
    changed();
  }

  get arrived(): Uint8Array {
    return this.inner?.arrived ?? NOTHING;
  }

  take(count: number): void {
    this.inner?.take(count);
  }

  get ended(): boolean {
    return this.inner?.ended ?? this.isStopped;
  }

  get failure(): Error | null {
    return this.inner?.failure ?? null;
  }

  stopArrivals(): void {
    this.isStopped = true;
    this.inner?.stopArrivals();
  }

  write(bytes: Uint8Array): number {
    return this.inner?.write(bytes) ?? 0;
  }

  flush(): void {
    this.inner?.flush();
  }

  end(): void {
    this.isEnding = true;
    this.inner?.end();
  }

  get drained(): boolean {
    // With both directions over, there is no need of a socket any more.
    return this.inner?.drained ?? (!this.isEnding || this.isStopped);
  }

  get broken(): boolean {
    return this.inner?.broken ?? false;
  }
}
