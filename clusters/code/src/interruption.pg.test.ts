import type { PlatformEvent } from '@etis/runtime/sdk';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AskedJob, acme, type CodeStand, createCodeStand, workflow } from '../fixtures/code-stand.ts';

let stand: CodeStand;
beforeAll(async () => {
  stand = await createCodeStand();
});
afterAll(() => stand.drop());

const call = (name: string) => `{ call: http, with: { method: POST, endpoint: 'https://example.com/${name}', body: { n: '\${ n }' } } }`;
const retry =
  'catch: { retry: { delay: { seconds: 1 }, limit: { attempt: { count: 2 } } }, do: [ { gone: { set: { gone: true, n: 0 } } } ] }';
const tasks = [
  `- loop:\n    for: { each: item, in: '\${ items }' }\n    do:\n      - each: ${call('each')}`,
  `- split:\n    fork:\n      branches:\n        - left: ${call('left')}\n        - right: { do: [ { pause: { wait: PT1S } }, { after: ${call('right')} } ] }`,
  `- attempt:\n    try:\n      - flaky: ${call('flaky')}\n    ${retry}`,
  '- tell: { emit: { event: { with: { source: "https://example.com/wf", type: code.event.told } } } }',
].join('\n');

/** What is answered depends on what was asked alone, so that two runs can differ only by how they were interrupted. */
function answerTo(job: AskedJob): { result: unknown } {
  const failing = String(job.payload.url).endsWith('flaky');
  return { result: { status: failing ? 500 : 200, headers: {}, body: { n: String(job.payload.url).length } } };
}

/** Makes the next statement that writes into a table fail, as a process that dies there would. */
async function interruptAt(table: string): Promise<() => Promise<unknown>> {
  await stand.rows(
    `create or replace function interrupted() returns trigger language plpgsql as $$ begin raise exception 'interrupted'; end $$`,
  );
  await stand.rows(`create trigger interrupting before insert or update on ${table} for each statement execute function interrupted()`);
  return () => stand.rows(`drop trigger interrupting on ${table}`);
}

interface Told {
  readonly steps: readonly unknown[];
  readonly jobs: readonly unknown[];
  readonly events: readonly unknown[];
}

/** Runs the workflow to its end; before each delivery it is interrupted where the plan says so, and some deliveries come twice. */
async function ran(plan: readonly { table: string | null; twice: boolean }[]): Promise<Told> {
  await stand.clear();
  await stand.host.call(acme, 'workflows.set', {
    definition: workflow(tasks, { schedule: '{ on: { one: { with: { type: order.placed } } } }' }),
  });
  const answered = new Set<string>();
  let waiting: PlatformEvent[] = [stand.event({ data: { n: 1, items: [1, 2] } })];
  for (let turn = 0; waiting.length > 0; turn += 1) {
    for (const event of waiting) {
      const { table, twice } = plan[turn % plan.length] ?? { table: null, twice: false };
      if (table !== null) {
        const mend = await interruptAt(table);
        // Where nothing is written to that table the delivery is kept, and the next one is a redelivery.
        await stand.handle(event).catch((error: unknown) => expect(String(error)).toContain('interrupted'));
        await mend();
      }
      await stand.handle(event);
      if (twice) await stand.handle(event);
    }
    const open = (await stand.asked()).jobs.filter(({ id }) => !answered.has(id));
    for (const { id } of open) answered.add(id);
    waiting = open.map((job) => stand.report(job, answerTo(job)));
  }
  const steps = await stand.rows('select key, number, state, attempt, input, output, error, next from step order by number');
  const { jobs, events } = await stand.asked();
  return {
    steps,
    jobs: jobs.map(({ kind, payload }) => ({ kind, payload })),
    events: events.map(({ type, data }) => ({ type, data })),
  };
}

const table = fc.constantFrom(null, 'run', 'step', 'outbox', 'lane_mark');

it('ends in the same journal and asks for the same, wherever it was interrupted and whatever came twice', {
  timeout: 120_000,
}, async () => {
  const whole = await ran([]);
  expect(whole.steps.at(-1)).toMatchObject({ key: '/do/tell', state: 'done' });
  expect(whole.jobs.map((job) => (job as AskedJob).kind)).toEqual(['http', 'http', 'http', 'timer', 'http', 'http', 'timer', 'http']);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ table, twice: fc.boolean() }), { minLength: 1, maxLength: 8 }), async (plan) => {
      expect(await ran(plan)).toEqual(whole);
    }),
    { numRuns: 15 },
  );
});
