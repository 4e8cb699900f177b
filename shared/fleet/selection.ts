/**
 * The selection language: how hosts are chosen on the command line and in every filter box. Colmena's forms (names,
 * globs, `@tag`, commas for “or”) and what it lacks: `!`, `&`, parentheses, `system:` and `state:`.
 */
export { completeSelection, quoteWord, type Completion, type CompletionOption } from './selection/complete.ts';
export { isSelected, needsStates, select, statesOf, termsOf, type SelectableHost } from './selection/evaluate.ts';
export { explainSelection, nearest, type SelectionExplanation } from './selection/explain.ts';
export {
  hostStates,
  parseSelection,
  type HostState,
  type ParsedSelection,
  type SelectionError,
  type SelectionNode,
} from './selection/parse.ts';
