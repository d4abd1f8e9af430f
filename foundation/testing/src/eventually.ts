/**
 * Asks `condition` again and again until it gives something truthy, and resolves to that. For what happens elsewhere and tells nobody; where there is
 * an event or a promise to await, await that. A condition that throws counts as not yet.
 * `timeoutMs` is 10,000 by default, `everyMs` 10. @throws Error that names the last answer or error
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const last = await ask(condition);
    if (last.answer) return last.answer as Exclude<T, false | null | undefined | 0 | ''>;
    if (performance.now() >= deadline) {
      const found = last.error === undefined ? `the last answer was ${String(last.answer)}` : 'the last attempt threw (see the cause)';
      throw new Error(`the condition did not come true within ${timeoutMs} ms; ${found}`, { cause: last.error });
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 10));
  }
}

async function ask<T>(condition: () => T | Promise<T>): Promise<{ answer?: T; error?: unknown }> {
  try {
    return { answer: await condition() };
  } catch (error) {
    return { error };
  }
}
