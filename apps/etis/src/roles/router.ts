import { spineDomain } from '@etis/spine';
import type { Role } from './role.ts';

/** Puts what the inbox holds into lanes. Of several processes one does so at a time. */
export const router: Role = {
  domains: [spineDomain],
  spine: ['router'],
  parts: () => [{ kind: 'router', scope: null }],
  async start({ spine, meter }) {
    meter.watchQueues(spine.queues.inbox);
  },
};
