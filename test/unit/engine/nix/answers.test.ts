import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { derivationShowAnswer } from '../../../../electron/engine/nix/derivation-show.ts';
import { flakeMetadata } from '../../../../electron/engine/nix/flake-metadata.ts';
import { readJson } from '../../../../electron/engine/nix/json-answer.ts';
import { pathInfoAnswer } from '../../../../electron/engine/nix/path-info.ts';
import { readTranscript } from './transcripts.ts';

function answer<T>(name: string, schema: z.ZodType<T>): T {
  return readJson(readTranscript(name).out ?? '', name, schema);
}

const toplevel = '/nix/store/xhg0367si32x1i0qb5qzv0q9izgjp0nq-nixos-system-h1-26.11pre-git';

describe('the answers of nix', () => {
  test('about paths are the same in every form', () => {
    const old = answer('2.26.3/path-info-rS', pathInfoAnswer);
    const list = pathInfoAnswer.parse(
      old.map(({ path, narSizeBytes, closureSizeBytes, references }) => ({
        path,
        narSize: narSizeBytes,
        closureSize: closureSizeBytes,
        references,
        valid: true,
      })),
    );
    expect(list).toEqual(old);
    const first = answer('2.34.8/path-info-rS', pathInfoAnswer);
    expect(answer('2.34.8/path-info-format2', pathInfoAnswer)).toEqual(first);
    for (const paths of [old, first]) {
      const top = paths.find(({ path }) => path === toplevel);
      expect(top?.closureSizeBytes).toBe(paths.reduce((sum, { narSizeBytes }) => sum + narSizeBytes, 0));
      expect(top?.references).toContain('/nix/store/yjjk9mm0gfmz1al4nxdg3nrxbmklamyn-etc');
    }
  });

  test('about a path that is not there leave it out', () => {
    expect(pathInfoAnswer.parse({ '/nix/store/x': null })).toEqual([]);
  });

  test('about derivations are the same in both forms', () => {
    const drv = '/nix/store/aja257zwynpa84iickhp75f9ihf6k08p-nixos-system-h1-26.11pre-git.drv';
    const old = answer('2.26.3/derivation-show', derivationShowAnswer);
    expect([...old.keys()]).toEqual([drv]);
    expect(old.get(drv)).toHaveLength(6);
    expect(old.get(drv)).toContain('/nix/store/9m4vzl0hg4nj1387q7z6z1bhmcifjgz0-etc.drv');
    expect(answer('2.34.8/derivation-show', derivationShowAnswer)).toEqual(old);
  });

  test.for(['2.26.3', '2.34.8'])('about a flake tell its inputs and where nix keeps it: %s', (version) => {
    const metadata = answer(`${version}/flake-metadata`, flakeMetadata);
    expect(metadata.description).toBe('My NixOS infrastructure');
    expect(metadata.path).toMatch(/^\/nix\/store\/[0-9a-z]{32}-source$/);
    expect(metadata.originalUrl).toBe('path:/flakes/fleet');
    expect(metadata.locks.nodes['nixpkgs']?.locked).toMatchObject({ type: 'path', path: '/flakes/pocket' });
  });

  test('that have another form are refused with what was said', () => {
    for (const text of ['', '{"locked":{}}', 'warning: x\n{}']) {
      expect(() => readJson(text, 'the flake', flakeMetadata)).toThrow('Nix’s answer about the flake');
    }
  });
});
