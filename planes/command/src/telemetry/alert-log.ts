import type { Alert } from '@etis/contracts/command';
import { uuidv7 } from '@etis/kernel';
import type { SystemDb, Tx } from '@etis/postgres';
import type { Finding } from './health-rules.ts';

/** `platform.alert.raised` and `platform.alert.cleared`; `id` is the same for every repeat of one. */
export interface AlertEvent {
  readonly id: string;
  readonly type: 'platform.alert.raised' | 'platform.alert.cleared';
  readonly subject: string;
  readonly time: string;
  readonly data: Alert;
}

/** Alerts of the installation, whichever process of the platform found them. */
export interface AlertLog {
  /** One more look: what was bad twice in a row is raised, once; what was not bad or between twice in a row is cleared. */
  note(findings: readonly Finding[], now: number): Promise<void>;
  /** Hands on what was not handed on yet: at least once, in no certain order between alerts, raised before cleared. */
  publish(handOn: (event: AlertEvent) => Promise<void>): Promise<void>;
  /** Newest first. */
  list(query: { open: boolean; limit: number }): Promise<readonly Alert[]>;
}

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly severity: Alert['severity'];
  readonly description: string;
  readonly raised_at: Date;
  readonly cleared_at: Date | null;
  readonly raised_published: boolean;
}

const keptMs = 30 * 86_400_000;
const mostOpen = 1_000;
const mostPublished = 100;

export function createAlertLog({ db }: { db: SystemDb }): AlertLog {
  /** What was bad, and what was over, at the last look of this process. */
  let wasBad = new Set<string>();
  let wasOver = new Set<string>();

  async function raise(tx: Tx, bad: readonly Finding[], now: number): Promise<void> {
    for (const { rule, subject, severity, text } of bad) {
      await tx.query(
        `insert into alert (id, rule, subject, severity, description, raised_at) select $1, $2, $3, $4, $5, $6
         where (select count(*) from alert where cleared_at is null) < ${mostOpen}
         on conflict (rule, subject) where cleared_at is null do nothing`,
        [uuidv7(now), rule, subject, severity, text, new Date(now)],
      );
    }
  }

  return {
    async note(findings, now) {
      const bad = new Map(findings.filter(({ verdict }) => verdict === 'bad').map((finding) => [keyOf(finding), finding]));
      const standing = new Set(findings.filter(({ verdict }) => verdict !== 'good').map(keyOf));
      const isOver = await db.system(async (tx) => {
        const again = [...bad].filter(([key]) => wasBad.has(key)).map(([, finding]) => finding);
        const known = await tx.query<Row>('select * from alert where cleared_at is null');
        const open = new Set(known.map(keyOf));
        await raise(
          tx,
          again.filter((finding) => !open.has(keyOf(finding))),
          now,
        );
        const over = known.filter((row) => !standing.has(keyOf(row)));
        const cleared = over.filter((row) => wasOver.has(keyOf(row))).map(({ id }) => id);
        if (cleared.length > 0) {
          await tx.query('update alert set cleared_at = $2 where id = any($1) and cleared_at is null', [cleared, new Date(now)]);
        }
        await tx.query('delete from alert where cleared_at < $1 and raised_published and cleared_published', [new Date(now - keptMs)]);
        return new Set(over.map(keyOf));
      });
      wasBad = new Set(bad.keys());
      wasOver = isOver;
    },
    async publish(handOn) {
      await db.system(async (tx) => {
        const rows = await tx.query<Row>(
          `select * from alert where not raised_published or (cleared_at is not null and not cleared_published)
           order by id limit ${mostPublished} for update skip locked`,
        );
        for (const row of rows) {
          const data = alertOf(row);
          const { subject } = row;
          if (!row.raised_published) {
            await handOn({
              id: `${row.id}/raised`,
              type: 'platform.alert.raised',
              subject,
              time: data.raisedAt,
              data: { ...data, clearedAt: null },
            });
          }
          if (data.clearedAt !== null) {
            await handOn({ id: `${row.id}/cleared`, type: 'platform.alert.cleared', subject, time: data.clearedAt, data });
          }
        }
        await tx.query('update alert set raised_published = true, cleared_published = cleared_at is not null where id = any($1)', [
          rows.map(({ id }) => id),
        ]);
      });
    },
    async list({ open, limit }) {
      const where = open ? 'where cleared_at is null' : '';
      return (await db.statement<Row>(`select * from alert ${where} order by raised_at desc, id desc limit $1`, [limit])).map(alertOf);
    },
  };
}

function keyOf({ rule, subject }: { readonly rule: string; readonly subject: string }): string {
  return JSON.stringify([rule, subject]);
}

function alertOf({ id, rule, subject, severity, description, raised_at, cleared_at }: Row): Alert {
  const clearedAt = cleared_at?.toISOString() ?? null;
  return { id, rule, subject, severity, text: description, raisedAt: raised_at.toISOString(), clearedAt };
}
