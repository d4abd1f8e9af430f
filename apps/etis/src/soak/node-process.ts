import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { until } from './until.ts';

const main = resolve(import.meta.dirname, '../main.ts');

/** How a process ended. `late` is what it printed last. */
interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly late: string;
}

/** One place for a process, with an address of its own; a process is started in it again and again. */
export interface NodeProcess {
  readonly name: string;
  readonly url: string;
  readonly running: () => boolean;
  /** Resolves once it is ready. @throws with what it printed where it ends before */
  start(): Promise<void>;
  /** Sends a signal and resolves once the process is gone; at once where none runs. */
  end(signal: NodeJS.Signals): Promise<Ended | null>;
  /** Whether it says that requests should come. */
  ready(): Promise<boolean>;
}

const keptOutput = 8_000;

export function createNodeProcess(options: {
  name: string;
  args: readonly string[];
  port: number;
  environment: Readonly<Record<string, string>>;
}): NodeProcess {
  const url = `http://127.0.0.1:${options.port}`;
  let current: { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly printed: () => string } | null = null;

  function launch() {
    const child = spawn(process.execPath, [main, ...options.args], {
      env: { ...options.environment, ETIS_PORT: `${options.port}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = `${output}${text}`.slice(-keptOutput);
      });
    }
    const ended = new Promise<Ended>((done, fail) => {
      child.once('error', fail);
      child.once('close', (code, signal) => {
        if (current?.child === child) current = null;
        done({ code, signal, late: output });
      });
    });
    return { child, ended, printed: () => output };
  }

  async function ready(): Promise<boolean> {
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }

  return {
    name: options.name,
    url,
    running: () => current !== null,
    async start() {
      const launched = launch();
      current = launched;
      const failed = launched.ended.then((end) => {
        throw new Error(`${options.name} ended with ${end.code ?? end.signal} before it was ready:\n${end.late}`);
      });
      await Promise.race([until(`${options.name} is ready`, ready, 60_000), failed]).catch((cause: unknown) => {
        throw new Error(`${options.name} did not become ready:\n${launched.printed()}`, { cause });
      });
      // Its end later on is somebody's wish, or is seen by whoever uses it.
      failed.catch(() => undefined);
    },
    async end(signal) {
      const running = current;
      if (running === null) return null;
      running.child.kill(signal);
      return running.ended;
    },
    ready,
  };
}
