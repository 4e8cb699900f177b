import { registerHooks } from 'node:module';

// Loaded before an Electron main file (`node --import`): there, `electron` is the stand-in. `require` and `import` alike.
const standIn = import.meta.resolve('./index.ts');

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: standIn, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});
