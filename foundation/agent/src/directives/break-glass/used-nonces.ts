import { readFile, rename, writeFile } from 'node:fs/promises';

interface Use {
  readonly digest: string;
  /** Epoch milliseconds; what is past it is refused without a memory. */
  readonly until: number;
  /** Whether a manifest has settled it. */
  readonly over: boolean;
}

/** Which orders were taken, on disk, so that none is taken twice. */
export interface UsedNonces {
  /** `new` for a nonce that was never used, `again` for the same order while it is in force, `used` for everything else. */
  ask(nonce: string, digest: string): 'new' | 'again' | 'used';
  /** Kept when it resolves. */
  keep(nonce: string, use: Use, now: number): Promise<void>;
}

/** @throws where the file is there and cannot be read: without it, an order could be used twice */
export async function openUsedNonces(file: string): Promise<UsedNonces> {
  let uses = new Map<string, Use>(Object.entries(await readUses(file)));
  return {
    ask(nonce, digest) {
      const use = uses.get(nonce);
      if (use === undefined) return 'new';
      return use.digest === digest && !use.over ? 'again' : 'used';
    },
    async keep(nonce, use, now) {
      uses = new Map([...uses].filter(([, { until }]) => until > now)).set(nonce, use);
      await writeFile(`${file}.part`, JSON.stringify(Object.fromEntries(uses)), { mode: 0o600, flush: true });
      await rename(`${file}.part`, file);
    },
  };
}

async function readUses(file: string): Promise<Record<string, Use>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, Use>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
