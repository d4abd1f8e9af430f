import type { PlatformEvent } from '@etis/runtime/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTemplates } from './templates.ts';

const templates = createTemplates();
const event = (data: unknown = { name: 'Plan <A> & "B"' }): PlatformEvent => ({
  specversion: '1.0',
  id: '019aaf00-0000-7000-8000-000000000001',
  source: '/test',
  type: 'document.version.added',
  subject: 'urn:x',
  time: '2026-01-02T23:04:05.000Z',
  data,
  tenant: 'acme',
  project: 'tower',
  region: 'eu',
  traceparent: '00-1-1-01',
  flow: 'secret-flow',
  cause: null,
  hop: 0,
});
const render = (template: string, data?: unknown) => templates.render('body', template, event(data));
const refused = expect.objectContaining({ code: 'NUDGE_TEMPLATE_INVALID', kind: 'invalid' });

describe('a template', () => {
  it.each([
    ['{{event.data.name}}', 'Plan <A> & "B"'],
    ['{{ event.type }} in {{ event.project }}', 'document.version.added in tower'],
    ['[{{ event.data.nothing.at.all }}]', '[]'],
    ['{% if event.data.name contains "A" %}yes{% endif %}', 'yes'],
    ['{{ event.time | date: "%d.%m.%Y %H:%M" }}', '02.01.2026 23:04'],
    ['{{ event.data.missing | default: "someone" }}', 'someone'],
    ['{{ event.data }}', '{"name":"Plan <A> & \\"B\\""}'],
    ['no placeholder', 'no placeholder'],
  ])('%j becomes %j', (template, text) => expect(render(template)).toBe(text));

  it.each(['flow', 'traceparent', 'tenant', 'hop', 'constructor', '__proto__', 'toString'])('does not see event.%s', (name) => {
    expect(render(`[{{ event.${name} }}]`)).toBe('[]');
  });

  it.each([
    '{{ event.data.name',
    '{% if %}',
    '{% if a %}',
    '{% endif %}',
    '{% nope %}',
    '{{ a | nope }}',
    '{{ a | raw }}',
    "{% include '/etc/passwd' %}",
    "{% render 'other' %}",
    "{% layout 'other' %}",
    '{% block x %}{% endblock %}',
    'x'.repeat(10_001),
    '{% if a %}'.repeat(1_000),
  ])('is refused when it is set: %j', (template) => {
    expect(() => templates.check('subject', template)).toThrow(refused);
    expect(() => templates.check('subject', template)).toThrow(/^The subject is not a template that can be rendered: .+/);
  });

  it.each([
    ['endless loops', '{% for i in (1..100000) %}{% for j in (1..100000) %}{% assign x = j %}{% endfor %}{% endfor %}'],
    ['huge ranges', '{% for i in (1..1000000000) %}x{% endfor %}'],
    ['strings that double', "{% assign a = 'x' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}{{ a }}"],
    ['padding without end', "{{ event.time | date: '%999999999Y' }}"],
    ['a value put out a thousand times', '{% for i in (1..1000) %}{{ event.data.long }}{% endfor %}'],
    ['text put out a thousand times', `{% for i in (1..1000) %}${'x'.repeat(900)}{% endfor %}`],
    ['a value that is too long', '{{ event.data.long }}{{ event.data.long }}'],
  ])('stops soon at %s', (_, template) => {
    templates.check('body', template);
    const started = performance.now();
    expect(() => render(template, { long: 'y'.repeat(150_000) })).toThrow(refused);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it.each([
    ['no names to call', JSON.parse('{"toString":1,"valueOf":2,"then":3,"toLiquid":4,"size":5,"__proto__":6}')],
    ['a template of its own', '{{ event.id }}{% include "x" %}'],
    ['null', null],
    ['deep nesting', JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`)],
  ])('takes data that holds %s', (_, data) => {
    expect(typeof render('{{ event.data }}|{{ event.data.name }}|{{ event.data | size }}', data)).toBe('string');
  });

  it('does not render what data brings', () => {
    expect(render('{{ event.data }}', '{{ event.id }}')).toBe('{{ event.id }}');
  });

  it('renders or refuses, whatever the template and the data', () => {
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      'if',
      'for i in',
      'event.data',
      '|',
      'date:',
      "'",
      '"',
      '(1..9)',
      'endfor',
      ' ',
      '.',
      '[',
      ']',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), fc.jsonValue(), (parts, data) => {
        try {
          expect(typeof render(parts.join(' '), data)).toBe('string');
        } catch (error) {
          expect(error).toEqual(refused);
        }
      }),
      { numRuns: 500 },
    );
  });
});
