import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './statement-guard.ts';

describe('the statement guard', () => {
  it.each([
    'select 1',
    'select 1;',
    ' with a as (select 1) select * from a ; ',
    "insert into note (text) values ('begin; commit')",
    "select 'it''s; fine', $1",
    String.raw`select E'a\'; commit' as e`,
    'select ";" from t',
    'select 1 -- ; commit',
    'select /* ; commit /* nested ; */ ; */ 1',
    'do $$ begin perform 1; end $$',
    'select $tag$ ; commit; $$ ; $tag$',
    "select current_setting('etis.tenant', true)",
    'update t set x = $1 where y = $2',
    'select settled, started from t',
    'select a$b$c from t',
    '(select 1) union (select 2)',
  ])('lets %j pass', (statement) => expect(refusalOf(statement)).toBeUndefined());

  it.each([
    'commit',
    'COMMIT',
    ' Rollback',
    '/* x */ commit',
    '-- x\ncommit',
    'begin',
    'start transaction',
    'end',
    'abort',
    'savepoint a',
    'release savepoint a',
    'rollback to a',
    "prepare transaction 'x'",
    "set etis.tenant = 'b'",
    'set local role none',
    'SET SESSION AUTHORIZATION x',
    'reset all',
    'discard all',
    "select set_config('etis.tenant', 'b', true)",
    "select pg_catalog.SET_CONFIG ('etis.tenant', 'b', true)",
    'select 1; commit',
    'select 1; select 2',
    String.raw`select 'a\'; commit; --'`,
    "select 'open",
    'select "open',
    'select /* open',
    'select $$ open',
    '',
    '  ;  ',
    '-- nothing',
  ])('refuses %j', (statement) => expect(refusalOf(statement)).toBeTypeOf('string'));

  it('is never deceived by what stands in a quoted text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(refusalOf(`select '${text.replaceAll("'", "''")}'`)).toBeUndefined();
        expect(refusalOf(`select '${text.replaceAll("'", "''")}'; commit`)).toBeTypeOf('string');
      }),
    );
  });

  it('reads long hostile texts in little time', () => {
    const started = performance.now();
    for (const piece of ["'", '"', '/*', '$a', '--', '(', "e'\\"]) refusalOf(piece.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
