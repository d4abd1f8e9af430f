import { describe, expect, it } from 'vitest';
import { reasonIn, sentence } from './server-log.ts';

describe('the reason in a log', () => {
  it('is the last fatal message, with its detail', () => {
    const log = [
      '2026-01-01 00:00:00.000 UTC [7] FATAL:  the first',
      '2026-01-01 00:00:00.000 UTC [8] PANIC:  database files are incompatible with server',
      '2026-01-01 00:00:00.000 UTC [8] DETAIL:  It was initialized with 7, compiled with 8.',
      '2026-01-01 00:00:00.000 UTC [8] HINT:  It looks like you need to initdb.',
      '2026-01-01 00:00:00.000 UTC [8] LOG:  database system is shut down',
    ].join('\n');
    expect(reasonIn(log)).toBe('database files are incompatible with server. It was initialized with 7, compiled with 8.');
  });

  it('is the last line where nothing was fatal, and never empty', () => {
    const loader = 'postgres: error while loading shared libraries: libicu.so.60: cannot open shared object file';
    expect(reasonIn(`x\n${loader}\n\n`)).toBe(`${loader}.`);
    expect(reasonIn('')).toBe('it did not say why.');
  });

  it('is a sentence', () => {
    expect(sentence('it is full')).toBe('it is full.');
    expect(sentence('it is full.')).toBe('it is full.');
  });
});
