const refusedWords = new Set([
  'abort',
  'begin',
  'commit',
  'deallocate',
  'discard',
  'end',
  'listen',
  'notify',
  'prepare',
  'release',
  'reset',
  'rollback',
  'savepoint',
  'set',
  'start',
  'unlisten',
]);

/**
 * Why a statement may not run in a host's transaction; undefined when it may. It refuses several statements in one text, whatever controls the
 * transaction or the session, and `set_config`.
 *
 * This guards against mistakes, not against malice: SQL has ways around any reading of its text, such as a function that calls `set_config`.
 * What keeps tenants apart is row level security, and the tenant is checked again before anything is kept.
 */
export function refusalOf(statement: string): string | undefined {
  const code = withoutQuotes(statement);
  if (code === undefined) return 'a quote or comment is not closed';
  const statements = code.split(';').filter((part) => part.trim() !== '');
  if (statements.length === 0) return 'it is empty';
  if (statements.length > 1) return 'it holds more than one statement';
  const word = /^[\s(]*([a-z_]+)/i.exec(code)?.[1]?.toLowerCase();
  if (word !== undefined && refusedWords.has(word)) return `it starts with "${word}"`;
  if (/\bset_config\s*\(/i.test(code)) return 'it calls set_config';
  return undefined;
}

/** The statement with comments as a space and every quoted text as `''`; undefined where one is not closed. */
function withoutQuotes(text: string): string | undefined {
  let code = '';
  let at = 0;
  while (at < text.length) {
    const end = quoteEnd(text, at);
    if (end === undefined) {
      code += text.charAt(at);
      at += 1;
    } else if (end < 0) {
      return undefined;
    } else {
      code += text.startsWith('--', at) || text.startsWith('/*', at) ? ' ' : "''";
      at = end;
    }
  }
  return code;
}

/** Where the quoted text or comment that starts at `at` ends; -1 where it does not end, undefined where none starts. */
function quoteEnd(text: string, at: number): number | undefined {
  if (text.startsWith('--', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end + 1;
  }
  if (text.startsWith('/*', at)) return commentEnd(text, at);
  const character = text.charAt(at);
  if (character === "'" || character === '"') {
    const escapes = character === "'" && /(^|[^a-z0-9_])e$/i.test(text.slice(Math.max(0, at - 2), at));
    return stringEnd(text, { at, quote: character, escapes });
  }
  if (character === '$' && !/[a-z0-9_$]/i.test(text.charAt(at - 1))) {
    const tag = /^\$([a-z_][a-z0-9_]*)?\$/i.exec(text.slice(at, at + 66))?.[0];
    if (tag === undefined) return undefined;
    const end = text.indexOf(tag, at + tag.length);
    return end < 0 ? -1 : end + tag.length;
  }
  return undefined;
}

function stringEnd(text: string, string: { at: number; quote: string; escapes: boolean }): number {
  for (let at = string.at + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (string.escapes && character === '\\') at += 1;
    else if (character === string.quote) {
      if (text.charAt(at + 1) !== string.quote) return at + 1;
      at += 1;
    }
  }
  return -1;
}

/** Comments nest in SQL. */
function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text.startsWith('/*', at)) {
      depth += 1;
      at += 1;
    } else if (text.startsWith('*/', at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
