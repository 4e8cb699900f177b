import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { root } from '../places.ts';

/** The page: the same files for the Electron window (`app://`) and for the browser door. */
export default defineConfig({
  root: join(root, 'renderer'),
  // Relative addresses: under app:// and under http://127.0.0.1 alike.
  base: './',
  cacheDir: join(root, 'node_modules', '.vite'),
  publicDir: join(root, 'renderer', 'public'),
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: {
    outDir: join(root, 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'chrome120',
    // A data: address would need a looser Content-Security-Policy for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
});
