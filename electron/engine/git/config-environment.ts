/** One entry of git's configuration: its name and its value. */
export type GitConfigEntry = readonly [name: string, value: string];

/**
 * Environment that has git take these entries over what any configuration file says (git-config(1), GIT_CONFIG_COUNT),
 * also git that another program starts. What `env` has of them already stays.
 */
export function configEnvironment(
  entries: readonly GitConfigEntry[],
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const before = Number(env['GIT_CONFIG_COUNT'] ?? 0);
  const first = Number.isInteger(before) && before > 0 ? before : 0;
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(first + entries.length) };
  for (const [index, [name, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${first + index}`] = name;
    variables[`GIT_CONFIG_VALUE_${first + index}`] = value;
  }
  return variables;
}

/** For git that another program starts in an opened folder: nothing beside git runs. */
export const noPrograms: readonly GitConfigEntry[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
];
