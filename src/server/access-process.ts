import type { ChildProcess } from "node:child_process";
import type { Judgement } from "../access/judgement.ts";
import { reasonOf, SystemFailure } from "../cli/diagnostics.ts";
import type { TcpEnds } from "../connection/tcp-variables.ts";
import { effortOf } from "../io/platform.ts";
import type { FromAccess, ToAccess } from "./access-messages.ts";
import { Handover } from "./handover.ts";
import type { Log } from "./log.ts";
import { startAs } from "./roles.ts";

/** An access process that has died is started again after so many milliseconds. */
const BREATHER = 1000;

export interface AccessProcessSettings {
  readonly log: Log;
  /** -v3: problems of look-ups are logged. */
  readonly logsProblems: boolean;
}

/** The primary's side of the access process: a question for each client, answered in any order. */
export class AccessProcess {
  private child: ChildProcess | null = null;
  /** Is it there for what it was asked? One that is stopped is killed, and replaced. */
  private handover: Handover | null = null;
  private readonly waiting = new Map<number, (judgement: Judgement) => void>();
  private closing = false;

  constructor(private readonly settings: AccessProcessSettings) {}

  /** @throws {SystemFailure} (the promise) if it can't begin */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = startAs("access");
      child.on("message", (message: FromAccess) => {
        if (message.answer === "ready") {
          this.child = child;
          this.handover = handoverOf(child, this.settings.log);
          resolve();
        } else if (message.answer === "failed") {
          reject(new SystemFailure("unable to check access", new Error(message.text)));
          child.kill("SIGKILL");
        } else {
          this.hear(message);
        }
      });
      child.on("error", (error) => {
        reject(new SystemFailure("unable to check access", error));
      });
      child.on("exit", (code, signal) => {
        const how = signal ?? `code ${code}`;
        reject(
          new SystemFailure("unable to check access", new Error(`its process ended (${how})`)),
        );
        if (this.child === child) this.lose(how);
      });
    });
  }

  /** What becomes of a client. It waits for as long as the look-ups may take. */
  judge(number: number, ends: TcpEnds): Promise<Judgement> {
    const { remoteAddress, remotePort, localAddress, localPort } = ends;
    return new Promise((resolve) => {
      const { child } = this;
      if (child?.connected !== true) {
        resolve(unable("there is no access process at the moment"));
        return;
      }
      this.waiting.set(number, resolve);
      const question: ToAccess = {
        question: "client",
        number,
        ends: { remoteAddress, remotePort, localAddress, localPort },
      };
      this.handover?.told();
      child.send(question, (error) => {
        if (error !== null) this.answer(number, unable(reasonOf(error)));
      });
    });
  }

  close(): void {
    this.closing = true;
    if (this.child?.connected) this.child.disconnect();
  }

  private hear(message: Exclude<FromAccess, { answer: "ready" | "failed" }>): void {
    this.handover?.isAlive();
    if (message.answer === "here") this.handover?.answered();
    else if (message.answer === "judgement") this.answer(message.number, message.judgement);
    else if (this.settings.logsProblems) {
      const { number, problem } = message;
      this.settings.log.warn("look-up failed", `look-up for ${number} failed: ${problem}`);
    }
  }

  private answer(number: number, judgement: Judgement): void {
    this.waiting.get(number)?.(judgement);
    this.waiting.delete(number);
  }

  /** Clients whose question it had are refused; the next ones find another one. */
  private lose(how: string): void {
    this.child = null;
    this.handover?.end();
    for (const number of [...this.waiting.keys()]) {
      this.answer(number, unable("the access process ended"));
    }
    if (this.closing) return;
    this.settings.log.warn(
      "access process replaced",
      `the access process ended (${how}); replacing it`,
    );
    this.replace();
  }

  private replace(): void {
    setTimeout(() => {
      if (this.closing) return;
      this.start().catch((error: Error) => {
        this.settings.log.error(reasonOf(error));
        this.replace();
      });
    }, BREATHER);
  }
}

function handoverOf(child: ChildProcess, log: Log): Handover {
  const question: ToAccess = { question: "are you there" };
  return new Handover({
    ask: () => child.connected && child.send(question, () => {}),
    lost: () => {
      log.warn("access process is silent", `the access process (${child.pid}) doesn't answer`);
      child.kill("SIGKILL");
    },
    effort: () => effortOf(child.pid),
  });
}

function unable(reason: string): Judgement {
  return { access: "refused", reason, isProblem: true };
}
