import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeHome } from './fixtures/embedded-home.ts';
import { runProgram } from './run-program.ts';

/** A program of PostgreSQL's that is this shell script. */
async function program(script: string): Promise<string> {
  const binaries = await makeHome();
  await mkdir(join(binaries, 'bin'));
  await writeFile(join(binaries, 'bin', 'initdb'), `#!/bin/sh\n${script}\n`);
  await chmod(join(binaries, 'bin', 'initdb'), 0o755);
  return binaries;
}

const run = async (script: string) => runProgram({ binaries: await program(script), user: null, program: 'initdb', args: ['an argument'] });

describe('a program of PostgreSQL’s', () => {
  it('is heard to the end, on both of its outputs', async () => {
    const { code, output } = await run(
      'echo "$1"; i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done; echo the reason >&2; exit 3',
    );
    expect(code).toBe(3);
    expect(output).toMatch(/the reason/);
    expect(output).toMatch(/line 2999/);
    expect(output.length).toBeLessThanOrEqual(4_000);
  });

  it('is not waited for longer where a process that it left keeps its outputs open', async () => {
    const begun = performance.now();
    const { code, output } = await run('sleep 5 & echo started');
    expect({ code, output }).toEqual({ code: 0, output: 'started' });
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  it('gets an environment of its own', async () => {
    const { output } = await run('/usr/bin/env | cut -d= -f1 | sort | tr "\\n" " "');
    expect(output.split(' ').filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name))).toEqual(['LC_ALL', 'PATH', 'TZ']);
  });

  it('says why where it cannot be run', async () => {
    const missing = await runProgram({ binaries: '/nonexistent', user: null, program: 'initdb', args: [] });
    expect(missing).toEqual({ code: null, output: expect.stringContaining('ENOENT') });
    const binaries = await program('exit 0');
    await chmod(join(binaries, 'bin', 'initdb'), 0o644);
    expect(await runProgram({ binaries, user: null, program: 'initdb', args: [] })).toEqual({
      code: null,
      output: expect.stringContaining('EACCES'),
    });
  });

  it('has no code where it was killed', async () => {
    expect(await run('echo before; kill -9 $$')).toEqual({ code: null, output: 'before' });
  });
});
