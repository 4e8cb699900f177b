import type { Engine, EngineName } from '../../shared/contract/deploy.ts';

/** What an engine is, in a sentence. */
export function engineSentence({ name, program, guard }: Pick<Engine, 'name' | 'program' | 'guard'>): string {
  if (name === 'nix') return 'Nix builds and copies; the host switches by itself, whatever becomes of the connection.';
  const what = `${name}${program === null ? '' : ` (${program.version})`} is run for each host`;
  return guard === 'own'
    ? `${what}. Its own rollback guards the switch: a health check that fails is told, and nothing goes back for it.`
    : `${what}, with Nixstead’s watchdog around it.`;
}

/** The name as a person chooses it. */
export function engineTitle(name: EngineName): string {
  return name === 'nix' ? 'Nixstead’s own (nix)' : name;
}
