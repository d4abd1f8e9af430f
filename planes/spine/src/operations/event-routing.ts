import type { EventRouting, EventRoutingState, TransportName } from '@etis/contracts/event-routing';
import { audit, type SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { columnText } from '../record/column-text.ts';

interface DispatcherRow {
  readonly node: string | null;
  readonly transport: TransportName | null;
  readonly carries: readonly TransportName[] | null;
  readonly hosts: readonly string[] | null;
}

const chosenSql = 'select transport, changed_at as "changedAt" from event_routing';
const dispatchersSql = `
select node, transport, carries, hosts from dispatcher where seen_until >= clock_timestamp() order by node nulls first, owner`;

/** The choice is one row, which every dispatcher reads when it renews its leases. */
export function createEventRouting(options: { db: SystemDb; onChosen: () => void }): EventRouting {
  const { db, onChosen } = options;
  return {
    async show(): Promise<EventRoutingState> {
      const [[chosen], rows] = await Promise.all([
        db.statement<{ transport: TransportName; changedAt: Date }>(chosenSql),
        db.statement<DispatcherRow>(dispatchersSql),
      ]);
      if (chosen === undefined) throw new Error('the record has no row that says over what batches go');
      const dispatchers = rows.map(({ node, transport, carries, hosts }) => ({
        node: node ?? 'a dispatcher that is just starting',
        transport,
        carries: carries ?? [],
        hosts: hosts ?? [],
      }));
      return {
        transport: chosen.transport,
        changedAt: chosen.changedAt.toISOString(),
        settled: dispatchers.every(({ transport }) => transport === chosen.transport),
        dispatchers,
      };
    },
    async choose(context, transport, reason) {
      const changed = await db.system(async (tx) => {
        const [before] = await tx.query<{ transport: TransportName }>(`${chosenSql} for update`);
        if (before?.transport === transport) return false;
        const rows = await tx.query<DispatcherRow>(dispatchersSql);
        // One that hosts nothing takes no part where the other transport does not reach it, and that harms nobody.
        const missing = rows.filter(({ carries, hosts }) => hosts?.length !== 0 && carries?.includes(transport) !== true);
        if (missing.length > 0)
          throw errors.TRANSPORT_NOT_CARRIED(transport, missing.map(({ node }) => node ?? 'one that is just starting').join(', '));
        await tx.query('update event_routing set transport = $1, changed_at = clock_timestamp()', [transport]);
        const detail = { from: before?.transport ?? null, to: transport };
        await audit.record(tx, context, {
          action: 'event-routing.choose',
          target: 'event-routing',
          reason: columnText(reason, 500),
          detail,
        });
        return true;
      });
      if (changed) onChosen();
      return changed;
    },
  };
}
