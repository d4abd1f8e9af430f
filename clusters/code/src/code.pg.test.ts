import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acme, bolt, type CodeStand, createCodeStand, workflow } from '../fixtures/code-stand.ts';

let stand: CodeStand;
beforeAll(async () => {
  stand = await createCodeStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

const set = (definition: string, more = {}) => stand.host.call(acme, 'workflows.set', { definition, ...more });
const start = (input: unknown = {}) => stand.host.call(acme, 'runs.start', { workflow: 'wf', input });
const get = (id: string) => stand.host.call(acme, 'runs.get', { id });
const ran = async (tasks: string, input: unknown = {}) => {
  await set(workflow(tasks));
  return get((await start(input)).id);
};
const runs = async () => (await stand.host.call(acme, 'runs.list', {})).items;
const ok = (body: unknown) => ({ result: { status: 200, headers: {}, body } });
const http = (name: string, more = '') =>
  `- ${name}:\n    call: http\n    with: { method: GET, endpoint: 'https://example.com/${name}' }\n${more}`;

describe('constructs that need nobody else', () => {
  it('set shapes by JSONata, with what came before as its input', async () => {
    const run = await ran("- one: { set: { total: '${ $sum(items.price) }', who: ada } }\n- two: { set: { twice: '${ total * 2 }' } }", {
      items: [{ price: 1.5 }, { price: 2 }],
    });
    expect(run).toMatchObject({ state: 'completed', output: { twice: 7 }, version: 1, trigger: 'call' });
    expect(run.steps.map(({ key, state }) => [key, state])).toEqual([
      ['/do', 'done'],
      ['/do/one', 'done'],
      ['/do/two', 'done'],
    ]);
  });

  it.each([
    [{ size: 20 }, 'large'],
    [{ size: 5 }, 'small'],
  ])('switch decides by CEL: %j is %s', async (input, word) => {
    const cases = "- pick:\n    switch:\n      - big: { when: '${ input.size > 10 }', then: large }\n      - other: { then: small }";
    const run = await ran(`${cases}\n- large: { set: { is: large }, then: end }\n- small: { set: { is: small }, then: end }`, input);
    expect(run.output).toEqual({ is: word });
  });

  it('if skips, for loops with item and index, while ends it', async () => {
    const skip = "- skip: { if: 'input.go == true', set: { wrong: true } }";
    const loop =
      "- loop:\n    for: { each: n, in: '${ numbers }', at: i }\n    while: vars.n < 4\n    do:\n      - add: { set: { numbers: '${ numbers }', sum: '${ (sum ? sum : 0) + $n * ($i + 1) }' } }";
    const run = await ran(`${skip}\n${loop}`, { go: false, numbers: [1, 2, 4, 8] });
    expect(run.output).toMatchObject({ sum: 5 });
    expect(run.steps.map(({ key, state }) => `${key} ${state}`)).toContain('/do/skip skipped');
  });

  it('export gives the context that later steps see; input and output shape what goes in and comes out', async () => {
    const input = "input: { from: '${ a }' }, set: { b: '${ c }' }, output: { as: { inside: '${ b }' } }";
    const run = await ran(
      `- first: { ${input}, export: { as: { kept: '\${ inside }' } } }\n- second: { if: context.kept == 3, set: { seen: '\${ $context.kept }' } }`,
      { a: { c: 3 } },
    );
    expect(run.output).toEqual({ seen: 3 });
  });

  it('raise fails the run with its error, and an expression that cannot be evaluated with one of its own', async () => {
    const raised = await ran("- no: { raise: { error: { type: 'https://example.com/no', status: 418, title: No, detail: '${ why }' } } }", {
      why: 'tea',
    });
    expect(raised).toMatchObject({
      state: 'failed',
      failedStep: '/do/no',
      error: { status: 418, title: 'No', detail: 'tea', instance: '/do/no' },
    });
    const failed = await ran('- bad: { set: { x: \'${ $number("a") }\' } }');
    expect(failed).toMatchObject({ state: 'failed', error: { type: expect.stringMatching(/\/expression$/), instance: '/do/bad' } });
  });

  it('then jumps back, and a loop without an end is ended by the limit of steps', async () => {
    const run = await ran("- again: { set: { n: '${ n + 1 }' } }\n- more: { switch: [ { on: { when: input.n < 3, then: again } } ] }", {
      n: 0,
    });
    expect(run.output).toEqual({ n: 3 });
    const endless = await ran('- again: { set: { n: 1 }, then: again }');
    expect(endless).toMatchObject({ state: 'failed', error: { type: expect.stringMatching(/\/limit$/) } });
    expect(endless.steps).toHaveLength(1_000);
  });

  it('emit sends an event in the flow of the run', async () => {
    await ran(
      "- tell: { emit: { event: { with: { source: 'https://example.com/wf', type: code.event.told, subject: '${ s }', data: { n: 1 } } } } }",
      { s: 'x' },
    );
    const { events } = await stand.asked();
    expect(events.map(({ type }) => type)).toEqual(['code.run.started', 'code.event.told', 'code.run.completed']);
    expect(events[1]).toMatchObject({ subject: 'x', data: { n: 1 } });
    expect(new Set(events.map(({ flow }) => flow)).size).toBe(1);
  });
});

describe('constructs that wait', () => {
  it('call http asks once, and goes on by the report', async () => {
    const { id } = await ran(
      "- post:\n    call: http\n    with: { method: post, endpoint: 'https://example.com/x', headers: { a: b }, query: { q: '${ q }' }, body: { n: 1 } }",
      { q: 'a b' },
    );
    const [job, ...others] = (await stand.asked()).jobs;
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      kind: 'http',
      payload: {
        method: 'POST',
        url: 'https://example.com/x?q=a+b',
        headers: { a: 'b' },
        body: { n: 1 },
        idempotencyKey: expect.stringMatching(/^[0-9a-f]{40}$/),
      },
      reportTo: 'code',
    });
    await stand.answerAll(() => ok({ fine: true }));
    expect(await get(id)).toMatchObject({ state: 'completed', output: { fine: true } });
  });

  it('a report that comes twice changes nothing, and neither does one of a job that nobody asked for', async () => {
    const { id } = await ran(`${http('one')}${http('two')}`);
    const [job] = (await stand.asked()).jobs;
    if (job === undefined) throw new Error('no job');
    await stand.handle(
      stand.report(job, ok(1)),
      stand.report(job, ok(2)),
      stand.report({ ...job, id: '019aaf00-0000-7000-8000-ffffffffffff' }, ok(3)),
    );
    expect((await stand.asked()).jobs).toHaveLength(2);
    await stand.answerAll(() => ok('end'));
    expect(await get(id)).toMatchObject({ state: 'completed', output: 'end' });
  });

  it('an answer that is no success is an error, which try catches by its status', async () => {
    const catches = '    catch: { errors: { with: { status: 404 } }, as: e, do: [ { mend: { set: { was: "${ $e.status }" } } } ] }';
    const { id } = await ran(
      `- attempt:\n    try:\n      - one: { call: http, with: { method: GET, endpoint: 'https://example.com/one' } }\n${catches}`,
    );
    await stand.answerAll(() => ({ result: { status: 404, headers: {}, body: null } }));
    expect(await get(id)).toMatchObject({ state: 'completed', output: { was: 404 } });
  });

  it('retry waits longer each time, asks under another idempotency key, and gives up at the limit', async () => {
    const retry = 'retry: { delay: { seconds: 2 }, backoff: { exponential: {} }, limit: { attempt: { count: 3 } } }';
    const { id } = await ran(
      `- attempt:\n    try:\n      - one: { call: http, with: { method: GET, endpoint: 'https://example.com/one' } }\n    catch: { ${retry} }\n- after: { set: { gave: up } }`,
    );
    const jobs = await stand.answerAll((job) => (job.kind === 'timer' ? {} : { result: { failure: 'refused' } }));
    expect(jobs.map(({ kind }) => kind)).toEqual(['http', 'timer', 'http', 'timer', 'http']);
    const delays = jobs.flatMap(({ runAt }) => (runAt === undefined ? [] : [Date.parse(runAt) - stand.clock.at]));
    expect(delays).toEqual([2_000, 4_000]);
    expect(new Set(jobs.map(({ payload }) => payload.idempotencyKey)).size).toBe(4);
    expect(await get(id)).toMatchObject({ state: 'completed', output: { gave: 'up' } });
  });

  it('wait is a timer', async () => {
    const { id } = await ran('- pause: { wait: PT1M30S }\n- done: { set: { ok: 1 } }');
    const [job] = (await stand.asked()).jobs;
    expect(job).toMatchObject({ kind: 'timer', runAt: new Date(stand.clock.at + 90_000).toISOString() });
    await stand.answerAll(() => ({}));
    expect(await get(id)).toMatchObject({ state: 'completed', output: { ok: 1 } });
  });

  it('fork waits for all branches and gives their outputs in order', async () => {
    const { id } = await ran(
      `- split:\n    fork:\n      branches:\n        - a: { call: http, with: { method: GET, endpoint: 'https://example.com/a' } }\n        - b: { set: { b: 1 } }\n        - c: { call: http, with: { method: GET, endpoint: 'https://example.com/c' } }`,
    );
    const { jobs } = await stand.asked();
    expect(jobs).toHaveLength(2);
    for (const job of jobs.toReversed()) await stand.handle(stand.report(job, ok(String(job.payload.url).at(-1))));
    expect(await get(id)).toMatchObject({ state: 'completed', output: ['a', { b: 1 }, 'c'] });
  });

  it('branches that compete: the first that comes to its end wins, and the others are cancelled', async () => {
    const { id } = await ran(
      `- race:\n    fork:\n      compete: true\n      branches:\n        - slow: { wait: { minutes: 1 } }\n        - fast: { call: http, with: { method: GET, endpoint: 'https://example.com/f' } }`,
    );
    const job = (await stand.asked()).jobs.find(({ kind }) => kind === 'http');
    if (job === undefined) throw new Error('no job');
    await stand.handle(stand.report(job, ok('won')));
    const run = await get(id);
    expect(run).toMatchObject({ state: 'completed', output: 'won' });
    expect(run.steps.find(({ name }) => name === 'slow')?.state).toBe('cancelled');
    await stand.answerAll(() => ({}));
    expect((await get(id)).output).toBe('won');
  });

  it('a timeout ends a step that takes too long, and what it had begun', async () => {
    const { id } = await ran(
      `- slow:\n    timeout: { after: { seconds: 5 } }\n    do:\n      - one: { call: http, with: { method: GET, endpoint: 'https://example.com/one' } }`,
    );
    const timer = (await stand.asked()).jobs.find(({ kind }) => kind === 'timer');
    if (timer === undefined) throw new Error('no timer');
    await stand.handle(stand.report(timer));
    const run = await get(id);
    expect(run).toMatchObject({ state: 'failed', failedStep: '/do/slow', error: { status: 408 } });
    expect(run.steps.find(({ name }) => name === 'one')?.state).toBe('cancelled');
  });

  it('run script hands code and arguments to a job; its failure is an error', async () => {
    const script = "- calc: { run: { script: { language: javascript, code: 'n * 2', arguments: { n: '${ n }' } } } }";
    const { id } = await ran(script, { n: 21 });
    expect((await stand.asked()).jobs[0]).toMatchObject({ kind: 'script', payload: { code: 'n * 2', arguments: { n: 21 } } });
    await stand.answerAll(() => ({ result: { value: 42 } }));
    expect((await get(id)).output).toBe(42);
    await stand.clear();
    const other = await ran(script, { n: 1 });
    await stand.answerAll(() => ({ result: { error: 'it took too long' } }));
    expect(await get(other.id)).toMatchObject({ state: 'failed', error: { detail: 'it took too long' } });
  });

  it('listen hears one, any or all events that are correlated with the run', async () => {
    const mine = "with: { type: order.paid, data: '${ event.data.order == input.order }' }";
    const { id } = await ran(`- both:\n    listen: { to: { all: [ { ${mine} }, { with: { type: 'order.sent.*' } } ] } }`, { order: 7 });
    await stand.handle(stand.event({ type: 'order.paid', data: { order: 8 } }), stand.event({ type: 'order.paid', data: {} }));
    await stand.handle(
      stand.event({ type: 'order.sent.today', data: { at: 1 } }),
      stand.event({ type: 'order.sent.again', data: { at: 2 } }),
    );
    expect((await get(id)).state).toBe('running');
    await stand.handle(stand.event({ type: 'order.paid', data: { order: 7 } }));
    expect(await get(id)).toMatchObject({ state: 'completed', output: [{ order: 7 }, { at: 1 }] });
    expect(await stand.rows('select 1 from listener')).toEqual([]);
  });

  it('ask asks a person through Nudge and goes on by the answer', async () => {
    const { id } = await ran(
      "- person: { call: ask, with: { channel: whatsapp, number: '1065', to: '49151', text: 'Release ${x}?' } }\n- after: { set: { said: '${ text }' } }",
    );
    const asked = (await stand.asked()).events.find(({ type }) => type === 'code.question.asked');
    expect(asked?.data).toMatchObject({ run: id, channel: 'whatsapp', number: '1065', to: '49151', text: 'Release ${x}?' });
    const answer = { question: asked?.data.question, text: 'Yes', from: '49151' };
    const elsewhere = stand.event({ type: 'nudge.question.answered', data: answer, tenant: 'bolt' });
    await stand.handle(elsewhere);
    expect((await get(id)).state).toBe('running');
    const event = stand.event({ type: 'nudge.question.answered', data: answer });
    await stand.handle(event, event);
    expect(await get(id)).toMatchObject({ state: 'completed', output: { said: 'Yes' } });
    expect(await stand.rows('select 1 from question')).toEqual([]);
  });
});

