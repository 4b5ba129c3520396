import { expect, test } from "vitest";
import type { EngineExports } from "../../src/sandbox/engine-exports.ts";
import { Memory, type Pointer, type Sandbox, SandboxTrap } from "../../src/sandbox/instance.ts";
import { readServerName, readSession, type Session } from "../../src/sandbox/session.ts";

/**
 * Names of a suite, a version, an application protocol and a server go to prog's environment and to
 * logs. An engine that was taken over may say what it likes: the host takes what an engine of ours
 * could say, and ends the connection for anything else.
 */

/** What an engine says of its session. */
interface Words {
  readonly suite: string;
  readonly protocol: string;
  readonly serverName: string;
  readonly version: number;
}

const HONEST: Words = {
  suite: "ECDHE-ECDSA-CHACHA20-POLY1305",
  protocol: "h2",
  serverName: "www.example.test",
  version: 0x0303,
};

const SUITE_AT = 1024 as Pointer;
const PROTOCOL_AT = 4096 as Pointer;
const SERVER_NAME_AT = 8192 as Pointer;

/** No engine of ours says such things: these are the exports of one that does. */
function saying(words: Partial<Words>): Sandbox<EngineExports> {
  const { suite, protocol, serverName, version } = { ...HONEST, ...words };
  const memory = new Memory(new WebAssembly.Memory({ initial: 1 }));
  const put = (at: Pointer, text: string) =>
    memory.view(at, text.length).set(Buffer.from(text, "latin1"));
  put(SUITE_AT, suite);
  put(PROTOCOL_AT, protocol);
  put(SERVER_NAME_AT, serverName);
  const exports: Partial<EngineExports> = {
    engine_suite_name: () => SUITE_AT,
    engine_protocol: () => PROTOCOL_AT,
    engine_server_name: () => SERVER_NAME_AT,
    engine_version: () => version,
    engine_group: () => 29,
    engine_resumed: () => 0,
    engine_peer_hash: () => 0 as Pointer,
  };
  return { exports, memory } as never;
}

const read = (words: Partial<Words>): Session => readSession(saying(words), ["h2", "http/1.1"]);

test("what an engine of ours says is told as it is", () => {
  expect(read({})).toMatchObject({
    cipher: HONEST.suite,
    protocol: "TLSv1.2",
    protocolName: "h2",
    serverName: "www.example.test",
  });
});

test.each<[string, Partial<Words>]>([
  ["a suite with a line break", { suite: "AES\nSSL_PEER_CERT_HASH=" }],
  ["a suite with a shell's characters", { suite: "$(reboot)" }],
  ["a suite that a terminal obeys", { suite: "\x1b[2J" }],
  ["a suite of 65 letters", { suite: "A".repeat(65) }],
  ["a suite of 2,000 letters", { suite: "A".repeat(2000) }],
  ["a version that is none", { version: 0x0305 }],
  ["a negative version", { version: -1 }],
  ["an application protocol that was not offered", { protocol: "h3" }],
  ["one that only begins like an offered one", { protocol: "h2\n" }],
  ["a server name with a line break", { serverName: "a\nb" }],
  ["a server name with a blank", { serverName: "a b" }],
  ["a server name that a terminal obeys", { serverName: "\x1b]0;owned\x07" }],
  ["a server name with a letter outside of ASCII", { serverName: "b\xfccher.test" }],
  ["a server name of 256 letters", { serverName: "a".repeat(256) }],
])("%s ends the connection", (_, words) => {
  expect(() => read(words)).toThrow(SandboxTrap);
});

test("a server name is judged while the handshake goes on, too", () => {
  expect(readServerName(saying({ serverName: "" }))).toBe(null);
  expect(() => readServerName(saying({ serverName: "a\nb" }))).toThrow(SandboxTrap);
});
