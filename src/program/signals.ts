/** Signals that end a program which has no plans for them. */
const FATAL = [
  "SIGTERM",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGABRT",
] as const satisfies readonly NodeJS.Signals[];

/** What a supervisor sends, and a program that stands in for another passes on. */
const PASSED_ON = [...FATAL, "SIGCONT", "SIGWINCH"] as const satisfies readonly NodeJS.Signals[];

/** From now on, signals that a supervisor sends are for prog. */
export function passSignalsOn(receive: (signal: NodeJS.Signals) => void): void {
  for (const signal of PASSED_ON) listenAlone(signal, receive);
}

/** Before prog runs, a signal that would end this process is announced first. */
export function onFatalSignal(receive: (signal: NodeJS.Signals) => void): void {
  for (const signal of FATAL) listenAlone(signal, receive);
}

/** In this order, lest a signal that has come and was not yet told of is lost in between. */
function listenAlone(signal: NodeJS.Signals, receive: (signal: NodeJS.Signals) => void): void {
  const others = process.listeners(signal);
  process.on(signal, receive);
  for (const other of others) process.removeListener(signal, other);
}

const IGNORED_BY_NODE = ["SIGPIPE", "SIGXFSZ"] as const satisfies readonly NodeJS.Signals[];

/** Puts the default action of every signal back, as a program that we exec expects it. */
export function resetSignals(): void {
  for (const signal of [...PASSED_ON, ...IGNORED_BY_NODE]) {
    // Adding a listener first makes sure that there is one to remove.
    process.on(signal, () => {});
    process.removeAllListeners(signal);
  }
}

/** Ends this process as the signal would have, had there been no listener. */
export function dieOf(signal: NodeJS.Signals): void {
  // Removing the last listener puts the default action back. Node ignores SIGPIPE from the start;
  // adding a listener first makes sure that there is one to remove.
  if (signal !== "SIGKILL" && signal !== "SIGSTOP") {
    process.on(signal, () => {});
    process.removeAllListeners(signal);
  }
  process.kill(process.pid, signal);
}

/**
 * Closes Node's inspector. A SIGUSR1 that came before the launcher's first line may have opened
 * it, and so may NODE_OPTIONS.
 */
export function closeInspector(): void {
  const inspector = require("node:inspector") as typeof import("node:inspector");
  if (inspector.url() !== undefined) inspector.close();
}
