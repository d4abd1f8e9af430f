/** Collects what is bound: `add` returns the text that stands for a value in the SQL. */
export function parameters() {
  const collected: (string | boolean)[] = [];
  return {
    add(value: string | boolean): string {
      collected.push(value);
      return `$${collected.length}`;
    },
    values: (): readonly (string | boolean)[] => [...collected],
  };
}
