import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = join(import.meta.dirname, '..', '..');

/** A page of its own that the product never ships: the window on invented data. */
export default defineConfig({
  root: join(import.meta.dirname, 'page'),
  base: './',
  publicDir: join(root, 'renderer', 'public'),
  cacheDir: join(root, 'node_modules', '.vite-preview'),
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: {
    outDir: join(root, 'dist', 'renderer-preview'),
    emptyOutDir: true,
    target: 'chrome120',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
