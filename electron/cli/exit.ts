/** What the command line answers to whoever started it. */
export const exitCodes = {
  done: 0,
  /** Something that was asked for did not succeed. */
  failed: 1,
  /** The command was not understood, or lacks a confirmation; nothing was touched. */
  usage: 2,
  /** There is no fleet, or it cannot be evaluated. */
  unreadable: 3,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
