import { isSelected, select, termsOf, type SelectableHost } from './evaluate.ts';
import type { Term } from './lexer.ts';
import type { SelectionNode } from './parse.ts';

/** A selection in words, and what is odd about it. */
export interface SelectionExplanation {
  /** For example `(hosts with tag ‘web’) and not (host ‘web-3’)`; begins with a small letter, no full stop. */
  readonly sentence: string;
  /** Names of the hosts selected, in the fleet's order. */
  readonly matched: readonly string[];
  /** Terms that fit no host; `suggestion` is the nearest that exists. */
  readonly idle: readonly { readonly term: Term; readonly message: string; readonly suggestion: string | null }[];
}

const stateWords: Record<string, string> = {
  reachable: 'hosts that answer',
  outdated: 'hosts that do not run their latest system',
  failed: 'hosts with a failed unit or deploy',
  reboot: 'hosts that wait for a reboot',
};

function describeTerm({ field, pattern }: Term): string {
  switch (field) {
    case 'name':
      if (pattern.text === '*') return 'all hosts';
      return pattern.isLiteral ? `host ‘${pattern.text}’` : `hosts named like ‘${pattern.text}’`;
    case 'tag':
      return pattern.isLiteral ? `hosts with tag ‘${pattern.text}’` : `hosts with a tag like ‘${pattern.text}’`;
    case 'system':
      return `hosts of system ${pattern.text}`;
    case 'state':
      return stateWords[pattern.text] ?? `hosts in state ${pattern.text}`;
  }
}

function describe(node: SelectionNode, isInner: boolean): string {
  const wrap = (text: string): string => (isInner ? `(${text})` : text);
  switch (node.type) {
    case 'term':
      return describeTerm(node);
    case 'not':
      return `not ${describe(node.operand, true)}`;
    case 'and':
      return wrap(node.operands.map((operand) => describe(operand, true)).join(' and '));
    case 'or':
      return wrap(node.operands.map((operand) => describe(operand, true)).join(' or '));
  }
}

/** How many edits of one character, or swaps of two neighbours, lie between two words (optimal string alignment). */
function distance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? limit + 1;
}

/** The known word nearest to a mistyped one, or null where none is near. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { word: string; distance: number } | null = null;
  for (const candidate of known) {
    const found = distance(word.toLowerCase(), candidate.toLowerCase(), limit);
    if (found <= limit && found < (best?.distance ?? Infinity)) best = { word: candidate, distance: found };
  }
  return best?.word ?? null;
}

/** Words that a field can take in this fleet. */
export function wordsOf(field: Term['field'], hosts: readonly SelectableHost[]): string[] {
  switch (field) {
    case 'name':
      return hosts.map((host) => host.name);
    case 'tag':
      return [...new Set(hosts.flatMap((host) => host.tags))].sort();
    case 'system':
      return [...new Set(hosts.flatMap((host) => (host.system === null ? [] : [host.system])))].sort();
    case 'state':
      return Object.keys(stateWords);
  }
}

/** Says what a selection matches, and which of its terms fit nothing (often a typing mistake). */
export function explainSelection(node: SelectionNode | null, hosts: readonly SelectableHost[]): SelectionExplanation {
  if (node === null) return { sentence: 'nothing: the selection is blank', matched: [], idle: [] };
  const idle = termsOf(node)
    .filter((term) => !hosts.some((host) => isSelected(term, host)))
    .map((term) => {
      const suggestion =
        term.pattern.isLiteral && term.field !== 'state'
          ? nearest(term.pattern.text, wordsOf(term.field, hosts))
          : null;
      return { term, message: `there are no ${describeTerm(term).replace(/^host /, 'hosts named ')}`, suggestion };
    });
  return { sentence: describe(node, false), matched: select(node, hosts).map((host) => host.name), idle };
}
