/** The contract with who runs us: skarnet's codes, and the shell's for a program that won't run. */
export const ExitCode = {
  success: 0,
  credentials: 96,
  engine: 97,
  tls: 98,
  usage: 100,
  system: 111,
  notExecutable: 126,
  notFound: 127,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
