import { openAdmin } from '@etis/postgres';
import { opened } from './contender.ts';
import { etisPublishing, openEtis } from './etis.ts';
import { type Part, shown } from './part.ts';
import { run } from './run.ts';

const lanes = 16;

/** What each event leaves on disk: in the spine's tables with their indexes, and in PostgreSQL's log. */
export const disk: Part = async ({ stand, quick, print }) => {
  const count = quick ? 5_000 : 30_000;
  return opened(
    () => openEtis(stand, { lanes }),
    async (contender) => {
      const session = await openAdmin(stand.admin(contender.database));
      const sizes = async () =>
        new Map(
          (
            await session.query<{ name: string; bytes: string }>(
              `select r.relname as name, sum(pg_total_relation_size(c.oid))::text as bytes
               from pg_class c join pg_class r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
               where c.relnamespace = 'spine'::regnamespace and c.relkind = 'r' group by 1`,
            )
          ).map(({ name, bytes }) => [name, Number(bytes)]),
        );
      const before = await sizes();
      const { walBytes } = await run(stand, contender, { count, lanes, publishing: etisPublishing });
      const tables = [...(await sizes())]
        .map(([name, bytes]) => [name, Math.round((bytes - (before.get(name) ?? 0)) / count)] as const)
        .filter(([, bytes]) => bytes > 0)
        .toSorted(([, one], [, other]) => other - one);
      await session.close();
      const all = tables.reduce((sum, [, bytes]) => sum + bytes, 0);
      print(`tables ${shown(all)} bytes/event   log ${shown(walBytes)} bytes/event`);
      for (const [name, bytes] of tables) print(`  ${name.padEnd(20)} ${shown(bytes)}`);
      return {
        targets: [],
        results: { tableBytesPerEvent: all, walBytesPerEvent: Math.round(walBytes), tables: Object.fromEntries(tables) },
      };
    },
  );
};
