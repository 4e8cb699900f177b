/** Of nix's heap: a text that builds without end stops there, and the machine goes on. */
const HEAP_LIMIT_BYTES = 4 * 1024 ** 3;
/** Of nix's answer; a layout of a hundred disks is a hundredth of it. */
const ANSWER_LIMIT_BYTES = 8 * 1024 * 1024;

/** What an evaluation of a layout may take besides its time. nix's garbage collector (Boehm's) reads the variable. */
export const evaluationLimits = {
  outputLimitBytes: ANSWER_LIMIT_BYTES,
  env: { GC_MAXIMUM_HEAP_SIZE: String(HEAP_LIMIT_BYTES) },
} as const;
