import { isSelected, select, stateOf, termsOf, type SelectableHost } from './evaluate.ts';
import { nearest } from './nearest.ts';
import type { SavedSelections, SelectionNode } from './parse.ts';
import { hostStates } from './parse.ts';
import type { Field } from './lexer.ts';

type Term = ReturnType<typeof termsOf>[number];

/** A selection in words, and what is odd about it. */
export interface SelectionExplanation {
  /** For example `(hosts with tag ‘web’) and not (host ‘web-3’)`; begins with a small letter, no full stop. */
  readonly sentence: string;
  /** Names of the hosts selected, in the fleet's order. */
  readonly matched: readonly string[];
  /** Terms that fit no host; `suggestion` is the nearest that exists. */
  readonly idle: readonly { readonly term: Term; readonly message: string; readonly suggestion: string | null }[];
  /** States of which it is not known whether hosts are in them, so that these hosts are left out. */
  readonly unknown: readonly { readonly state: string; readonly hosts: readonly string[]; readonly message: string }[];
}

const stateWords: Record<string, { readonly hosts: string; readonly question: string }> = {
  reachable: { hosts: 'hosts that answer', question: 'whether they answer' },
  outdated: { hosts: 'hosts that do not run their latest system', question: 'whether they run their latest system' },
  failed: { hosts: 'hosts with a failed unit or deploy', question: 'whether a unit or deploy has failed' },
  reboot: { hosts: 'hosts that wait for a reboot', question: 'whether they wait for a reboot' },
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
      return stateWords[pattern.text]?.hosts ?? `hosts in state ${pattern.text}`;
  }
}

function describe(node: SelectionNode, isInner: boolean): string {
  const wrap = (text: string): string => (isInner ? `(${text})` : text);
  switch (node.type) {
    case 'term':
      return describeTerm(node);
    case 'saved':
      return `‘${node.name}’ (${node.operand === null ? 'nothing' : describe(node.operand, false)})`;
    case 'not':
      return `not ${describe(node.operand, true)}`;
    case 'and':
      return wrap(node.operands.map((operand) => describe(operand, true)).join(' and '));
    case 'or':
      return wrap(node.operands.map((operand) => describe(operand, true)).join(' or '));
  }
}

/** Words that a field can take in this fleet. */
export function wordsOf(field: Field, hosts: readonly SelectableHost[], saved: SavedSelections): string[] {
  switch (field) {
    case 'name':
      return hosts.map((host) => host.name);
    case 'tag':
      return [...new Set(hosts.flatMap((host) => host.tags))].sort();
    case 'system':
      return [...new Set(hosts.flatMap((host) => (host.system === null ? [] : [host.system])))].sort();
    case 'state':
      return [...hostStates];
    case 'saved':
      return [...saved.keys()];
  }
}

const noSaved: SavedSelections = new Map();

/** Says what a selection matches, which of its terms fit nothing (often a typing mistake), and what is not known. */
export function explainSelection(node: SelectionNode | null, hosts: readonly SelectableHost[]): SelectionExplanation {
  if (node === null) return { sentence: 'nothing: the selection is blank', matched: [], idle: [], unknown: [] };
  const terms = termsOf(node);
  const states = new Map(terms.flatMap((term) => (term.field === 'state' ? [[term.pattern.text, term] as const] : [])));
  const unknown = [...states].flatMap(([state, term]) => {
    const names = hosts.filter((host) => stateOf(term, host) === null).map((host) => host.name);
    const [first] = names;
    if (first === undefined) return [];
    const question = stateWords[state]?.question ?? `whether they are in state ${state}`;
    const whom = names.length === 1 ? first : `${names.length} hosts`;
    return [{ state, hosts: names, message: `of ${whom} it is not known ${question}` }];
  });
  const isUnknown = (term: Term): boolean =>
    term.field === 'state' && unknown.some(({ state }) => state === term.pattern.text);
  const idle = terms
    .filter((term) => !isUnknown(term) && !hosts.some((host) => isSelected(term, host)))
    .map((term) => {
      const suggestion =
        term.pattern.isLiteral && term.field !== 'state'
          ? nearest(term.pattern.text, wordsOf(term.field, hosts, noSaved))
          : null;
      return { term, message: `there are no ${describeTerm(term).replace(/^host /, 'hosts named ')}`, suggestion };
    });
  return { sentence: describe(node, false), matched: select(node, hosts).map((host) => host.name), idle, unknown };
}
