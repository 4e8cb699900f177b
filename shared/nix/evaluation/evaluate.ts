import { attributeNameText, composedString } from '../strings.ts';
import type {
  AttributeName,
  AttributeSet,
  Binary,
  Binding,
  ErrorNode,
  Expression,
  Inherit,
  Interpolation,
  Lambda,
  NixTree,
  Span,
  StringLiteral,
} from '../syntax.ts';
import { builtinFunctions } from './builtins.ts';
import { unwrapped } from './module-wrappers.ts';
import {
  bool,
  describeType,
  integer,
  known,
  NotEvaluable,
  nullValue,
  string,
  update,
  type Attribute,
  type Scope,
  type SetOrigin,
  type SetValue,
  type Thunk,
  type Value,
} from './values.ts';

/** Limits that no hand-written file comes near; a text that loops or explodes stops here with an error. */
const MAX_STEPS = 2_000_000;
const MAX_DEPTH = 1200;
/** Of one path, `a.b.c`. */
const MAX_NAMES = 100;

/** One binding on its way into a set: the names that are left of its path, and where it is written. */
interface Entry {
  readonly names: readonly AttributeName[];
  readonly value: Thunk | (() => Thunk);
  readonly expression: Expression | null;
  readonly scope: Scope;
  readonly owner: SetOrigin;
}

/**
 * Evaluates Nix lazily, as far as a text alone goes: no files, no store, no `config`. Made for layouts and inventories
 * that people write as data with a little computation (`let`, functions, `map`, `lib.genAttrs`), so that they can be
 * read without nix and every value keeps its place in the text.
 */
export class Evaluator {
  readonly source: string;
  readonly assumed: { readonly place: Span | null; readonly on: string }[] = [];
  private steps = 0;
  private depth = 0;

  constructor(tree: NixTree) {
    this.source = tree.source;
  }

  thunk(expression: Expression, scope: Scope): Thunk {
    let value: Value | null = null;
    let isRunning = false;
    return {
      expression,
      force: () => {
        if (value) return value;
        if (isRunning) throw new NotEvaluable('error', 'infinite recursion', expression);
        isRunning = true;
        try {
          value = this.evaluate(expression, scope);
        } finally {
          isRunning = false;
        }
        return value;
      },
    };
  }

  spend(steps: number, place: Span | null): void {
    this.steps += steps;
    if (this.steps > MAX_STEPS) throw new NotEvaluable('error', 'takes too many steps to evaluate', place);
  }

  evaluate(expression: Expression, scope: Scope): Value {
    this.spend(1, expression);
    if (this.depth >= MAX_DEPTH) throw new NotEvaluable('error', 'recurses too deeply', expression);
    this.depth++;
    try {
      return this.dispatch(expression, scope);
    } finally {
      this.depth--;
    }
  }

  private dispatch(expression: Expression, scope: Scope): Value {
    switch (expression.kind) {
      case 'identifier':
        return this.variable(expression.name, expression, scope);
      case 'integer':
        return integer(BigInt(this.text(expression)));
      case 'float':
        return { type: 'float', value: Number(this.text(expression)) };
      case 'uri':
        return string(this.text(expression));
      case 'string':
      case 'indented-string':
        return string(this.string(expression, scope));
      case 'path':
        if (expression.parts.some((part) => part.kind === 'interpolation')) {
          throw new NotEvaluable('unknown', 'a path that is put together', expression);
        }
        return { type: 'path', value: this.text(expression) };
      case 'search-path':
        throw new NotEvaluable('unknown', `${this.text(expression)} is looked up outside this file`, expression);
      case 'parenthesis':
        return this.evaluate(expression.expression, scope);
      case 'attribute-set':
        return unwrapped(this, this.attributeSet(expression, scope), expression);
      case 'legacy-let': {
        const value = this.attributeSet(expression, scope);
        return this.attribute(value, 'body', expression).force();
      }
      case 'list':
        return { type: 'list', items: expression.items.map((item) => this.thunk(item, scope)) };
      case 'select': {
        const value = this.select(expression.subject, expression.path.names, scope, expression.fallback !== null);
        if (value) return value;
        if (expression.fallback) return this.evaluate(expression.fallback, scope);
        throw new NotEvaluable('error', `attribute missing: ${this.text(expression)}`, expression);
      }
      case 'has-attribute':
        return bool(this.select(expression.subject, expression.path.names, scope, true, true) !== null);
      case 'apply':
        return this.apply(
          this.evaluate(expression.function, scope),
          this.thunk(expression.argument, scope),
          expression,
        );
      case 'unary':
        return this.unary(expression.operator, this.evaluate(expression.operand, scope), expression);
      case 'binary':
        return this.binary(expression, scope);
      case 'lambda':
        return { type: 'lambda', node: expression, scope };
      case 'let':
        return this.evaluate(expression.body, this.letScope(expression.bindings, scope));
      case 'if':
        return this.isTrue(expression.condition, scope)
          ? this.evaluate(expression.then, scope)
          : this.evaluate(expression.else, scope);
      case 'with':
        return this.evaluate(expression.body, {
          lookup: (name) => scope.lookup(name),
          withs: [this.thunk(expression.subject, scope), ...scope.withs],
        });
      case 'assert':
        if (!this.isTrue(expression.subject, scope)) {
          throw new NotEvaluable('error', `assertion failed: ${this.text(expression.subject)}`, expression.subject);
        }
        return this.evaluate(expression.body, scope);
      case 'error':
        throw new NotEvaluable('error', expression.message, expression);
    }
  }

