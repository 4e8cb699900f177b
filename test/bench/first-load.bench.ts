import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Bench } from '../../build/bench/bench.ts';
import { buildPage } from '../../build/page.ts';
import { pageFolder } from '../../electron/doors/app-folder.ts';

/**
 * What a browser fetches before the page can be used: index.html, its scripts and styles, what those import at once and
 * the fonts that the first styles name for Latin text. Chunks behind a dynamic import come later.
 */
function firstLoad(folder: string): Map<string, number> {
  const sizes = new Map<string, number>();
  const take = (path: string): string => {
    const content = readFileSync(join(folder, path));
    // Fonts are compressed as they are.
    sizes.set(path, path.endsWith('.woff2') ? content.length : gzipSync(content).length);
    return content.toString('utf8');
  };
  const visitScript = (path: string) => {
    if (sizes.has(path)) return;
    const text = take(path);
    // Static imports of a built chunk: `import{a}from"./b.js"` and `import"./b.js"`; a dynamic one has a parenthesis.
    for (const [, name] of text.matchAll(
      /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}$,\s]+from)?\s*["']\.\/([^"']+\.js)["']/g,
    )) {
      visitScript(`assets/${name}`);
    }
  };
  const page = take('index.html');
  for (const [, path] of page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) {
    if (path?.endsWith('.js')) visitScript(path);
    else if (path?.endsWith('.css')) {
      const styles = take(path);
      for (const [, font] of styles.matchAll(/url\(\.\/([^)]*-latin-[^)]*\.woff2)\)/g)) take(`assets/${font}`);
    } else if (path !== undefined) take(path);
  }
  return sizes;
}

export default {
  name: 'size of the first load of the page',
  async run() {
    await buildPage();
    const sizes = firstLoad(pageFolder);
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    return [
      {
        name: 'first load of the page, gzipped',
        value: total / 1024,
        unit: 'KB',
        atMost: 350,
        detail: `${sizes.size} files`,
      },
    ];
  },
} satisfies Bench;
