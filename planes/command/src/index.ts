export { commandDomain, followedDomain } from './domain.ts';
export { createSnapshotFollower, type SnapshotFollower, type SnapshotFollowerOptions } from './follower/snapshot-follower.ts';
export { createSnapshotPublisher, type SnapshotPublisher } from './publisher/snapshot-publisher.ts';
