/**
 * One side of a tunnel, as the tunnel sees it: bytes that have arrived, and room for bytes to
 * leave. An implementation calls the tunnel's `run` whenever any of this has changed.
 */
export interface Endpoint {
  /** What has arrived and was not taken yet; empty for nothing now. Valid until `take`. */
  readonly arrived: Uint8Array;
  /** So many bytes of `arrived` have been dealt with. */
  take(count: number): void;
  /**
   * Nothing is taken for a while, and yet it is to be noticed when the sender leaves: until the next
   * `take`, some 32 KiB may gather in `arrived`. Only the network's side needs it.
   */
  listen?(): void;
  /** Nothing will arrive after `arrived`. */
  readonly ended: boolean;
  /** Reading failed. Nothing more will arrive. */
  readonly failure: Error | null;
  /** Arrivals are of no interest any more: stop them, so that their sender learns it. */
  stopArrivals(): void;

  /** Copies what there is room for, and says how much: 0 would block. */
  write(bytes: Uint8Array): number;
  /** What was written so far may leave, as one piece. */
  flush(): void;
  /**
   * No more will be written: pass the EOF on, after what was written.
   *
   * @param failure why that is not all that the peer had to say, for endpoints that can tell it from an EOF
   */
  end(failure?: Error): void;
  /** All that was written, and the EOF if there is one, is the operating system's business. */
  readonly drained: boolean;
  /** The reader at the other end has gone. What is written is lost. */
  readonly broken: boolean;
}
