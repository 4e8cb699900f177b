/**
 * The selection language: how hosts are chosen on the command line and in every filter box. Colmena's forms (names,
 * globs, `@tag`, commas for “or”) and what it lacks: `!`, `&`, parentheses, `system:`, `state:` and `saved:`.
 */
export { completeSelection, quoteWord } from './selection/complete.ts';
export { isSelected, select, statesNeeded, statesOf, type SelectableHost } from './selection/evaluate.ts';
export { explainSelection, type SelectionExplanation } from './selection/explain.ts';
export { parseSelection, type SavedSelections, type SelectionError } from './selection/parse.ts';
export { renameSaved } from './selection/saved.ts';
