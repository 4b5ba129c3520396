import * as abi from "./abi.ts";
import { Configuration, requireZero } from "./configuration.ts";
import type { EngineExports } from "./engine-exports.ts";
import type { ClientSessions } from "./engine-settings.ts";
import { EngineError } from "./errors.ts";
import { type Sandbox, SandboxTrap } from "./instance.ts";
import type { Bindings } from "./key-use.ts";
import type { AwaitedChain, Configured } from "./role-configuration.ts";
import { readServerName, readSession, type Session } from "./session.ts";

const HANDSHAKE_FAILURE = 40;
const UNRECOGNIZED_NAME = 112;

/** A signature, the tickets that are opened, and those or the sessions that are sealed, with room to spare. */
const MOST_REQUESTS = 16;

const NOTHING = new Uint8Array(0);

/** Of sessions: their keys live no longer than the process. */
const PERIOD = 0;

/** What the engine of one connection stands still for: only the host can give it. */
export class Requests {
  /** Of a client that takes some. */
  sessions: ClientSessions | null = null;
  /** Why the client was refused, if it asked for a name that there is no chain for. */
  refusal: EngineError | null = null;
  /** Why there is no signature, where one was to come later. */
  lapse: unknown;
  /** Called when a key that answers later has answered. */
  resumed: () => void = () => {};
  private awaited: AwaitedChain | null;
  private asked = false;
  private count = 0;
  /** What its sessions tell of the server; null: none has come yet. */
  private facts: Session | null = null;
  /** A signature that came later than it was asked for. */
  private answer: Uint8Array | null = null;
  private wiped = false;

  constructor(
    private readonly sandbox: Sandbox<EngineExports>,
    private readonly bindings: Bindings,
    private readonly configured: Configured,
  ) {
    this.awaited = configured.awaited;
    if (configured.key !== null) bindings.bind(configured.key);
  }

  /** Is there anything left that may be asked for? */
  get mayCome(): boolean {
    return this.bindings.isBound || this.awaited !== null || this.sessions !== null;
  }

  attend(): void {
    const { exports } = this.sandbox;
    let bits = exports.engine_state();
    if (this.awaited !== null && (bits & abi.ENGINE_AWAITS_CHAIN) !== 0) {
      this.chooseIdentity(this.awaited);
      bits = exports.engine_state();
    }
    while ((bits & abi.ENGINE_AWAITS_KEEPER) !== 0 && this.serve()) bits = exports.engine_state();
    if ((bits & (abi.ENGINE_ESTABLISHED | abi.ENGINE_CLOSED)) !== 0) this.bindings.unbind();
  }

  session(): Session {
    return readSession(this.sandbox, this.configured.offered, this.sessions);
  }

  /** An answer that came later reaches the engine when it is next looked at. */
  deliver(): void {
    const { answer } = this;
    if (answer === null) return;
    this.answer = null;
    this.give(answer);
  }

  /** Before the start. A session that can't be opened is none. */
  resume(sessions: ClientSessions): void {
    const { keys, resume } = sessions;
    const state = resume === null ? NOTHING : keys.open(PERIOD, resume.sealed);
    try {
      new Configuration(this.sandbox).resume(state, resume?.age ?? 0);
      this.sessions = sessions;
    } finally {
      state.fill(0);
    }
  }

  /** The connection is over, and its memory about to go. */
  end(): void {
    this.wiped = true;
    this.bindings.unbind();
  }

  /**
   * Gets the engine what it asks for.
   *
   * @returns false if the answer comes later
   * @throws {SandboxTrap} for more requests than a handshake has
   */
  private serve(): boolean {
    const { exports, memory } = this.sandbox;
    const what = exports.engine_request();
    if (what === abi.ENGINE_REQUEST_ATTEST && this.asked) return false;
    if (++this.count > MOST_REQUESTS) throw new SandboxTrap("more requests than there are");
    const data = memory
      .view(exports.engine_request_data(), exports.engine_request_length())
      .slice();
    switch (what) {
      case abi.ENGINE_REQUEST_ATTEST:
        return this.attest(data);
      case abi.ENGINE_REQUEST_SEAL:
        if (this.sessions === null) this.giveTicket(data);
        else this.keepSession(this.sessions, data);
        return true;
      case abi.ENGINE_REQUEST_OPEN:
        this.giveSecret(this.bindings.open(data));
        return true;
      default:
        this.give(NOTHING);
        return true;
    }
  }

  /** The signature that the engine asks for, now or later. It is asked for once. */
  private attest(transcript: Uint8Array): boolean {
    this.asked = true;
    const scheme = this.sandbox.exports.engine_request_scheme();
    const signature = this.bindings.attest({ scheme, transcript });
    if (ArrayBuffer.isView(signature)) {
      this.give(signature);
      return true;
    }
    const later = (answer: Uint8Array) => {
      this.answer = answer;
      if (!this.wiped) this.resumed();
    };
    signature.then(later, (cause) => {
      this.lapse = cause;
      later(NOTHING);
    });
    return false;
  }

  /** @param state the session's key is in it */
  private giveTicket(state: Uint8Array): void {
    try {
      this.give(this.bindings.seal(state));
    } finally {
      state.fill(0);
    }
  }

  private keepSession({ keys, keep }: ClientSessions, state: Uint8Array): void {
    try {
      const sealed = keys.seal(PERIOD, state);
      this.facts ??= this.session();
      const { peer, resumed } = this.facts;
      if (sealed.length > 0) keep({ sealed, peer, resumed });
    } finally {
      state.fill(0);
      this.give(NOTHING);
    }
  }

  private giveSecret(answer: Uint8Array): void {
    try {
      this.give(answer);
    } finally {
      answer.fill(0);
    }
  }

  private give(answer: Uint8Array): void {
    const { exports, memory } = this.sandbox;
    const room = memory.view(exports.engine_request_data(), exports.engine_request_room());
    const fits = answer.length <= room.length;
    if (fits) room.set(answer);
    exports.engine_answer(fits ? answer.length : 0);
  }

  /** Once the client has said which name it wants, it gets the chain for it, or an alert. */
  private chooseIdentity({ choice, room }: AwaitedChain): void {
    const { exports } = this.sandbox;
    this.awaited = null;
    const serverName = readServerName(this.sandbox);
    const identity = choice.choose(serverName);
    if (identity === null) {
      const alert = serverName === null ? HANDSHAKE_FAILURE : UNRECOGNIZED_NAME;
      this.refusal = EngineError.refusedName(serverName, alert);
      exports.engine_refuse(alert);
    } else {
      new Configuration(this.sandbox).addChain(identity.chain, room);
      this.bindings.bind(identity.key);
      requireZero(exports.engine_continue());
    }
  }
}
