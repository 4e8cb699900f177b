import { z } from 'zod';

/** What was built before, as {@link builtEnvironment} names it to whoever asks for it again. */
const variable = 'NIXSTEAD_BUILT';
/** Stands for the flake in references to what was built before. */
export const builtFlake = 'nixstead';

const builtPaths = z.object({ system: z.string(), diskoScript: z.string() });
type BuiltPaths = Readonly<z.infer<typeof builtPaths>>;

/** The variable under which `nix build` gives what was built before, for a program that names attributes of a flake alone. */
export function builtEnvironment({ system, diskoScript }: BuiltPaths): Record<string, string> {
  return { [variable]: JSON.stringify({ system, diskoScript }) };
}

/**
 * What `nix build --print-out-paths nixstead#HOST….system.build.toplevel` has to print; null: it asks for something else.
 * Nothing is evaluated for it, so that what is handed over is what was confirmed.
 */
export function builtBefore(args: readonly string[], env: NodeJS.ProcessEnv): string | null {
  const given = env[variable];
  if (given === undefined || !args.includes('build')) return null;
  const attribute = args.find((word) => word.startsWith(`${builtFlake}#`)) ?? '';
  const [, name] = /\.system\.build\.(toplevel|\w+Script(?:NoDeps)?)$/.exec(attribute) ?? [];
  if (name === undefined) return null;
  const paths = builtPaths.parse(JSON.parse(given));
  return name === 'toplevel' ? paths.system : paths.diskoScript;
}