it('a question that cannot be asked is an error of its step', async () => {
  const { id } = await ran("- person: { call: ask, with: { channel: whatsapp, number: '1', to: '49151', text: Well } }");
  const asked = (await stand.asked()).events.find(({ type }) => type === 'code.question.asked');
  await stand.handle(stand.event({ type: 'nudge.question.refused', data: { question: asked?.data.question, reason: 'nobody' } }));
  expect(await get(id)).toMatchObject({ state: 'failed', failedStep: '/do/person', error: { detail: 'nobody' } });
});

describe('triggers', () => {
  const on = "{ on: { one: { with: { type: 'order.*', data: '${ event.data.total > 10 }' } } } }";

  it('an event that meets the condition begins a run, once; others and other tenants do not', async () => {
    await set(workflow('- keep: { set: { total: "${ total }" } }', { schedule: on }));
    const event = stand.event({ data: { total: 11 } });
    await stand.handle(
      event,
      event,
      stand.event({ data: { total: 9 } }),
      stand.event({ data: {} }),
      stand.event({ type: 'invoice.paid', data: { total: 99 } }),
    );
    await stand.handle(stand.event({ data: { total: 12 }, tenant: 'bolt' }));
    expect(await runs()).toMatchObject([{ workflow: 'wf', state: 'completed', trigger: 'event', flow: event.flow }]);
    expect((await stand.host.call(bolt, 'runs.list', {})).items).toEqual([]);
  });

  it('a disabled workflow begins nothing', async () => {
    await set(workflow('- keep: { set: { a: 1 } }', { schedule: on }), { enabled: false });
    await stand.handle(stand.event({ data: { total: 11 } }));
    expect(await runs()).toEqual([]);
    await expect(start()).rejects.toMatchObject({ code: 'CODE_WORKFLOW_DISABLED' });
    await stand.host.call(acme, 'workflows.switch', { id: 'wf', enabled: true });
    await stand.handle(stand.event({ data: { total: 11 } }));
    expect(await runs()).toHaveLength(1);
  });

  it('a timetable begins runs by timers, one after the other; one that was replaced begins none', async () => {
    await set(workflow('- keep: { set: { a: 1 } }', { schedule: "{ cron: '0 6 * * *' }" }));
    const [first] = (await stand.asked()).jobs;
    if (first === undefined) throw new Error('no timer');
    expect(first.runAt).toBe('2026-01-02T06:00:00.000Z');
    stand.clock.at = Date.parse('2026-01-02T06:00:01Z');
    await stand.handle(stand.report(first), stand.report(first));
    expect(await runs()).toMatchObject([{ trigger: 'schedule', state: 'completed' }]);
    const [, second] = (await stand.asked()).jobs;
    expect(second?.runAt).toBe('2026-01-03T06:00:00.000Z');
    await set(workflow('- keep: { set: { a: 1 } }', { schedule: '{ every: { hours: 1 } }' }));
    if (second !== undefined) await stand.handle(stand.report(second));
    expect(await runs()).toHaveLength(1);
  });
});

