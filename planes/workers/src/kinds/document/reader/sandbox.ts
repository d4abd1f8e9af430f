import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Sandbox {
  /** The module that runs; it finds `argument` at `process.argv[2]`. */
  readonly entry: URL;
  readonly argument: string;
  /** A file, a real path without links. */
  readonly readable: string;
  /** A folder, likewise; also its working directory. */
  readonly writable: string;
  /** Of its heap, in megabytes; beside the heap it may have as much again. */
  readonly memoryMb: number;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

export interface SandboxEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** The end of what it wrote to its standard error. */
  readonly complaint: string;
}

/**
 * Runs a module in a process of its own, which may read its own code and one file, write into one folder, and has no network, no environment, and no
 * right to start anything. It is killed when its time is up and when the signal is aborted, and ends by itself when whoever started it is gone.
 * The memory beside the heap and the time of its processor are bounded by the kernel where that is POSIX: on Windows by the time limit alone.
 * @throws the reason of the signal; an error where no process can be started
 */
export async function runSandboxed(sandbox: Sandbox): Promise<SandboxEnd> {
  const { signal } = sandbox;
  signal.throwIfAborted();
  const child = start(sandbox);
  let complaint = '';
  let timedOut = false;
  const kill = () => void child.kill('SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, sandbox.limitMs);
  signal.addEventListener('abort', kill, { once: true });
  // What it is told ends early when it does.
  child.stdin?.on('error', () => {});
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('latin1')).slice(-4_000);
  });
  try {
    const end = await new Promise<SandboxEnd>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, ending) => resolve({ code, signal: ending, timedOut, complaint }));
    });
    signal.throwIfAborted();
    return end;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

function start({ entry, argument, readable, writable, memoryMb, limitMs }: Sandbox): ChildProcess {
  const main = fileURLToPath(entry);
  const reads = [readable, withSlash(writable), ...codeFolders(main)];
  const args = [
    '--permission',
    ...reads.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${withSlash(writable)}`,
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${memoryMb}`,
    `--import=${new URL('./deny-network.ts', import.meta.url).href}`,
    main,
    argument,
  ];
  // Its standard input is never written: that it ends is how it learns that nobody waits for it any more.
  const options: SpawnOptions = { env: {}, cwd: writable, stdio: ['pipe', 'ignore', 'pipe'], windowsHide: true };
  if (process.platform === 'win32') return spawn(process.execPath, args, options);
  // The kernel counts what Node reserves at its start, about 550 MB, although it is hardly used.
  const kilobytes = (550 + memoryMb * 2) * 1_024;
  const bounds = `ulimit -c 0; ulimit -d ${kilobytes}; ulimit -t ${Math.ceil(limitMs / 1_000) * 2 + 1}; ulimit -f 409600`;
  return spawn('/bin/sh', ['-c', `{ ${bounds}; } 2>/dev/null; exec "$0" "$@"`, process.execPath, ...args], options);
}

/** Its own code and the code of this folder, and the libraries wherever they are installed above it. */
function codeFolders(main: string): string[] {
  const here = dirname(dirname(fileURLToPath(import.meta.url)));
  const folders = [withSlash(dirname(main)), withSlash(here)];
  for (let at = here; ; at = dirname(at)) {
    folders.push(withSlash(join(at, 'node_modules')), join(at, 'package.json'));
    if (dirname(at) === at) return folders;
  }
}

function withSlash(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}