  private text(span: Span): string {
    return this.source.slice(span.start, span.end);
  }

  private variable(name: string, place: Span, scope: Scope): Value {
    const thunk = scope.lookup(name);
    if (thunk) return thunk.force();
    let outside: string | null = null;
    for (const outer of scope.withs) {
      const value = outer.force();
      if (value.type === 'outside') throw new NotEvaluable('unknown', `${name} may come from ${value.name}`, place);
      const found = value.type === 'set' ? value.attributes.get(name) : undefined;
      if (found) return found.thunk.force();
      if (value.type === 'set' && value.partialName) outside ??= `${value.partialName}.${name}`;
    }
    if (outside !== null) return { type: 'outside', name: outside };
    throw new NotEvaluable('error', `undefined variable '${name}'`, place);
  }

  private string(node: StringLiteral, scope: Scope): string {
    return composedString(this.source, node, (part) => this.interpolated(part, scope));
  }

  private interpolated(part: Interpolation, scope: Scope): string {
    const value = this.evaluate(part.expression, scope);
    if (value.type === 'string') return value.value;
    if (value.type === 'outside') throw new NotEvaluable('unknown', `depends on ${value.name}`, part);
    if (value.type === 'path') throw new NotEvaluable('unknown', 'a path would be copied to the store', part);
    throw new NotEvaluable('error', `cannot put ${describeType(value)} into a string`, part);
  }

  isTrue(expression: Expression, scope: Scope): boolean {
    const value = this.evaluate(expression, scope);
    if (value.type === 'bool') return value.value;
    if (value.type === 'outside') throw new NotEvaluable('unknown', `depends on ${value.name}`, expression);
    throw new NotEvaluable('error', `expected a Boolean but found ${describeType(value)}`, expression);
  }

  /** The name that an attribute name stands for; null for `${null}`, which leaves the attribute out. */
  private name(name: AttributeName, scope: Scope): string | null {
    const plain = attributeNameText(this.source, name);
    if (plain !== null) return plain;
    if (name.kind === 'identifier') return name.name;
    if (name.kind !== 'interpolation') return this.string(name, scope);
    const value = this.evaluate(name.expression, scope);
    if (value.type === 'null') return null;
    if (value.type === 'string') return value.value;
    if (value.type === 'outside') throw new NotEvaluable('unknown', `depends on ${value.name}`, name);
    throw new NotEvaluable('error', `a name cannot be ${describeType(value)}`, name);
  }

  private attributeSet(node: AttributeSet, outer: Scope): SetValue {
    const origin: SetOrigin = { set: node, prefix: [] };
    if (!node.isRecursive) return this.build(this.entries(node.bindings, outer, outer, origin), [origin]);
    const result: { value: SetValue | null } = { value: null };
    const scope: Scope = {
      lookup: (name) => result.value?.attributes.get(name)?.thunk ?? outer.lookup(name),
      withs: outer.withs,
    };
    result.value = this.build(this.entries(node.bindings, scope, outer, origin), [origin]);
    return result.value;
  }

