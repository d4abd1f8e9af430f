import { compileShape, type Shape } from './shape.ts';

/** A value of a definition in which texts of the form `${ … }` are expressions; anything else stands for itself. */
export type Template = Shape;

const whole = /^\s*\$\{([\s\S]*)\}\s*$/;

/** The inside of `${ … }`; undefined where the text is none. */
export function expressionOf(text: string): string | undefined {
  return whole.exec(text)?.[1]?.trim();
}

/** Compiles every expression of a value. @throws Error that says why one is refused */
export function compileTemplate(value: unknown): Template {
  if (typeof value === 'string') {
    const inside = expressionOf(value);
    return inside === undefined ? async () => value : compileShape(inside);
  }
  if (Array.isArray(value)) {
    const items = value.map(compileTemplate);
    return (input, variables) => inOrder(items, (item) => item(input, variables));
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => ({ name, template: compileTemplate(member) }));
    return async (input, variables) =>
      Object.fromEntries(await inOrder(members, async ({ name, template }) => [name, await template(input, variables)] as const));
  }
  return async () => value;
}

async function inOrder<Item, Result>(items: readonly Item[], each: (item: Item) => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await each(item));
  return results;
}