describe('versions, limits and orders', () => {
  it('a run stays on the version that it began with', async () => {
    const { id } = await ran(`${http('one')}- end: { set: { version: 1 } }`);
    expect(await set(workflow('- end: { set: { version: 2 } }'))).toMatchObject({ version: 2 });
    expect(await set(workflow('- end: { set: { version: 2 } }'))).toMatchObject({ version: 2 });
    await stand.answerAll(() => ok(null));
    expect(await get(id)).toMatchObject({ version: 1, output: { version: 1 } });
    expect(await get((await start()).id)).toMatchObject({ version: 2, output: { version: 2 } });
  });

  it('no more runs of a workflow go on than may; the others follow in order', async () => {
    await set(workflow(http('one')), { concurrent: 2 });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await start({ n })).id);
    const states = async () => Promise.all(ids.map(async (id) => (await get(id)).state));
    expect(await states()).toEqual(['running', 'running', 'queued', 'queued', 'queued']);
    const [first] = (await stand.asked()).jobs;
    if (first === undefined) throw new Error('no job');
    await stand.handle(stand.report(first, ok(1)));
    expect(await states()).toEqual(['completed', 'running', 'running', 'queued', 'queued']);
    await stand.answerAll(({ id }) => (id === first.id ? undefined : ok(1)));
    expect(new Set(await states())).toEqual(new Set(['completed']));
  });

  it('cancel ends a run for good', async () => {
    const { id } = await ran(http('one'));
    expect(await stand.host.call(acme, 'runs.cancel', { id })).toEqual({ cancelled: true });
    expect(await stand.host.call(acme, 'runs.cancel', { id })).toEqual({ cancelled: false });
    await stand.answerAll(() => ok(1));
    expect(await get(id)).toMatchObject({ state: 'cancelled', output: null });
    expect((await stand.asked()).events.map(({ type }) => type)).toEqual(['code.run.started', 'code.run.cancelled']);
    await expect(stand.host.call(bolt, 'runs.cancel', { id })).rejects.toMatchObject({ code: 'CODE_RUN_UNKNOWN' });
  });

  it('retry goes on from the step that failed, and does not repeat those before it', async () => {
    const { id } = await ran(`${http('one')}${http('two')}${http('three')}`);
    let fine = false;
    await stand.answerAll(({ payload }) =>
      String(payload.url).endsWith('two') && !fine ? { result: { status: 500, headers: {}, body: null } } : ok(payload.url),
    );
    expect(await get(id)).toMatchObject({ state: 'failed', failedStep: '/do/two' });
    fine = true;
    await stand.host.call(acme, 'runs.retry', { id });
    const jobs = await stand.answerAll(({ payload }) => ok(payload.url));
    expect(jobs.map(({ payload }) => String(payload.url).split('/').at(-1))).toEqual(['one', 'two', 'two', 'three']);
    expect(new Set(jobs.map(({ payload }) => payload.idempotencyKey)).size).toBe(4);
    expect(await get(id)).toMatchObject({ state: 'completed', output: 'https://example.com/three' });
  });

  it('what looks like a credential is masked in what people see', async () => {
    const run = await ran('- keep: { set: { token: abc, inner: [ { Authorization: x, name: y } ] } }', { password: 'p' });
    expect(run).toMatchObject({ input: { password: '***' }, output: { token: '***', inner: [{ Authorization: '***', name: 'y' }] } });
  });
});