  private letScope(bindings: readonly (Binding | Inherit | ErrorNode)[], outer: Scope): Scope {
    const result: { value: SetValue | null } = { value: null };
    const scope: Scope = {
      lookup: (name) => result.value?.attributes.get(name)?.thunk ?? outer.lookup(name),
      withs: outer.withs,
    };
    result.value = this.build(this.entries(bindings, scope, outer, null), []);
    return scope;
  }

  /** @param inheritScope where `inherit a;` looks: outside a recursive set, never in it */
  private entries(
    bindings: readonly (Binding | Inherit | ErrorNode)[],
    scope: Scope,
    inheritScope: Scope,
    origin: SetOrigin | null,
  ): Entry[] {
    const owner = origin ?? noOrigin;
    const entries: Entry[] = [];
    for (const binding of bindings) {
      if (binding.kind === 'error') throw new NotEvaluable('error', binding.message, binding);
      if (binding.kind === 'binding') {
        const expression = binding.value;
        const { names } = binding.path;
        if (names.length > MAX_NAMES) throw new NotEvaluable('error', 'is nested too deeply', binding.path);
        entries.push({ names, value: this.thunk(expression, scope), expression, scope, owner });
        continue;
      }
      const from = binding.from ? this.thunk(binding.from, scope) : null;
      for (const item of binding.names) {
        const name = this.name(item, scope) ?? '';
        const force = (): Value =>
          from
            ? this.attribute(this.asSet(from.force(), binding), name, item).force()
            : this.variable(name, item, inheritScope);
        entries.push({ names: [item], value: { expression: null, force }, expression: null, scope, owner });
      }
    }
    return entries;
  }

  /** Joins dotted and nested spellings of the same name into one set, as Nix's parser does. */
  private build(entries: readonly Entry[], origins: readonly SetOrigin[]): SetValue {
    const groups = new Map<string, Entry[]>();
    for (const entry of entries) {
      const [first] = entry.names;
      const name = first ? this.name(first, entry.scope) : null;
      if (name === null) continue;
      const group = groups.get(name);
      if (group) group.push(entry);
      else groups.set(name, [entry]);
    }
    const attributes = new Map<string, Attribute>();
    for (const [name, group] of groups) {
      const [only] = group;
      if (!only) continue;
      const owner = only.owner === noOrigin ? null : only.owner;
      if (group.length === 1 && only.names.length === 1) {
        const thunk = typeof only.value === 'function' ? only.value() : only.value;
        attributes.set(name, { thunk, owner });
        continue;
      }
      const inner: Entry[] = [];
      const innerOrigins: SetOrigin[] = [];
      for (const entry of group) {
        if (entry.names.length > 1) {
          const below: SetOrigin =
            entry.owner === noOrigin ? noOrigin : { set: entry.owner.set, prefix: [...entry.owner.prefix, name] };
          inner.push({ ...entry, names: entry.names.slice(1), owner: below });
          const isKnown = innerOrigins.some(
            (origin) => origin.set === below.set && origin.prefix.length === below.prefix.length,
          );
          if (below !== noOrigin && !isKnown) innerOrigins.push(below);
          continue;
        }
        let value = entry.expression;
        while (value?.kind === 'parenthesis') value = value.expression;
        if (value?.kind !== 'attribute-set' || value.isRecursive) {
          throw new NotEvaluable('error', `'${name}' is already defined in this set`, entry.names[0] ?? null);
        }
        const origin: SetOrigin = { set: value, prefix: [] };
        inner.push(...this.entries(value.bindings, entry.scope, entry.scope, origin));
        innerOrigins.push(origin);
      }
      attributes.set(name, { thunk: known(this.build(inner, innerOrigins)), owner });
    }
    return { type: 'set', attributes, origins };
  }

  asSet(value: Value, place: Span | null): SetValue {
    if (value.type === 'set') return value;
    if (value.type === 'outside') throw new NotEvaluable('unknown', `depends on ${value.name}`, place);
    throw new NotEvaluable('error', `expected a set but found ${describeType(value)}`, place);
  }

  private attribute(value: SetValue, name: string, place: Span): Thunk {
    const found = value.attributes.get(name);
    if (found) return found.thunk;
    if (value.partialName) return known({ type: 'outside', name: `${value.partialName}.${name}` });
    throw new NotEvaluable('error', `attribute '${name}' missing`, place);
  }

