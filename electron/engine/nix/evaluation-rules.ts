import type { Rule } from './rule.ts';

/** What is wrong in the configuration itself. */
export const evaluationRules: readonly Rule[] = [
  {
    code: 'nix-output-missing',
    about: 'error',
    pattern: /flake '(?<flake>[^']+)' does not provide attribute (?<names>[^\n]+)/,
    titles: ['The flake has no output of that name'],
    advice: ['Did you mean {suggestion}?', 'See what it has: nix flake show {flake}'],
  },
  {
    code: 'nix-attribute-missing',
    about: 'error',
    pattern:
      /^attribute '(?<attribute>[^']+)' missing|^attribute '(?<attribute2>[^']+)' in selection path '[^']+' not found/,
    titles: ['There is no attribute {attribute}'],
    advice: [
      'Did you mean {suggestion}?',
      'Check the spelling; a package may have another name in your nixpkgs: nix search nixpkgs {attribute}',
    ],
  },
  {
    code: 'nix-variable-undefined',
    about: 'error',
    pattern: /^undefined variable '(?<variable>[^']+)'/,
    titles: ['The name {variable} is not defined here'],
    advice: [
      'Did you mean {suggestion}?',
      'Check the spelling, and that it is among the arguments at the top of the file.',
    ],
  },
  {
    code: 'nix-syntax-error',
    about: 'error',
    pattern:
      /^syntax error, (?<what>[^\n]+)|^(?<what2>invalid token|path has a trailing slash|dynamic attributes not allowed[^\n]*)/,
    titles: ['Syntax error: {what}'],
    advice: [
      'Look at the line and at the end of the one before it: a missing ; or an unclosed bracket shows only later.',
    ],
  },
  {
    code: 'nix-infinite-recursion',
    about: 'error',
    pattern: /^infinite recursion encountered|stack overflow; max-call-depth exceeded|^stack overflow/,
    titles: ['The option {option} is defined by itself', 'Something is defined by itself'],
    advice: [
      'Look at what sets {option}: it uses its own value.',
      'If imports depend on config, import always and use lib.mkIf inside of the module instead.',
      'The whole way there: nix eval --show-trace',
    ],
  },

  {
    code: 'nix-assertion-failed',
    about: 'error',
    pattern: /^\s*Failed assertions:\s+- (?<first>[^\n]+)/,
    titles: ['The configuration is refused by its own checks: {first}'],
    advice: ['Each line that begins with “-” is one thing to correct.'],
  },
  {
    code: 'nix-option-unknown',
    about: 'error',
    pattern: /^The option [`‘](?<option>[^'’]+)['’] does not exist/,
    titles: ['There is no option {option}'],
    advice: [
      'Did you mean {suggestion}?',
      'Check that the module that declares it is imported, and that your nixpkgs has it.',
    ],
  },
  {
    code: 'nix-option-conflict',
    about: 'error',
    pattern:
      /^The (?:unique )?option [`‘](?<option>[^'’]+)['’] (?:has conflicting definition values|is defined multiple times)/,
    titles: ['The option {option} is set to different values'],
    advice: ['Keep one of the definitions, or give one of them priority with lib.mkForce or lib.mkDefault.'],
  },
  {
    code: 'nix-option-type',
    about: 'error',
    pattern: /^A definition for option [`‘](?<option>[^'’]+)['’] is not of type [`‘](?<type>[^'’]+)['’]/,
    titles: ['The option {option} wants {type}'],
    advice: ['Correct the value in the file that is named.'],
  },
  {
    code: 'nix-option-undefined',
    about: 'error',
    pattern:
      /^The option [`‘](?<option>[^'’]+)['’] (?:is|was accessed but has|was) (?:used but not defined|no value defined)/,
    titles: ['The option {option} is used and never set'],
    advice: ['Set {option} in the configuration of this host.'],
  },
  {
    code: 'nix-package-refused',
    about: 'error',
    pattern:
      /^Package [‘'](?<package>[^’']+)[’'] in [^\n]+ (?:has an? (?<licence>unfree) license|is marked as (?<mark>\w+)|is not available on)[^\n]*/,
    titles: ['nixpkgs refuses the package {package}'],
    advice: [
      'An unfree package must be allowed: nixpkgs.config.allowUnfreePredicate (or allowUnfree).',
      'An insecure or broken one: look for another version first; nixpkgs.config.permittedInsecurePackages allows it by name.',
    ],
  },
  {
    code: 'nix-killed-by-memory',
    about: 'error',
    pattern: /std::bad_alloc|[Oo]ut of memory|Cannot allocate memory/,
    titles: ['Memory ran out'],
    advice: ['Close other programs or add swap or zram.', 'Evaluate fewer hosts at once.'],
    canRetry: true,
  },
  {
    code: 'nix-evaluation-failed',
    about: 'error',
    pattern: /[^]+/,
    duringEvaluation: true,
    titles: ['The configuration cannot be evaluated: {summary}'],
    advice: ['Nix was evaluating the option {option}.', 'The whole way there: nix eval --show-trace'],
  },
];
