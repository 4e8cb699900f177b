// @ts-check
/**
 * A folder says which process may load its files (see the README). `shared` runs everywhere, so it may use nothing that
 * only one place has; the engine runs under plain Node and in Electron's utility process, so it never sees 'electron'.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'shared-is-pure',
      comment: 'shared/ is loaded by every process: no Node, no electron, nothing of another folder.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(electron|renderer|build|test)/' },
    },
    {
      name: 'shared-without-node',
      comment: 'shared/ is loaded by the window too, which has no Node.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-few-packages',
      comment: 'Of npm, shared/ needs the contract and its schemata only.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/(zod|@orpc/contract)/' },
    },
    {
      name: 'renderer-only-shared',
      comment: 'The window talks to the rest through the contract.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(electron|build|test)/' },
    },
    {
      name: 'renderer-without-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'electron-only-in-shell',
      comment: "electron/shell is the one place that imports 'electron'.",
      severity: 'error',
      from: { pathNot: '^(electron/shell/|test/lab/electron-stand-in/|test/unit/shell/|test/integration/doors/)' },
      to: { path: '(^|node_modules/)electron(/|$)', pathNot: '^electron/' },
    },
    {
      name: 'engine-knows-no-door',
      comment: 'The engine does not know who started it.',
      severity: 'error',
      from: { path: '^electron/engine/' },
      to: { path: '^(electron/(shell|browser|cli)|renderer|build|test)/' },
    },
    {
      name: 'doors-apart',
      comment: 'The browser door and the command line run without Electron, and Electron without them.',
      severity: 'error',
      from: { path: '^electron/(shell|browser|cli)/' },
      to: {
        path: '^(electron/(shell|browser|cli)|renderer|build|test)/',
        // The command `serve` opens the browser door.
        pathNot: ['^electron/$1/', '^electron/browser/main\\.ts$'],
      },
    },
    {
      name: 'electron-without-other-doors',
      severity: 'error',
      from: { path: '^electron/(shell|browser)/' },
      to: { path: '^electron/(shell|browser|cli)/', pathNot: '^electron/$1/' },
    },
    {
      name: 'product-without-tests',
      comment: 'Only the start script reaches into the lab, for practice hosts.',
      severity: 'error',
      from: { pathNot: '^(test|build)/' },
      to: { path: '^(test|build)/' },
    },
    {
      name: 'build-and-lab',
      severity: 'error',
      from: { path: '^build/', pathNot: '^build/(start|start/.*|cli|bench|bench/.*)\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(virtual:|node:)' },
    },
    {
      name: 'packages-that-ship',
      comment: 'What the app needs at run time belongs in dependencies; devDependencies are not packaged.',
      severity: 'error',
      from: { path: '^(electron|shared)/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(electron|@types)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|test/fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.svelte', '.d.ts'],
    },
  },
};
