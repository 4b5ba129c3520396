/**
 * SMTP up to STARTTLS (RFC 3207, RFC 5321). No side may speak before it is asked: what was sent in
 * clear behind STARTTLS or its answer would be taken for a part of the session (CVE-2011-0411).
 */
import { Lines } from "./lines.ts";
import { done, type Preface, PrefaceError, type PrefaceStep, saying, WAIT } from "./preface.ts";

/** Bytes of a command line, with its end (RFC 5321, 4.5.3.1.4). */
const COMMAND_MAX = 512;

/** Of a line of a reply: 512 there (4.5.3.1.5), but servers exceed it. */
const REPLY_LINE_MAX = 2048;

const REPLY_LINES_MAX = 100;

/** Commands that a client may spend before STARTTLS. */
const COMMANDS_MAX = 10;

/** The server's side. */
export class SmtpServer implements Preface {
  readonly opening: string;
  private readonly lines = new Lines(COMMAND_MAX);
  private commands = 0;
  private hasGreeted = false;

  /** @param name ours, in the greeting */
  constructor(private readonly name: string) {
    this.opening = greeting(name);
  }

  push(bytes: Uint8Array): PrefaceStep {
    const line = this.commandIn(bytes);
    if (line === null) return WAIT;
    // PIPELINING is not on offer: the next command waits for our answer.
    if (!this.lines.isEmpty) {
      const text = "the client sent more behind a command, before it was answered";
      throw new PrefaceError(text, "554 5.5.1 Wait for the answer\r\n");
    }
    if (++this.commands > COMMANDS_MAX) {
      throw new PrefaceError(
        "too many commands before STARTTLS",
        "421 4.7.0 Too many commands\r\n",
      );
    }
    return this.obey(line);
  }

  private commandIn(bytes: Uint8Array): string | null {
    try {
      this.lines.push(bytes);
      return this.lines.next();
    } catch (error) {
      const text = `the client sent ${(error as Error).message}`;
      throw new PrefaceError(text, "500 5.5.2 Not a command\r\n");
    }
  }

  private obey(line: string): PrefaceStep {
    const [, verb = "", rest = ""] = /^([A-Za-z]*)(.*)$/.exec(line) ?? [];
    const hasParameters = rest.trim() !== "";
    switch (verb.toUpperCase()) {
      case "EHLO":
        if (!hasParameters) return saying("501 5.5.4 EHLO needs a name\r\n");
        this.hasGreeted = true;
        return saying(`250-${this.name}\r\n250-ENHANCEDSTATUSCODES\r\n250 STARTTLS\r\n`);
      case "NOOP":
        return saying("250 2.0.0 OK\r\n");
      case "RSET":
        return saying("250 2.0.0 OK\r\n");
      case "QUIT":
        throw new PrefaceError("the client quit before TLS", "221 2.0.0 Bye\r\n");
      case "STARTTLS":
        if (hasParameters) return saying("501 5.5.4 STARTTLS takes no parameters\r\n");
        if (!this.hasGreeted) return saying("503 5.5.1 EHLO first\r\n");
        return done("220 2.0.0 Ready to start TLS\r\n");
      default:
        return saying("530 5.7.0 Must issue a STARTTLS command first\r\n");
    }
  }
}

/** The client's side: the server has to offer STARTTLS, and to take it. */
export class SmtpClient implements Preface {
  readonly opening = "";
  private readonly replies = new Replies("the server");
  private stage: "greeting" | "EHLO" | "STARTTLS" = "greeting";

  /** @param name ours, for EHLO */
  constructor(private readonly name: string) {}

  push(bytes: Uint8Array): PrefaceStep {
    const reply = this.replies.push(bytes);
    if (reply === null) return WAIT;
    const { stage } = this;
    if (stage === "greeting") {
      requireCode(reply, "220", "greeted with");
      this.stage = "EHLO";
      return saying(`EHLO ${this.name}\r\n`);
    }
    if (stage === "EHLO") {
      requireCode(reply, "250", "answered EHLO with");
      const isOnOffer = reply.texts.some((text) => text.trim().toUpperCase() === "STARTTLS");
      if (!isOnOffer) throw new PrefaceError("the server doesn't offer STARTTLS", "QUIT\r\n");
      this.stage = "STARTTLS";
      return saying("STARTTLS\r\n");
    }
    requireCode(reply, "220", "answered STARTTLS with");
    return done("");
  }
}

/** What a backend says first: our client has had a greeting before TLS, and gets no second one. */
export class SmtpGreeting implements Preface {
  readonly opening = "";
  private readonly replies = new Replies("the backend");

  push(bytes: Uint8Array): PrefaceStep {
    const reply = this.replies.push(bytes);
    if (reply === null) return WAIT;
    requireCode(reply, "220", "greeted with", "the backend");
    return done("");
  }
}

/** Of a server that speaks first. */
export function greeting(name: string): string {
  return `220 ${name} ESMTP\r\n`;
}

interface Reply {
  readonly code: string;
  /** Behind the code, of each line. */
  readonly texts: readonly string[];
}

/** Replies of one or more lines, one at a time. */
class Replies {
  private readonly lines = new Lines(REPLY_LINE_MAX);
  private code: string | null = null;
  private texts: string[] = [];

  constructor(private readonly whose: string) {}

  /** @returns null as long as it is not whole */
  push(bytes: Uint8Array): Reply | null {
    try {
      for (let at = 0; at < bytes.length; at += REPLY_LINE_MAX) {
        this.lines.push(bytes.subarray(at, at + REPLY_LINE_MAX));
        const reply = this.read();
        if (reply === null) continue;
        if (this.lines.isEmpty && at + REPLY_LINE_MAX >= bytes.length) return reply;
        throw new PrefaceError("more behind its reply, before it was asked");
      }
      return null;
    } catch (error) {
      throw new PrefaceError(`${this.whose} sent ${(error as Error).message}`);
    }
  }

  private read(): Reply | null {
    for (;;) {
      const line = this.lines.next();
      if (line === null) return null;
      const [, code, more, text] = /^([2-5][0-9][0-9])(?:([ -])(.*))?$/.exec(line) ?? [];
      const isOfThisReply = this.code === null || this.code === code;
      if (code === undefined || !isOfThisReply) throw new PrefaceError("no reply of SMTP");
      if (this.texts.length === REPLY_LINES_MAX) throw new PrefaceError("a reply without an end");
      this.code = code;
      this.texts.push(text ?? "");
      if (more !== "-") return this.taken(code);
    }
  }

  private taken(code: string): Reply {
    const { texts } = this;
    this.code = null;
    this.texts = [];
    return { code, texts };
  }
}

/** @throws {PrefaceError} with the code alone: the text is not authentic */
function requireCode(reply: Reply, code: string, how: string, whose = "the server"): void {
  if (reply.code !== code) throw new PrefaceError(`${whose} ${how} ${reply.code}`);
}
