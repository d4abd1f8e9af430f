import { fork } from 'node:child_process';

export interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts `serve-<name>.ts` in a process of its own, with `env` and nothing else of this process's environment but the path. */
export function startServer(name: string, env: Readonly<Record<string, string>>): Promise<Server> {
  const child = fork(new URL(`./serve-${name}.ts`, import.meta.url), { env: { PATH: process.env.PATH ?? '', ...env } });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const { port } = message as { port: number };
      resolve({
        port,
        async stop() {
          child.send('stop');
          await ended;
        },
      });
    });
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened`)));
  });
}
