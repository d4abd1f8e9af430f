import type { ASTNode } from '@marcbachmann/cel-js';

/** No loops, no regular expressions and no bindings: each of them lets a short text ask for long work. */
const allowedCalls: ReadonlySet<string> = new Set([
  ...['has', 'size', 'string', 'int', 'double', 'bool', 'timestamp', 'duration'],
  ...['startsWith', 'endsWith', 'contains', 'lowerAscii', 'upperAscii', 'trim'],
]);

/** What a condition may be made of, at most. */
export const celLimits = { maxAstNodes: 200, maxDepth: 24, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 4 };

/** Calls `refuse` with the first call in a condition that is not allowed. */
export function checkCalls(part: unknown, refuse: (reason: string) => never): void {
  if (Array.isArray(part)) {
    for (const one of part) checkCalls(one, refuse);
    return;
  }
  if (!isNode(part)) return;
  const called = part.op === 'call' || part.op === 'rcall' ? part.args[0] : null;
  if (called !== null && !allowedCalls.has(called)) {
    refuse(`${called} is not for filters, at character ${part.start + 1}; they know ${[...allowedCalls].join(', ')}`);
  }
  checkCalls(part.args, refuse);
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}
