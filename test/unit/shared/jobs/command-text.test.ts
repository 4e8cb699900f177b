import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandText, quoteForShell } from '../../../../shared/jobs/command-text.ts';

describe('commands as text', () => {
  it('plain words need no quotes', () => {
    expect(commandText({ argv: ['nix', 'build', '.#nixosConfigurations', '--log-format'], env: {} })).toBe(
      "nix build '.#nixosConfigurations' --log-format",
    );
  });
  it('environment stands in front', () => {
    expect(commandText({ argv: ['nix'], env: { NIX_SSHOPTS: '-p 2222' } })).toBe("NIX_SSHOPTS='-p 2222' nix");
  });
  it('the place of a path that is not known yet stays readable', () => {
    expect(quoteForShell('<system>/bin/switch-to-configuration')).toBe('<system>/bin/switch-to-configuration');
  });
  it('a real shell reads back exactly the words that were given', () => {
    const words = [
      '',
      'a b',
      "it's",
      '$(reboot)',
      '`id`',
      'a;reboot',
      '*',
      '~',
      'line\nbreak',
      '"q"',
      '\\',
      '-oProxyCommand=x',
      '!x',
      '>f',
    ];
    const script = `printf '%s\\0' ${words.map(quoteForShell).join(' ')}`;
    const read = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
    expect(read).toEqual(words);
  });
});
