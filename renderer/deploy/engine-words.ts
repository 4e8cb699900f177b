import type { Engine, EngineName } from '../../shared/contract/deploy.ts';

/** What an engine is, in a sentence or three. */
export function engineSentence(engine: Pick<Engine, 'name' | 'program' | 'guard' | 'standardBy'>): string {
  const { name, program, guard, standardBy } = engine;
  if (name === 'nix') return 'Nix builds and copies; the host switches by itself, whatever becomes of the connection.';
  const what = `${name}${program === null ? '' : ` (${program.version})`} is run for each host`;
  const why = standardBy === 'flake' ? ' It alone brings the profiles beside the system.' : '';
  return guard === 'own'
    ? `${what}.${why} Its own rollback guards the switch: a health check that fails is told, and nothing goes back for it.`
    : `${what}, with Nixstead’s watchdog around it.`;
}

/** The name as a person chooses it. */
export function engineTitle(name: EngineName): string {
  return name === 'nix' ? 'Nixstead’s own (nix)' : name;
}

/** After the name of the engine that is taken where nobody chooses: what chose it. */
export function standardWords({ standardBy }: Pick<Engine, 'standardBy'>): string {
  if (standardBy === null) return '';
  return standardBy === 'flake' ? ' – usual for this flake' : ` – as ${standardBy} says`;
}
