import { SourceError } from '@etis/contracts/events';
import { quoted } from '../members.ts';

/** What an event is about, and so which members its data has. */
export type Subject = 'document' | 'folder' | 'operation' | 'extraction' | 'other';

/** An event's name in the platform's words. */
export interface EventName {
  readonly type: string;
  readonly about: Subject;
  /** The number that construction systems append to the event's name, for example `1.0`. */
  readonly eventVersion: string | null;
}

type Words = readonly (readonly [event: string, type: string, about?: Subject])[];

const data: Words = [
  ...each('dm.version', 'document.version', ['added', 'modified', 'deleted', 'moved', 'moved.out', 'copied', 'copied.out'], 'document'),
  ...each('dm.lineage', 'document.lineage', ['reserved', 'unreserved', 'updated'], 'document'),
  ...each('dm.folder', 'folder', ['added', 'modified', 'deleted', 'purged', 'moved', 'moved.out', 'copied', 'copied.out'], 'folder'),
  ...each('dm.operation', 'operation', ['started', 'completed'], 'operation'),
];

const costNouns = [
  ['budget', 'budget'],
  ['budgetPayment', 'budget-payment'],
  ['contract', 'contract'],
  ['cor', 'cor'],
  ['costPayment', 'cost-payment'],
  ['expense', 'expense'],
  ['expenseItem', 'expense-item'],
  ['mainContract', 'main-contract'],
  ['mainContractItem', 'main-contract-item'],
  ['oco', 'oco'],
  ['pco', 'pco'],
  ['rfq', 'rfq'],
  ['scheduleOfValue', 'schedule-of-value'],
  ['sco', 'sco'],
] as const;

const upchain: Words = [
  ['cr.created', 'change-request.created'],
  ['item.created', 'item.created'],
];

/** Autodesk's names and ours, by system. A new event is one more line. */
const vocabulary: Readonly<Record<string, Words>> = {
  data,
  derivative: each('extraction', 'model.extraction', ['finished', 'updated'], 'extraction'),
  'adsk.c4r': [
    ['model.sync', 'model.sync'],
    ['model.publish', 'model.publish'],
  ],
  'autodesk.construction.issues': each('issue', 'issue', ['created', 'updated', 'deleted', 'restored', 'unlinked']),
  'autodesk.construction.reviews': each('review', 'review', ['created', 'closed']),
  'autodesk.construction.cost': [
    ...costNouns.flatMap(([theirs, ours]) => each(theirs, `cost.${ours}`, ['created', 'updated', 'deleted'])),
    ['project.initialized', 'cost.project.initialized'],
  ],
  'autodesk.construction.bc': [
    ['bid.created', 'bid.created'],
    ['opportunity.created', 'opportunity.created'],
    ['opportunity.status.updated', 'opportunity.status.updated'],
    ...each('opportunity.comment', 'opportunity.comment', ['created', 'updated', 'deleted']),
  ],
  'adsk.flc.production': [
    ['item.clone', 'item.cloned'],
    ['item.create', 'item.created'],
    ['item.lock', 'item.locked'],
    ['item.release', 'item.released'],
    ['item.unlock', 'item.unlocked'],
    ['item.update', 'item.updated'],
    ['workflow.transition', 'workflow.transitioned'],
  ],
  'adsk.tandem': [
    ['dt.alert', 'twin.alerted'],
    ['dt.mutation', 'twin.mutated'],
    ['dt.applyTemplate', 'twin.template.applied'],
    ['dt.removeTemplate', 'twin.template.removed'],
  ],
  'adsk.upchain.live': upchain,
  'adsk.upchain.eap': upchain,
};

const names = new Map(
  Object.entries(vocabulary).map(([system, words]) => [
    system,
    new Map(words.map(([event, type, about]) => [event, { type, about: about ?? ('other' as const) }])),
  ]),
);

const versionSuffix = /-(\d{1,4}(?:\.\d{1,4}){0,3})$/;

/** @throws SourceError `unknown-event` for a system or an event that there are no words for. */
export function eventName(system: string, event: string): EventName {
  const eventVersion = versionSuffix.exec(event)?.[1] ?? null;
  const bare = eventVersion === null ? event : event.slice(0, -eventVersion.length - 1);
  const name = names.get(system)?.get(bare);
  if (name !== undefined) return { ...name, eventVersion };
  if (event.includes('*')) {
    throw new SourceError(
      'unknown-event',
      `The callback names the pattern ${quoted(event)} instead of the event that happened, so nobody can say what it is. Create one hook per event.`,
    );
  }
  throw new SourceError(
    'unknown-event',
    names.has(system)
      ? `There are no words for the event ${quoted(event)} of the Autodesk system ${quoted(system)}.`
      : `There are no words for the Autodesk system ${quoted(system)} (event ${quoted(event)}).`,
  );
}

/** `moved.out` is one verb, so that a subscription to `document.version.moved` and one to `….moved-out` are apart. */
function each(theirs: string, ours: string, verbs: readonly string[], about?: Subject): Words {
  return verbs.map((verb) => {
    const pair = [`${theirs}.${verb}`, `${ours}.${verb.replace('.', '-')}`] as const;
    return about === undefined ? pair : ([...pair, about] as const);
  });
}
