export { spineDomain } from './domain.ts';
export { createInbox, type InboxOptions, type InboxService } from './record/inbox.ts';
export type { SpineOverrides, SpineSettings } from './settings.ts';
export { createSpine, type Spine, type SpineOptions, type SpinePart } from './spine.ts';
export type { TransportDriver } from './transports/chosen-transport.ts';
export { type BatchHandler, createDirectTransport } from './transports/direct.ts';
