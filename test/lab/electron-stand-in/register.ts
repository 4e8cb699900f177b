import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

// Loaded before an Electron main file (`node --import`): there, `electron` is the stand-in. `require` and `import` alike.
const standIn = pathToFileURL(join(import.meta.dirname, 'index.ts')).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: standIn, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});
