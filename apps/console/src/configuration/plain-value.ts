/** A setting's value as people read it. */
export function plainValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type ValueType = 'boolean' | 'string' | 'number' | 'json';

/** What somebody typed, as a value of the type; undefined where it is none. The platform checks the rest. */
export function valueFrom(text: string, type: ValueType): unknown {
  if (type === 'string') return text;
  if (type === 'number') return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  if (type === 'boolean') return text === 'yes' ? true : text === 'no' ? false : undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
