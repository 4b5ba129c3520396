import type { Pointer } from "./instance.ts";
import type { PeerExports } from "./peer.ts";

/** The typed twin of wasm/engine/abi.h: its exports, and its calls as if they were exports. */
export interface EngineExports extends PeerExports {
  engine_alloc(length: number): Pointer;
  engine_server(profile: number): number;
  engine_add_certificate(der: Pointer, length: number): number;
  engine_client(profile: number): number;
  engine_limit_versions(min: number, max: number): number;
  engine_set_server_name(ascii: Pointer, length: number): number;
  engine_set_server_address(address: Pointer, length: number): number;
  engine_verify_server(days: number, seconds: number): number;
  engine_trust_any_server(): number;
  engine_look_at(der: Pointer, length: number): number;
  engine_add_trust_anchor(der: Pointer, length: number): number;
  engine_trust_partial_chains(): void;
  engine_request_certificate(mandatory: number, days: number, seconds: number): number;
  engine_add_protocol(name: Pointer, length: number): number;
  engine_add_group(group: number): number;
  engine_issue_tickets(count: number, lifetime: number): number;
  engine_set_clock(seconds: number, milliseconds: number): void;
  engine_resume(session: Pointer, length: number, age: number): void;
  engine_start(seed: Pointer): number;
  engine_continue(): number;
  engine_refuse(alert: number): void;
  engine_request(): number;
  engine_request_scheme(): number;
  engine_request_data(): Pointer;
  engine_request_length(): number;
  engine_request_room(): number;
  engine_answer(length: number): void;
  engine_buf(channel: number): Pointer;
  engine_buf_length(): number;
  engine_ack(channel: number, length: number): void;
  engine_flush(): void;
  engine_close(): void;
  engine_end(): void;
  engine_state(): number;
  engine_last_error(): number;
  engine_alert_sent(): number;
  engine_version(): number;
  engine_suite(): number;
  engine_suite_name(): Pointer;
  engine_group(): number;
  engine_resumed(): number;
  engine_keep_exporter(): Pointer;
  engine_keep_secrets(): Pointer;
  engine_export(labelLength: number, contextLength: number, length: number): number;
  engine_server_name(): Pointer;
  engine_protocol(): Pointer;
}

/** What `engine_call` calls: each one's number is its place. ENGINE_CALLS in abi.h. */
export const ENGINE_CALLS = {
  by: "engine_call",
  names: [
    "engine_alloc",
    "engine_server",
    "engine_client",
    "engine_limit_versions",
    "engine_set_server_name",
    "engine_set_server_address",
    "engine_verify_server",
    "engine_trust_any_server",
    "engine_add_certificate",
    "engine_add_trust_anchor",
    "engine_trust_partial_chains",
    "engine_look_at",
    "engine_request_certificate",
    "engine_add_protocol",
    "engine_add_group",
    "engine_issue_tickets",
    "engine_set_clock",
    "engine_resume",
    "engine_start",
    "engine_continue",
    "engine_refuse",
    "engine_request",
    "engine_request_scheme",
    "engine_request_data",
    "engine_request_length",
    "engine_request_room",
    "engine_answer",
    "engine_close",
    "engine_end",
    "engine_last_error",
    "engine_alert_sent",
    "engine_version",
    "engine_suite",
    "engine_suite_name",
    "engine_group",
    "engine_resumed",
    "engine_keep_exporter",
    "engine_export",
    "engine_keep_secrets",
    "engine_server_name",
    "engine_protocol",
    "engine_peer_certificate",
    "engine_peer_certificate_length",
    "engine_peer_hash",
    "engine_peer_name",
    "engine_peer_name_kind",
    "engine_peer_name_length",
    "engine_peer_not_yet_valid",
  ] satisfies readonly (keyof EngineExports)[],
};
