import type { AuditVerification } from '@etis/contracts/audit';
import { type Clock, uuidv7 } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { Findings } from './findings.ts';

/** How far a verification has come; whoever works on it counts here. */
export interface Counted {
  chains: number;
  entries: number;
  rows: number;
  checkpoints: number;
}

/** Verifications of the whole record, one at a time. */
export interface VerificationRuns {
  /** Begins one, or joins the one that runs; resolves once it is done, or after some seconds to how far it has come. */
  begin(): Promise<AuditVerification>;
  /** The same of one that was begun here before. @throws COMMAND_VERIFICATION_UNKNOWN */
  look(id: string): Promise<AuditVerification>;
}

interface Run {
  readonly id: string;
  readonly ended: Promise<void>;
  /** What is known by now; throws what ended it, where it failed. */
  said(): AuditVerification;
}

const mostKept = 16;

export function createVerificationRuns(options: {
  /** Works through everything. */
  work: (counted: Counted, findings: Findings) => Promise<AuditVerification['unsealed']>;
  /** How many entries there are to be read. */
  total: () => Promise<number>;
  findings: () => Findings;
  clock: Clock;
  /** How long somebody waits for an answer, in milliseconds. */
  answerMs: number;
}): VerificationRuns {
  const { clock, answerMs } = options;
  const runs = new Map<string, Run>();
  let running: Run | undefined;

  async function start(): Promise<Run> {
    const id = uuidv7(clock.now());
    const startedAt = new Date(clock.now()).toISOString();
    const counted: Counted = { chains: 0, entries: 0, rows: 0, checkpoints: 0 };
    const findings = options.findings();
    const total = await options.total();
    let unsealed: AuditVerification['unsealed'] = { rows: 0, oldestMs: 0 };
    let state: AuditVerification['state'] = 'running';
    let failure: unknown;
    const ended = options.work(counted, findings).then(
      (found) => {
        unsealed = found;
        state = 'done';
      },
      (error: unknown) => {
        failure = error;
      },
    );
    return {
      id,
      ended,
      said() {
        if (failure !== undefined) throw failure;
        return { id, state, startedAt, total, ...counted, unsealed, findings: findings.list() };
      },
    };
  }

  let starting: Promise<Run> | undefined;
  async function beginOne(): Promise<Run> {
    if (running !== undefined) return running;
    const run = await start();
    running = run;
    runs.set(run.id, run);
    for (const id of [...runs.keys()].slice(0, -mostKept)) runs.delete(id);
    void run.ended.then(() => {
      running = undefined;
    });
    return run;
  }

  async function answer(run: Run): Promise<AuditVerification> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, answerMs);
    await Promise.race([run.ended, late]);
    clearTimeout(timer);
    return run.said();
  }

  return {
    async begin() {
      starting ??= beginOne().finally(() => {
        starting = undefined;
      });
      return await answer(await starting);
    },
    async look(id) {
      const run = runs.get(id);
      if (run === undefined) throw errors.VERIFICATION_UNKNOWN(id);
      return await answer(run);
    },
  };
}
