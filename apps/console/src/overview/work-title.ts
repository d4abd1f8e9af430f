import type { Plane } from '../shell/planes.ts';

const known: Readonly<Record<string, readonly [string, Plane]>> = {
  http: ['HTTP requests', 'edge'],
  accept: ['Deliveries accepted', 'ingestion'],
  inbox: ['Inbox', 'ingestion'],
  route: ['Batches routed', 'spine'],
};

/** What people call a kind of work, or a queue, and the plane that it belongs to. `named` turns an id into a name. */
export function workTitle(work: string, named: (id: string) => string): { readonly title: string; readonly plane: Plane } {
  const [group = '', of = ''] = work.split('/');
  const one = known[work];
  if (one !== undefined) return { title: one[0], plane: one[1] };
  if (group === 'handler') return { title: `Batches handled by ${named(of)}`, plane: 'clusters' };
  if (group === 'lane') return { title: `Lanes to ${named(of)}`, plane: 'spine' };
  if (group === 'job') return { title: `${named(of)} jobs`, plane: 'workers' };
  return { title: named(work), plane: 'spine' };
}
