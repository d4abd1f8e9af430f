import { storable } from './text-file.ts';

const bounds = { depth: 4, entries: 200, chars: 1_000 };

/**
 * What a library found in a hostile file, as small plain JSON: dates as RFC 3339, numbers that JSON has, strings cut at 1,000 characters, at most
 * 200 entries a level and four levels. What is none of that (bytes, functions) is left out.
 */
export function boundedJson(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return storable(value).trim().slice(0, bounds.chars).toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return value.toString().slice(0, 100);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value !== 'object' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer || depth >= bounds.depth) return undefined;
  if (Array.isArray(value)) {
    return value
      .slice(0, bounds.entries)
      .map((item) => boundedJson(item, depth + 1))
      .filter((item) => item !== undefined);
  }
  const entries = Object.entries(value).slice(0, bounds.entries);
  const kept = entries.map(([name, item]) => [storable(name).slice(0, 100).toWellFormed(), boundedJson(item, depth + 1)] as const);
  return Object.fromEntries(kept.filter(([, item]) => item !== undefined && item !== ''));
}