  /** null where an attribute on the way is missing. `keepLast`: the last one is not computed, only found. */
  private select(
    subject: Expression,
    names: readonly AttributeName[],
    scope: Scope,
    mayMiss: boolean,
    keepLast = false,
  ): Value | null {
    let value = this.evaluate(subject, scope);
    for (const [index, item] of names.entries()) {
      if (value.type === 'outside') {
        return mayMiss
          ? raise(new NotEvaluable('unknown', `depends on ${value.name}`, item))
          : { type: 'outside', name: [value.name, ...names.slice(index).map((name) => this.text(name))].join('.') };
      }
      const name = this.name(item, scope);
      const found = value.type === 'set' && name !== null ? value.attributes.get(name) : undefined;
      if (!found) {
        if (value.type === 'set' && value.partialName) return { type: 'outside', name: `${value.partialName}.${name}` };
        if (!mayMiss && value.type !== 'set') this.asSet(value, item);
        return null;
      }
      if (keepLast && index === names.length - 1) return nullValue;
      value = found.thunk.force();
    }
    return value;
  }

  /** Gives a function its argument. */
  apply(fn: Value, argument: Thunk, place: Span | null): Value {
    switch (fn.type) {
      case 'lambda':
        return this.evaluate(fn.node.body, this.callScope(fn.node, fn.scope, argument, place));
      case 'builtin': {
        const taken = [...fn.taken, argument];
        if (taken.length < fn.arity) return { ...fn, taken };
        const run = builtinFunctions.get(fn.name);
        if (!run) throw new NotEvaluable('unknown', `${fn.name} is not known here`, place);
        return run.call(this, taken, place);
      }
      case 'set': {
        const functor = fn.attributes.get('__functor');
        if (functor) return this.apply(this.apply(functor.thunk.force(), known(fn), place), argument, place);
        throw new NotEvaluable('error', 'a set is not a function', place);
      }
      case 'outside':
        throw new NotEvaluable('unknown', `calls ${fn.name}`, place);
      default:
        throw new NotEvaluable('error', `${describeType(fn)} is not a function`, place);
    }
  }

  private callScope(node: Lambda, outer: Scope, argument: Thunk, place: Span | null): Scope {
    const names = new Map<string, Thunk>();
    const scope: Scope = { lookup: (name) => names.get(name) ?? outer.lookup(name), withs: outer.withs };
    if (node.parameter) names.set(node.parameter.name, argument);
    if (node.formals) {
      const given = this.asSet(argument.force(), place);
      for (const formal of node.formals.items) {
        const { name } = formal.name;
        const value = given.attributes.get(name)?.thunk;
        if (value) names.set(name, value);
        else if (formal.fallback) names.set(name, this.thunk(formal.fallback, scope));
        else throw new NotEvaluable('error', `called without the argument '${name}'`, place);
      }
      if (!node.formals.hasEllipsis) {
        for (const name of given.attributes.keys()) {
          if (!node.formals.items.some((item) => item.name.name === name)) {
            throw new NotEvaluable('error', `called with the unexpected argument '${name}'`, place);
          }
        }
      }
    }
    return scope;
  }

  private unary(operator: '!' | '-', value: Value, place: Span): Value {
    if (value.type === 'outside') throw new NotEvaluable('unknown', `depends on ${value.name}`, place);
    if (operator === '!' && value.type === 'bool') return bool(!value.value);
    if (operator === '-' && value.type === 'integer') return integer(-value.value);
    if (operator === '-' && value.type === 'float') return { type: 'float', value: -value.value };
    throw new NotEvaluable('error', `'${operator}' does not work on ${describeType(value)}`, place);
  }

  private binary(node: Binary, scope: Scope): Value {
    switch (node.operator) {
      case '&&':
        return bool(this.isTrue(node.left, scope) && this.isTrue(node.right, scope));
      case '||':
        return bool(this.isTrue(node.left, scope) || this.isTrue(node.right, scope));
      case '->':
        return bool(!this.isTrue(node.left, scope) || this.isTrue(node.right, scope));
      case '|>':
        return this.apply(this.evaluate(node.right, scope), this.thunk(node.left, scope), node);
      case '<|':
        return this.apply(this.evaluate(node.left, scope), this.thunk(node.right, scope), node);
      default:
        return this.strictBinary(node, this.evaluate(node.left, scope), this.evaluate(node.right, scope));
    }
  }

