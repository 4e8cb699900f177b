import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DocumentedOption } from '../../../../../electron/engine/fleet/options/document.ts';
import { OptionCache } from '../../../../../electron/engine/fleet/options/option-cache.ts';
import { OptionIndex } from '../../../../../electron/engine/fleet/options/option-index.ts';

const option = (path: string, type = 'boolean'): DocumentedOption => ({
  loc: path.split('.'),
  type,
  description: `About ${path}`,
  default: 'false',
  example: null,
  declarations: [],
  readOnly: false,
});
const index = new OptionIndex(
  [
    'services.nginx.enable',
    'services.nginx.virtualHosts',
    'services.nginx.virtualHosts.<name>.root',
    'services.nginx.virtualHosts.<name>.locations.<name>.proxyPass',
    'services.nginx.virtualHosts.special.root',
    'services.nextcloud.enable',
    'swapDevices.*.device',
    'time.timeZone',
  ].map((path) => option(path)),
);
const names = (path: (string | null)[], prefix = '') => index.complete(path, prefix).names.map(({ name }) => name);

describe('looking up options', () => {
  it('completes the names below a path that begin with what is written', () => {
    expect(names([])).toEqual(['services', 'swapDevices', 'time']);
    expect(names(['services'], 'n')).toEqual(['nextcloud', 'nginx']);
    expect(names(['services'], 'NG')).toEqual(['nginx']);
    expect(names(['services', 'nothing'])).toEqual([]);
    expect(index.complete(['services', 'nginx'], 'e').names).toEqual([
      { name: 'enable', type: 'boolean', hasMore: false },
    ]);
  });
  it('takes any name where options have one for any, and offers those that have a name of their own', () => {
    expect(names(['services', 'nginx', 'virtualHosts'])).toEqual(['special']);
    expect(names(['services', 'nginx', 'virtualHosts', 'my.site'])).toEqual(['locations', 'root']);
    expect(names(['services', 'nginx', 'virtualHosts', null, 'locations', '/'])).toEqual(['proxyPass']);
    expect(names(['swapDevices', '*'])).toEqual(['device']);
  });
  it('tells of an option by its path, the one of its own name first', () => {
    expect(index.describe(['services', 'nginx', 'virtualHosts', 'x', 'root'])?.name).toBe(
      'services.nginx.virtualHosts.<name>.root',
    );
    expect(index.describe(['services', 'nginx', 'virtualHosts', 'special', 'root'])?.name).toBe(
      'services.nginx.virtualHosts.special.root',
    );
    expect(index.describe(['services'])).toBeNull();
    expect(index.describe(['constructor'])).toBeNull();
  });
  it('answers with no more than a list can show, and says so', () => {
    const many = new OptionIndex(Array.from({ length: 500 }, (_, number) => option(`services.s${number}.enable`)));
    const { names: found, isComplete } = many.complete(['services'], '');
    expect([found.length, isComplete]).toEqual([200, false]);
    expect(many.complete(['services'], 's49').isComplete).toBe(true);
  });
});

describe('the cache of options', () => {
  const document = { release: '26.05', options: [option('a.b')] };
  const makeCache = () => {
    const folder = mkdtempSync(join(tmpdir(), 'options-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return { cache: new OptionCache(folder), folder: join(folder, 'options') };
  };

  it('gives back what was kept, and nothing of what is broken or was never there', async () => {
    const { cache, folder } = makeCache();
    await cache.save('one', document);
    expect(await cache.read('one')).toEqual(document);
    expect(await cache.read('two')).toBeNull();
    writeFileSync(join(folder, 'one.json.gz'), readFileSync(join(folder, 'one.json.gz')).subarray(0, 20));
    expect(await cache.read('one')).toBeNull();
  });
  it('keeps the last few', async () => {
    const { cache, folder } = makeCache();
    for (let number = 0; number < 9; number++) await cache.save(`key-${number}`, document);
    const kept = readdirSync(folder);
    expect(kept).toHaveLength(6);
    expect(kept).toContain('key-8.json.gz');
  });
});
