import type { Log } from '@etis/contracts/log';
import { pino } from 'pino';

/** Structured JSON lines. `destination` is a file descriptor, 2 (stderr) by default, so that stdout stays for what people asked to see. */
export function createLog(options: { level: string; role: string; destination?: number }): Log {
  return pino(
    {
      level: options.level,
      base: { role: options.role, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['*.password', '*.secret', '*.authorization'], censor: '[redacted]' },
    },
    pino.destination({ dest: options.destination ?? 2, sync: true }),
  );
}

/** Says nothing; for parts under test. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };
