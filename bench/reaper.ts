import type { ChildProcess } from "node:child_process";
import { type Settings, start } from "./processes.ts";

/*
 * What a server has used must be found in a process's account. socat doesn't wait for a
 * program that takes its time to end, and init gets the bill. A parent that takes in orphans
 * (PR_SET_CHILD_SUBREAPER, prctl(2)) gets it instead. Node can't ask for that; Perl, which every
 * Debian has, can.
 */

/** The number of prctl, which is all that Perl needs to know; elsewhere orphans are lost. */
const PRCTL: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 157, arm64: 167 };

/** Runs the command as its child, ends when that ends, and waits for all other children that it gets. */
const SCRIPT = `
  my ($prctl, @command) = @ARGV;
  syscall($prctl, 36, 1, 0, 0, 0) == 0 or die "prctl: $!" if $prctl;
  my $server = fork() // die "fork: $!";
  if ($server == 0) { exec { $command[0] } @command; die "$command[0]: $!" }
  for (;;) { exit($? ? 1 : 0) if wait() == $server }
`;

/** The same as start; the process is the parent of the command's, and of its orphans. */
export function startReaped(command: readonly string[], settings: Settings = {}): ChildProcess {
  const prctl = String(PRCTL[process.arch] ?? 0);
  return start(["perl", "-e", SCRIPT, prctl, ...command], settings);
}
