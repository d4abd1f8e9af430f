import { errors } from '../errors.ts';

/**
 * RFC 8785: the same value always gives the same text, whoever writes it. Members stand in the order of their names by UTF-16 code units; a member
 * that is undefined is left out. @throws AGENT_NOT_CANONICAL for what JSON cannot say, and for text that is not well-formed
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** Deeper than anything that is signed, and far from the end of the stack. */
const deepest = 64;

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value !== 'object') throw errors.NOT_CANONICAL(`a ${typeof value} is in it`);
  if (depth === deepest) throw errors.NOT_CANONICAL(`it has more than ${deepest} levels`);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw errors.NOT_CANONICAL('an object of a class is in it');
  const members = Object.keys(value)
    .filter((name) => (value as Record<string, unknown>)[name] !== undefined)
    .sort();
  return `{${members.map((name) => `${writeText(name)}:${write((value as Record<string, unknown>)[name], depth + 1)}`).join(',')}}`;
}

function writeText(text: string): string {
  if (!text.isWellFormed()) throw errors.NOT_CANONICAL('a text in it has half of a surrogate pair');
  return JSON.stringify(text);
}

/** What ECMAScript writes for a number is what RFC 8785 asks for, and 0 for its negative. */
function writeNumber(number: number): string {
  if (!Number.isFinite(number)) throw errors.NOT_CANONICAL('a number in it is not finite');
  return JSON.stringify(number);
}
