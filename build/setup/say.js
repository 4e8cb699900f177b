// @ts-check
/** Set-up speaks on stderr only: stdout belongs to the command that is being set up (`--json` stays clean). */

/** @param {string} text one line for the person who waits */
export function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

/**
 * Says what is being done, does it, and says how long it took.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  say(`${what} ...`);
  const startedAt = Date.now();
  const result = await work();
  say(`${what}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}
