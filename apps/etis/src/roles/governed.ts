import { createSnapshotFollower, followedDomain } from '@etis/command';
import type { GovernanceView } from '@etis/contracts/governance';
import type { Role } from './role.ts';

/** For a process without a control plane: it is governed by its kept copy at once, and by every view that the platform publishes. */
export const governed: Role = {
  domains: [followedDomain],
  spine: null,
  async prepare({ parts, vault, home, log, open, run }) {
    const publish = (view: GovernanceView) => {
      for (const { store } of parts.all) store.publish(view);
    };
    await run(createSnapshotFollower({ db: open(followedDomain), file: home.governance, vault, publish, log }));
  },
};
