import { createSnapshotFollower, followedDomain } from '@etis/command';
import type { Role } from './role.ts';

/** For a process without a control plane: it is governed by its kept copy at once, and by every view that the platform publishes. */
export const governed: Role = {
  domains: [followedDomain],
  spine: null,
  async prepare({ store, vault, home, log, open, run }) {
    await run(createSnapshotFollower({ db: open(followedDomain), file: home.governance, vault, publish: store.publish, log }));
  },
};
