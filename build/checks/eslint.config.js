// @ts-check
import { dirname } from 'node:path';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

const root = dirname(dirname(import.meta.dirname));

/** Programs get argument vectors. A string that a shell reads is where a host named `a;reboot` becomes a command. */
const noShellStrings = [
  {
    selector: 'MemberExpression[object.name=/child_?process/i][property.name=/^exec(Sync)?$/]',
    message: 'exec goes through a shell: use spawn or execFile with an argument vector.',
  },
  {
    selector:
      'CallExpression[callee.name=/^(spawn|spawnSync|execFile|execFileSync|fork)$/] Property[key.name="shell"]:not([value.value=false])',
    message: 'No program is started through a shell: give it an argument vector.',
  },
];

/** ssh2 1.17 cuts zeros off the beginning of the public keys that it makes: one of 256 is none that OpenSSH reads. */
const noBrokenKeys = [
  {
    selector: 'MemberExpression[object.property.name="utils"][property.name=/^generateKeyPair(Sync)?$/]',
    message: 'Keys are made by ssh-keygen (electron/engine/ssh/make-key.ts): ssh2 breaks one of 256.',
  },
];

/** What only the Electron door may do, where tests hold it to the security list. */
const onlyInShell = [
  {
    selector: 'MemberExpression[object.name="shell"][property.name="openExternal"]',
    message: 'Addresses are opened by electron/shell, which has the allow list.',
  },
  {
    selector: 'MemberExpression[property.name=/^load(URL|File)$/]',
    message: 'Windows are loaded by electron/shell only.',
  },
];

const electronWindowSafety = [
  {
    selector:
      'Property[key.name=/^(nodeIntegration|nodeIntegrationInWorker|nodeIntegrationInSubFrames|webviewTag|allowRunningInsecureContent|experimentalFeatures)$/][value.value=true]',
    message: 'This would let page content out of its sandbox.',
  },
  {
    selector: 'Property[key.name=/^(contextIsolation|sandbox|webSecurity)$/][value.value=false]',
    message: 'This would let page content out of its sandbox.',
  },
];

/** Text of foreign programs and flakes is shown as text. */
const noForeignMarkup = [
  {
    selector: 'AssignmentExpression[left.property.name=/^(innerHTML|outerHTML)$/]',
    message: 'Markup from a string is a script from a string: build elements, or use textContent.',
  },
  {
    selector: 'CallExpression[callee.property.name="insertAdjacentHTML"]',
    message: 'Markup from a string is a script from a string: build elements, or use textContent.',
  },
];

const noExec = {
  name: 'node:child_process',
  importNames: ['exec', 'execSync'],
  message: 'exec goes through a shell: use spawn or execFile with an argument vector.',
};
const noElectron = {
  name: 'electron',
  message: "Only electron/shell may import 'electron' (types too: describe what you need as an interface).",
};

/** @type {import('typescript-eslint').ConfigWithExtends['rules']} */
const strictTypes = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/ban-ts-comment': [
    'error',
    { 'ts-ignore': true, 'ts-nocheck': true, 'ts-expect-error': 'allow-with-description' },
  ],
  '@typescript-eslint/consistent-type-imports': [
    'error',
    { prefer: 'type-imports', fixStyle: 'separate-type-imports' },
  ],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  // An async function without await is how an interface that others fill with I/O is kept.
  '@typescript-eslint/require-await': 'off',
  // It takes every method of an interface for one that needs its object; ours are closures.
  '@typescript-eslint/unbound-method': 'off',
  // Inside `try` or after `using`, what is returned must be over before the block is.
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  'no-eval': 'error',
  'no-new-func': 'error',
  eqeqeq: 'error',
  'no-console': 'off',
};

/**
 * @param {string} project tsconfig file in the project's folder
 * @param {object} [more]
 */
const typed = (project, more = {}) => ({ tsconfigRootDir: root, project, extraFileExtensions: ['.svelte'], ...more });

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'out/', 'test/fixtures/', 'test-results/', 'playwright-report/', '**/*.snap'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  ...tseslint.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  { rules: strictTypes },

  { files: ['shared/**/*.ts'], languageOptions: { parserOptions: typed('tsconfig.shared.json') } },
  {
    files: ['electron/**/*.ts', 'test/**/*.ts', 'build/**/*.ts', 'vitest.config.ts'],
    languageOptions: { parserOptions: typed('tsconfig.json') },
  },
  { files: ['renderer/**/*.ts'], languageOptions: { parserOptions: typed('tsconfig.renderer.json') } },
  {
    files: ['test/unit/renderer/**/*.ts', 'test/renderer-preview/**/*.ts', 'test/e2e/**/*.ts'],
    languageOptions: { parserOptions: typed('tsconfig.page-tests.json') },
  },
  { files: ['build/types/**'], languageOptions: { parserOptions: typed('tsconfig.shared.json') } },
  {
    files: ['**/*.svelte'],
    languageOptions: { parserOptions: typed('tsconfig.renderer.json', { parser: tseslint.parser }) },
  },
  // Runes are declared as global functions: read as TypeScript, these share one program with the files beside them,
  // where Svelte's parser makes another one for each.
  { files: ['**/*.svelte.ts'], languageOptions: { parser: tseslint.parser } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: {
      // Svelte's compiler and svelte-check know what is used in markup.
      'no-undef': 'off',
      // To this parser every imported component is `any`, and so is what it hands to its snippets; svelte-check knows.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Maps that are replaced as a whole ($state.raw) need no reactive kind.
      'svelte/prefer-svelte-reactivity': 'off',
      // There are no stores here; looking for them asks for the type of every name.
      'svelte/require-store-reactive-access': 'off',
      'svelte/require-each-key': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/no-at-html-tags': 'error',
    },
  },
  {
    // Vitest's matchers inside an expected object (expect.any, expect.stringContaining) are typed as any.
    files: ['test/**/*.test.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  // Set-up runs before anything is installed: plain JavaScript, checked by tsc where it says @ts-check.
  { files: ['**/*.js', '**/*.cjs', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },

  {
    rules: {
      'no-restricted-imports': ['error', { paths: [noExec, noElectron] }],
      'no-restricted-syntax': [
        'error',
        ...noShellStrings,
        ...noBrokenKeys,
        ...onlyInShell,
        ...electronWindowSafety,
        ...noForeignMarkup,
      ],
    },
  },
  {
    files: ['electron/shell/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: [noExec] }],
      'no-restricted-syntax': ['error', ...noShellStrings, ...electronWindowSafety, ...noForeignMarkup],
    },
  },
  {
    // The stand-in is held against Electron's own types.
    files: ['test/lab/electron-stand-in/**', 'test/unit/shell/**', 'test/integration/doors/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: [noExec] }],
      'no-restricted-syntax': ['error', ...noShellStrings],
    },
  },
);
