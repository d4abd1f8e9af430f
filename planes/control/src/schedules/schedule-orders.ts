import type { TenantContext } from '@etis/contracts/context';
import type { Schedule, ScheduleStatus, Schedules } from '@etis/contracts/jobs';
import { audit, type PlatformDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { checkTenantId } from '../input.ts';

/**
 * What people order of schedules. The schedules live in another domain, so the audit row is committed first: there is no change without its
 * row, and at worst a row whose change was refused or never came.
 */
export interface ScheduleOrders {
  /** @throws CONTROL_TENANT_UNKNOWN, and as `Schedules.set` */
  set(context: TenantContext, schedule: Schedule): Promise<ScheduleStatus>;
  /** Resolves to false where the tenant has no such schedule. */
  remove(context: TenantContext, id: string): Promise<boolean>;
}

export function createScheduleOrders({ db, schedules }: { db: PlatformDb; schedules: Schedules }): ScheduleOrders {
  return {
    async set(context, schedule) {
      const { tenant } = context;
      checkTenantId(tenant);
      const { id, kind, cron, timeZone, missed, enabled } = schedule;
      await db.platform(context, 'order a schedule', async (tx) => {
        const known = await tx.query('select from tenant where id = $1', [tenant]);
        if (known.length === 0) throw errors.TENANT_UNKNOWN(tenant);
        const detail = { kind, cron, timeZone, missed, enabled };
        await audit.record(tx, context, { action: 'schedule.set', target: `schedule/${tenant}/${id}`, detail });
      });
      return schedules.set(schedule);
    },
    async remove(context, id) {
      const { tenant } = context;
      checkTenantId(tenant);
      if (!(await schedules.list(tenant)).some((schedule) => schedule.id === id)) return false;
      await db.platform(context, 'end a schedule', (tx) =>
        audit.record(tx, context, { action: 'schedule.remove', target: `schedule/${tenant}/${id}` }),
      );
      return schedules.remove(tenant, id);
    },
  };
}
