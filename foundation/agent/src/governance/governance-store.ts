import type { Governance, GovernanceView } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import { errors } from '../errors.ts';
import { emptyView, freezeView } from './view.ts';

/** Holds the view in force. Only who publishes gets the store; everyone else gets its `governance`. */
export interface GovernanceStore {
  readonly governance: Governance;
  /**
   * Puts a copy of the view in force and then calls every subscriber; one that throws is logged and keeps nobody else from being called.
   * @throws AGENT_GOVERNANCE_STALE for a version that is not higher than the current one; the current view stays.
   */
  publish(view: GovernanceView): void;
}

/** Without an `initial` view the store starts with version 0, in which nothing exists. */
export function createGovernanceStore({ log, initial }: { log: Log; initial?: GovernanceView }): GovernanceStore {
  let current = initial === undefined ? emptyView : freezeView(initial);
  const subscribers = new Set<{ readonly call: (view: GovernanceView) => void }>();

  function tell(view: GovernanceView): void {
    for (const subscriber of [...subscribers]) {
      if (!subscribers.has(subscriber)) continue;
      try {
        subscriber.call(view);
      } catch (error) {
        log.error({ err: error, version: view.version }, 'a subscriber failed on a new governance view');
      }
    }
  }

  return {
    governance: {
      current: () => current,
      subscribe(callback) {
        const subscriber = { call: callback };
        subscribers.add(subscriber);
        return () => void subscribers.delete(subscriber);
      },
    },
    publish(view) {
      if (!Number.isSafeInteger(view.version) || view.version <= current.version) {
        throw errors.GOVERNANCE_STALE(view.version, current.version);
      }
      current = freezeView(view);
      tell(current);
    },
  };
}