  private strictBinary(node: Binary, left: Value, right: Value): Value {
    for (const side of [left, right]) {
      if (side.type === 'outside') throw new NotEvaluable('unknown', `depends on ${side.name}`, node);
    }
    switch (node.operator) {
      case '//':
        return update(this, this.asSet(left, node.left), this.asSet(right, node.right));
      case '++':
        if (left.type === 'list' && right.type === 'list') {
          this.spend(left.items.length + right.items.length, node);
          return { type: 'list', items: [...left.items, ...right.items] };
        }
        break;
      case '==':
        return bool(this.isEqual(left, right));
      case '!=':
        return bool(!this.isEqual(left, right));
      case '+':
        if (left.type === 'string' && right.type === 'string') return string(left.value + right.value);
        return this.arithmetic(node, left, right);
      case '-':
      case '*':
      case '/':
        return this.arithmetic(node, left, right);
      case '<':
        return bool(this.isLess(left, right, node));
      case '>':
        return bool(this.isLess(right, left, node));
      case '<=':
        return bool(!this.isLess(right, left, node));
      case '>=':
        return bool(!this.isLess(left, right, node));
      default:
        break;
    }
    throw new NotEvaluable(
      'error',
      `'${node.operator}' does not work on ${describeType(left)} and ${describeType(right)}`,
      node,
    );
  }

  private arithmetic(node: Binary, left: Value, right: Value): Value {
    const { operator } = node;
    if (left.type === 'integer' && right.type === 'integer') {
      const [a, b] = [left.value, right.value];
      if (operator === '/' && b === 0n) throw new NotEvaluable('error', 'division by zero', node);
      return integer(operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b);
    }
    const isNumber = (value: Value) => value.type === 'integer' || value.type === 'float';
    if (
      isNumber(left) &&
      isNumber(right) &&
      (left.type === 'integer' || left.type === 'float') &&
      (right.type === 'integer' || right.type === 'float')
    ) {
      const [a, b] = [Number(left.value), Number(right.value)];
      return {
        type: 'float',
        value: operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b,
      };
    }
    if (left.type === 'path' || right.type === 'path') throw new NotEvaluable('unknown', 'puts a path together', node);
    throw new NotEvaluable(
      'error',
      `'${operator}' does not work on ${describeType(left)} and ${describeType(right)}`,
      node,
    );
  }

  private isLess(left: Value, right: Value, place: Span): boolean {
    if (left.type === 'string' && right.type === 'string') return left.value < right.value;
    if ((left.type === 'integer' || left.type === 'float') && (right.type === 'integer' || right.type === 'float')) {
      return left.value < right.value;
    }
    throw new NotEvaluable('error', `cannot compare ${describeType(left)} with ${describeType(right)}`, place);
  }

  isEqual(left: Value, right: Value): boolean {
    this.spend(1, null);
    if (left.type === 'outside' || right.type === 'outside') {
      throw new NotEvaluable('unknown', 'compares with something from outside this file');
    }
    if (left.type === 'list' && right.type === 'list') {
      return (
        left.items.length === right.items.length &&
        left.items.every((item, index) => this.isEqual(item.force(), right.items[index]?.force() ?? nullValue))
      );
    }
    if (left.type === 'set' && right.type === 'set') {
      if (left.attributes.size !== right.attributes.size) return false;
      for (const [name, attribute] of left.attributes) {
        const other = right.attributes.get(name);
        if (!other || !this.isEqual(attribute.thunk.force(), other.thunk.force())) return false;
      }
      return true;
    }
    if ('value' in left && 'value' in right) {
      const areNumbers = [left, right].every((side) => side.type === 'integer' || side.type === 'float');
      return areNumbers
        ? Number(left.value) === Number(right.value)
        : left.type === right.type && left.value === right.value;
    }
    return left.type === 'null' && right.type === 'null';
  }
}

/** Stands for bindings of a `let`, which are no place that an attribute could be written to. */
const noOrigin: SetOrigin = {
  set: { kind: 'attribute-set', start: 0, end: 0, open: 0, isRecursive: false, bindings: [] },
  prefix: [],
};

function raise(error: Error): never {
  throw error;
}
