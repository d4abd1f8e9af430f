import { describe, expect, it } from 'vitest';
import { runScript } from './run-script.ts';

const limits = { ms: 200, memoryBytes: 8 * 1024 * 1024, stackBytes: 128 * 1024, resultBytes: 1_000 };
const run = (code: string, given = {}) => runScript(code, given, limits);

describe('a script', () => {
  it.each([
    ['a + b', { a: 1, b: 2 }, 3],
    ['return items.filter((n) => n > 1).map((n) => ({ n }))', { items: [1, 2, 3] }, [{ n: 2 }, { n: 3 }]],
    ['const double = (n) => n * 2; double(21)', {}, 42],
    ['[1, 2].map(function (n) { return n + 1; })', {}, [2, 3]],
    ['undefined', {}, null],
    ['text', { text: '"\\\u2028`${1}`\u0000' }, '"\\\u2028`${1}`\u0000'],
  ])('%s', async (code, given, value) => {
    expect(await run(code, given)).toEqual({ value });
  });

  it.each([
    ['throw new TypeError("no")', 'TypeError: no'],
    ['syntax error', 'SyntaxError'],
    ['while (true) {}', 'took too long'],
    ['for (;;) { try { for (;;) {} } catch {} }', 'took too long'],
    ['const f = () => f() + 1; f()', 'stack'],
    ['new ArrayBuffer(2 ** 26)', 'memory'],
    ['const a = []; for (;;) a.push(new Array(1000).fill("x".repeat(100)))', ''],
    ['"x".repeat(2 ** 29)', ''],
    ['"x".repeat(2000)', 'more than 1000 bytes'],
    ['/(a+)+$/.test("a".repeat(40) + "b")', 'took too long'],
  ])('is ended or refused: %s', async (code, words) => {
    const begun = performance.now();
    const result = await run(code);
    expect(result).toEqual({ error: expect.stringContaining(words) });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it.each(['process', 'require', 'fetch', 'setTimeout', 'WebAssembly', 'Buffer', 'std', 'os', 'console'])('knows no %s', async (name) => {
    expect(await run(`typeof ${name}`)).toEqual({ value: 'undefined' });
  });

  it('leaves nothing behind, neither here nor for the next one', async () => {
    await run('Object.prototype.polluted = 1; JSON.stringify = () => "{}"; Array.prototype.map = null; globalThis.left = 1; 1');
    await run('const a = []; for (;;) a.push("x".repeat(1000))');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(await run('[typeof left, typeof {}.polluted, [1].map((n) => n + 1)]')).toEqual({ value: ['undefined', 'undefined', [2]] });
  });

  it('cannot hand out anything but JSON, whatever its objects do', async () => {
    expect(await run('return { toJSON: () => ({ constructor: { name: 1 }, __proto__: { a: 1 } }) }')).toEqual({
      value: { constructor: { name: 1 } },
    });
    expect(await run('return "" + ((0, eval)("this").constructor.constructor("return typeof process")())')).toEqual({ value: 'undefined' });
    expect(await run('return 1n')).toEqual({ error: expect.stringContaining('TypeError') });
  });
});
