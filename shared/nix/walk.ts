import type { Node } from './syntax.ts';

/** The children of a node in the order of the text. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'identifier':
    case 'integer':
    case 'float':
    case 'uri':
    case 'search-path':
    case 'text':
    case 'error':
      return [];
    case 'string':
    case 'indented-string':
    case 'path':
      return node.parts;
    case 'parenthesis':
    case 'interpolation':
      return [node.expression];
    case 'attribute-path':
      return node.names;
    case 'binding':
      return [node.path, node.value];
    case 'inherit':
      return node.from ? [node.from, ...node.names] : node.names;
    case 'attribute-set':
    case 'legacy-let':
      return node.bindings;
    case 'list':
      return node.items;
    case 'select':
      return node.fallback ? [node.subject, node.path, node.fallback] : [node.subject, node.path];
    case 'has-attribute':
      return [node.subject, node.path];
    case 'apply':
      return [node.function, node.argument];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'formal':
      return node.fallback ? [node.name, node.fallback] : [node.name];
    case 'formals':
      return node.items;
    case 'lambda': {
      const { parameter, formals, body } = node;
      if (!formals) return parameter ? [parameter, body] : [body];
      if (!parameter) return [formals, body];
      return parameter.start < formals.start ? [parameter, formals, body] : [formals, parameter, body];
    }
    case 'let':
      return [...node.bindings, node.body];
    case 'if':
      return [node.condition, node.then, node.else];
    case 'with':
    case 'assert':
      return [node.subject, node.body];
  }
}

/** The nodes around an offset, outermost first; an offset at the edge of a node is inside it. */
export function nodesAt(root: Node, offset: number): Node[] {
  const found: Node[] = [];
  let node: Node | undefined = root;
  while (node && node.start <= offset && offset <= node.end) {
    found.push(node);
    node = children(node).find((child) => child.start <= offset && offset <= child.end);
  }
  return found;
}

/**
 * Puts a text together again from its tree: what the leaves span and what stands between them. It is the text that was
 * parsed, for every input; a tree whose nodes overlapped or went backwards would give another one.
 */
export function printNix(source: string, root: Node): string {
  const pieces: string[] = [];
  let position = 0;
  const pending: Node[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const inner = children(node);
    if (inner.length === 0) {
      pieces.push(source.slice(position, node.start), source.slice(node.start, node.end));
      position = node.end;
    } else {
      for (let index = inner.length - 1; index >= 0; index--) {
        const child = inner[index];
        if (child) pending.push(child);
      }
    }
  }
  pieces.push(source.slice(position));
  return pieces.join('');
}
