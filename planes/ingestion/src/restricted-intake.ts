import type { Directives } from '@etis/contracts/directives';
import type { ConnectionView } from '@etis/contracts/governance';
import type { ConnectionId } from '@etis/contracts/tenancy';
import { errors } from './errors.ts';

/** Bounds what a connection may bring while a directive restricts it: it is accepted and waits, and what waits has to fit somewhere. */
export interface RestrictedIntake {
  /** Books a delivery of so many bytes. @throws INGESTION_INTAKE_FULL where the connection is restricted and has no room left */
  book(connection: ConnectionView, bytes: number): void;
  /** Gives back what was booked and not kept. */
  unbook(connection: ConnectionView, bytes: number): void;
}

/** Counts by connection, in this process, from when a directive began to restrict it until none does. */
export function createRestrictedIntake(options: { directives: Directives; quotaBytes: number }): RestrictedIntake {
  const { directives, quotaBytes } = options;
  const booked = new Map<ConnectionId, number>();

  return {
    book({ id, tenant }, bytes) {
      if (directives.verdict(tenant === null ? { connection: id } : { connection: id, tenant }) === null) {
        booked.delete(id);
        return;
      }
      const sum = (booked.get(id) ?? 0) + bytes;
      if (sum > quotaBytes) throw errors.INTAKE_FULL(quotaBytes);
      booked.set(id, sum);
    },
    unbook({ id }, bytes) {
      const sum = booked.get(id);
      if (sum !== undefined) booked.set(id, Math.max(0, sum - bytes));
    },
  };
}
