import jsonata from 'jsonata';
import { isMembers } from '../json.ts';

/** What an expression may ask for at most. */
const bounds = { length: 4_000, depth: 100, evaluations: 100_000, ms: 250, items: 10_000, characters: 262_144 };

/** Functions that let a few characters ask for much at once, or for code. */
const refusedNames: ReadonlySet<string> = new Set(['eval', 'pad', 'distinct']);

/** A compiled expression in JSONata. Rejects where it fails or asks for more than it may. */
export type Shape = (input: unknown, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * Compiles an expression in JSONata that cannot hold the process up: how often, how deep and for how long it evaluates is bounded, and so is what
 * every part of it gives; regular expressions, ranges and functions that do much in one evaluation are refused.
 * @throws Error that says why it is refused
 */
export function compileShape(text: string): Shape {
  if (text.length > bounds.length) throw new Error(`it has more than ${bounds.length} characters`);
  const expression = compiled(text);
  checkNode(expression.ast());
  return async (input, variables) => {
    const run = compiled(text);
    guard(run);
    const result: unknown = await run.evaluate(input, { ...variables });
    // JSONata marks its sequences and keeps functions as values; JSON has neither.
    return result === undefined ? null : (JSON.parse(JSON.stringify(result) ?? 'null') as unknown);
  };
}

function compiled(text: string): jsonata.Expression {
  try {
    return jsonata(text);
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}

/** JSONata throws plain objects. */
export function reasonOf(error: unknown): string {
  const message = isMembers(error) || error instanceof Error ? (error as { message?: unknown }).message : error;
  return String(message ?? 'it failed').slice(0, 300);
}

function checkNode(node: unknown): void {
  if (Array.isArray(node)) {
    for (const one of node) checkNode(one);
    return;
  }
  if (!isMembers(node)) return;
  if (node.type === 'regex' || node.value instanceof RegExp) throw new Error('regular expressions are refused: one can hold everything up');
  if (node.type === 'binary' && node.value === '..') throw new Error('ranges are refused: name the items');
  if (node.type === 'variable' && refusedNames.has(String(node.value))) throw new Error(`$${node.value} is refused`);
  if (node.type === 'transform') throw new Error('the transform operator is refused: build a new object');
  for (const part of Object.values(node)) checkNode(part);
}

function guard(expression: jsonata.Expression): void {
  const begun = performance.now();
  let evaluations = 0;
  let depth = 0;
  const assign = expression.assign as unknown as (name: symbol, value: unknown) => void;
  assign(Symbol.for('jsonata.__evaluate_entry'), () => {
    evaluations += 1;
    depth += 1;
    if (depth > bounds.depth) throw new Error('the expression calls itself too deeply');
    if (evaluations > bounds.evaluations || performance.now() - begun > bounds.ms) throw new Error('the expression asks for too much work');
  });
  assign(Symbol.for('jsonata.__evaluate_exit'), (_node: unknown, _input: unknown, _frame: unknown, result: unknown) => {
    depth -= 1;
    if (Array.isArray(result) && result.length > bounds.items) throw new Error(`the expression gives more than ${bounds.items} items`);
    if (typeof result === 'string' && result.length > bounds.characters) throw new Error('the expression gives too long a text');
  });
}
