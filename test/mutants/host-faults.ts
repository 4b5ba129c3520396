import type { Fault } from "./fault.ts";

const TABLE: readonly (readonly [name: string, find: string, plant: string, ...tests: string[]])[] =
  [
    // Sandboxes.
    ["the template of engines is not wiped", "  template.wipe();\n", "", "sandbox/memory-image"],
    [
      "an image lacks the last block",
      "for (let at = 0; at <= all.length; at += BLOCK) {",
      "for (let at = 0; at < all.length; at += BLOCK) {",
      "sandbox/memory-image",
    ],
    [
      "a peer may have names without end",
      "if (n === NAMES_MAX) throw",
      "if (n === -1) throw",
      "sandbox/what-an-engine-says-is-bounded",
    ],
    [
      "a result stays in the keeper's mailbox",
      "    } finally {\n      result.fill(0);\n    }",
      "    } finally {\n    }",
      "engine/rsa-decryption",
    ],
    [
      "a key file stays in the mailbox when it can't be read",
      "    } finally {\n      this.room(KEY_FILE_MAX).fill(0);\n    }",
      "    } finally {\n    }",
      "engine/key-refusals",
    ],
    [
      "the keys of a failed start stay",
      "    keeper?.wipe();\n    throw error;",
      "    throw error;",
      "setup/keys-are-wiped-when-loading-fails",
    ],
    // The tunnel.
    [
      "a failure cuts the alert off",
      'if (this.remote.broken || !this.engine.pending("sendrec")) this.hangUp(local);',
      "this.hangUp(local);",
      "tunnel/closing",
    ],
    [
      "with -J, an alert after our FIN is nothing",
      "return error.isReceivedAlert && standing.halfClosed && !standing.enforceCloseNotify;",
      "return error.isReceivedAlert && standing.halfClosed;",
      "commands/alert-after-our-half-close",
    ],
    [
      "a failure behind close_notify does not linger",
      "const saidGoodbye = this.failure === null && state !== null && state.peerClosed;",
      "const saidGoodbye = state !== null && state.peerClosed;",
      "tunnel/closing",
    ],
    [
      "EOF inside a record is an EOF",
      'if (state.inRecord) return new TruncationError("EOF inside a record");',
      "",
      "tunnel/closing",
    ],
    [
      "EOF without close_notify is never an error",
      "return standing.enforceCloseNotify ? new TruncationError",
      "return standing.enforceCloseNotify && state.inRecord ? new TruncationError",
      "tunnel/closing",
    ],
    [
      "the last data of a record is not flushed",
      "if (this.local.arrived.length === 0) this.engine.flush();",
      "",
      "tunnel/two-directions",
      "tunnel/closing",
    ],
    [
      "more is acknowledged than was written",
      'this.engine.ack("sendrec", written);',
      'this.engine.ack("sendrec", records.length);',
      "tunnel/pieces-of-any-size",
      "tunnel/two-directions",
    ],
    [
      "an engine is not wiped at the end",
      "    this.engine.wipe();\n    this.settings.over",
      "    this.settings.over",
      "tunnel/closing",
    ],
    // The server.
    [
      "the last answer of a reload wins",
      "        first ??= answer;",
      "        first = answer;",
      "server/reload-with-disagreement",
    ],
    [
      "a worker that dies is no answer to a reload",
      '    this.twoPhases.answer(link, "a worker died meanwhile");\n',
      "",
      "server/reload-with-disagreement",
    ],
    [
      "a reload is committed whatever the answers",
      'link.send({ order: problem === null ? "commit" : "discard" });',
      'link.send({ order: "commit" });',
      "server/reload-with-disagreement",
      "server/reload",
    ],
    [
      "keys of a refused reload stay in memory",
      "        this.reloaded?.release();\n",
      "",
      "server/reload-with-disagreement",
    ],
    [
      "old keys stay in memory after a reload",
      "    this.kept?.release();\n    this.kept = this.reloaded;",
      "    this.kept = this.reloaded;",
      "server/reload-with-disagreement",
      "server/reload",
    ],
    [
      "an engine that can't be made keeps its key",
      "      keyUsed();\n      socket.destroy();\n      over();\n",
      "      socket.destroy();\n      over();\n",
      "server/no-memory-for-an-engine",
    ],
    [
      "clients that left are still counted",
      "    this.byOrigin.add(this.originOf(address), -1);\n",
      "",
      "server/census",
    ],
    // Credentials and set-up.
    [
      "keys that were replaced are never wiped",
      "if (--this.users === 0) this.credentials.keeper.wipe();",
      "if (--this.users < 0) this.credentials.keeper.wipe();",
      "library/keys",
    ],
    [
      "server names compare by case",
      "const name = serverName.toLowerCase();",
      "const name = serverName;",
      "credentials/server-names",
    ],
    [
      "a wildcard stands for a top-level domain",
      "const TWO_LABELS = /[^.]\\.[^.]/;",
      "const TWO_LABELS = /[^.]/;",
      "credentials/server-names",
    ],
    [
      "a certificate that is cut short is passed over",
      'if (end === -1) throw new CredentialsError("a certificate in it is cut short");',
      "if (end === -1) return found;",
      "setup/certificate-file",
    ],
    [
      "a file that was looked at is not wiped",
      "      room.fill(0, 0, length);",
      "",
      "setup/read-into",
    ],
    [
      "a file that is too large is cut",
      'if (length === room.length) throw new CredentialsError("the file is too large");',
      "",
      "setup/read-into",
    ],
    // The library.
    [
      "the key of one connection is never wiped",
      "    if (isOwn) context.wipe();",
      "    void isOwn;",
      "library/keys",
    ],
    [
      "a wrap that throws keeps its key",
      "  } catch (error) {\n    keyUsed();\n    throw error;",
      "  } catch (error) {\n    throw error;",
      "library/keys",
    ],
    [
      "destroy with an error leaves the peer alone",
      "const isEnded = this.hasFailed || (error === null && this.writableFinished);",
      "const isEnded = this.hasFailed || this.writableFinished;",
      "library/closing",
    ],
    [
      "reading is silence",
      "        this.idle.refresh();\n        const hasRoom = this.push(chunk);",
      "        const hasRoom = this.push(chunk);",
      "library/closing",
    ],
    // What a stranger planted, and no test had noticed.
    [
      "a rule's files are tried anew for each client",
      "    this.loaded = new Set(this.wanted.keys());\n",
      "",
      "server/access-rules",
    ],
    [
      "one that waited counts as waiting for ever",
      "    this.census.leave(next.address);\n",
      "",
      "server/limits",
    ],
    [
      "a share of the places to wait may be none",
      "Math.ceil((places * maxPerAddress) / server.maxConnections)",
      "Math.floor((places * maxPerAddress) / server.maxConnections)",
      "server/limits",
    ],
    [
      "a worker speaks for clients of other workers",
      "if (!this.settings.hearsClients || !this.serving.has(number)) return;",
      "if (!this.settings.hearsClients) return;",
      "server/channel-is-abused",
    ],
    [
      "a worker kills progs of other workers",
      "else if (one.door === door) one.prog.kill(signal);",
      "else one.prog.kill(signal);",
      "probe/hostile-worker",
    ],
    ["a value for prog may have a NUL", ' && !value.includes("\\0");', ";", "server/prog-starter"],
    [
      "a reload that is asked for during another one is lost",
      "    this.wanted = true;\n    if (!this.busy)",
      "    this.wanted = !this.busy;\n    if (!this.busy)",
      "server/reloads",
    ],
    [
      "messages to systemd overtake each other",
      "this.last = this.last.then(() => this.send(assignments));",
      "this.last = this.send(assignments);",
      "server/systemd",
    ],
    [
      "a pipe without end is copied without end",
      '      if (length > FILE_MAX) throw new CredentialsError("the file is too large");\n',
      "",
      "server/pipes-are-kept",
    ],
    [
      "an engine attests twice",
      "    if (this.key === null || this.signed) return NOTHING;",
      "    if (this.key === null) return NOTHING;",
      "engine/key-use-is-bounded",
    ],
    [
      "a client's engine decrypts with its key",
      ' || this.role === "client") return 0;',
      ") return 0;",
      "engine/key-use-is-bounded",
    ],
    [
      "connect leaves its socket open when it throws",
      "    network.destroy();\n    throw error;",
      "    throw error;",
      "library/connect",
    ],
    [
      "writing is silence",
      "    this.idle.refresh();\n    this.cleartext.accept(chunk, done);",
      "    this.cleartext.accept(chunk, done);",
      "library/closing",
    ],
    [
      "an IPv6 network has IPv4 addresses",
      "      network.bytes.length === bytes.length &&\n",
      "",
      "proxy-protocol/networks",
    ],
    [
      "TLS may follow a refused GSSENCRequest",
      "all[0] === HANDSHAKE && !this.hasRefusedGss",
      "all[0] === HANDSHAKE",
      "addresses/starttls-postgresql",
    ],
    // Command lines, programs, rules, lookups.
    [
      "numbers may be negative",
      "if (!/^[0-9]+$/.test(text) || value > 0xffffffff) {",
      "if (!/^-?[0-9]+$/.test(text) || value > 0xffffffff) {",
      "cli/options",
    ],
    ["numbers may have 33 bits", "value > 0xffffffff) {", "value > 0x1ffffffff) {", "cli/options"],
    [
      "an empty PROXY port is zero",
      "const port = /^(0|[1-9][0-9]{0,4})$/.test(text) ? Number(text) : Number.NaN;",
      "const port = Number(text);",
      "proxy-protocol/version1",
    ],
    [
      "a port of a PROXY header may have 17 bits",
      "if (!(port <= 65535)) throw",
      "if (!(port <= 131071)) throw",
      "proxy-protocol/version1",
    ],
    [
      "a client that no rule names is allowed",
      "return firstRule(rules, rulesAboutName(name)) ?? DENIED;",
      'return firstRule(rules, rulesAboutName(name)) ?? { access: "allow" };',
      "access/rules",
    ],
    [
      "without setuid, privileges are kept",
      "if (setgroups === undefined || setgid === undefined || setuid === undefined) throw",
      "if (setuid === undefined) return;\n  if (setgroups === undefined || setgid === undefined) throw",
      "platforms/missing-features",
    ],
    [
      "a mkfifo that can't be run is the last word",
      'if (code !== "ENOENT" && code !== "EACCES") throw error;',
      "throw error;",
      "platforms/missing-features",
    ],
    [
      "a client offers a session twice",
      "at < 0 ? [] : kept.splice(at, 1);",
      "at < 0 ? [] : kept.slice(at, at + 1);",
      "library/sessions",
      "tls13/tickets/client-resumes",
    ],
    [
      "a client offers a session to another port",
      "JSON.stringify([digest, target, servername,",
      "JSON.stringify([digest, servername,",
      "library/sessions",
    ],
    ["comments in the hosts file are names", 'line.replace(/#.*/, "")', "line", "lookup/files"],
  ];

export const HOST_FAULTS: readonly Fault[] = TABLE.map(([name, find, plant, ...tests]) => ({
  ...{ name, in: "src", find, plant },
  noticedBy: tests.map((test) => `test/${test}.test.ts`),
}));
