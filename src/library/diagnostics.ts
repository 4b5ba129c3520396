/** What is published on the channels of node:diagnostics_channel: docs/library.md. */
export type { EndMessage, HandshakeMessage, TrafficMessage } from "../connection/telemetry.ts";
