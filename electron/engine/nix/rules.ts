import { buildRules } from './build-rules.ts';
import { copyRules } from './copy-rules.ts';
import { evaluationRules } from './evaluation-rules.ts';
import { flakeRules } from './flake-rules.ts';
import type { Rule } from './rule.ts';

/**
 * What nix says when something goes wrong, and what a person should read instead: data, tried from the top. Patterns
 * run over text without escape sequences. Messages are those of nix 2.18 to 2.34 and of nixpkgs' module system; where
 * 2.34 words one differently both stand in the pattern.
 *
 * Every code that this folder gives out:
 *
 * | code | what happened |
 * |---|---|
 * | nix-interrupted | somebody broke it off |
 * | nix-timed-out, nix-output-too-long | our own limits ended it |
 * | nix-missing, nix-unusable | there is no nix here, or it does not answer as nix does |
 * | nix-name-refused, nix-target-refused, nix-ssh-option-refused | a value that cannot safely be given to nix |
 * | nix-answer-unreadable | nix ended well, and its answer has another shape than expected |
 * | nix-hash-mismatch | a source, or a flake input, is not what its hash says |
 * | nix-platform-foreign | no machine here can build for that platform |
 * | nix-builder-failed, nix-build-failed | a derivation was not made; with and without a builder's own words |
 * | nix-killed-by-memory | the kernel ended a builder or nix itself for want of memory |
 * | nix-disk-full-here, nix-disk-full-target, nix-disk-full | no space left: here, on the target, unknown where |
 * | nix-path-unsigned | the target does not trust us to bring unsigned paths |
 * | nix-missing-on-target | there is no nix on the target |
 * | nix-copy-cut | the connection ended in the middle of a copy |
 * | nix-daemon-down, nix-store-denied | the local daemon or store cannot be used |
 * | nix-input-unreachable, nix-rate-limited, nix-input-denied | a flake input or source cannot be fetched |
 * | nix-input-missing, nix-input-no-flake | a flake input is not there, or is no flake |
 * | nix-file-untracked, nix-file-missing, nix-flake-missing | a file is not in the flake |
 * | nix-lock-outdated, nix-feature-disabled | flake.lock does not fit, nix is not allowed to use flakes |
 * | nix-output-missing, nix-attribute-missing, nix-variable-undefined | a name that does not exist |
 * | nix-syntax-error, nix-infinite-recursion, nix-assertion-failed, nix-evaluation-failed | evaluation, other |
 * | nix-option-unknown, nix-option-conflict, nix-option-type, nix-option-undefined | NixOS options |
 * | nix-package-refused | nixpkgs refuses a package (licence, insecure, broken, platform) |
 * | nix-import-from-derivation | evaluation wants to build, and may not |
 * | nix-failed | anything else |
 *
 * What ssh itself says is explained by ../ssh/explain.ts (codes `ssh-…`).
 */
export const rules: readonly Rule[] = [...buildRules, ...copyRules, ...flakeRules, ...evaluationRules];
