import { eventually } from '@etis/testing';
import { expect, it } from 'vitest';
import { joinWires } from './wires.ts';

it('carries texts in their order, both ways, and never in the same turn', async () => {
  const [one, other] = joinWires();
  const heard: string[] = [];
  const answers: string[] = [];
  one.onMessage((text) => answers.push(text));
  for (const text of ['a', 'b', 'c']) one.send(text);
  expect(one.buffered()).toBe(3);
  other.onMessage((text) => {
    heard.push(text);
    other.send(text.toUpperCase());
  });
  expect(heard).toEqual([]);
  await eventually(() => answers.length === 3);
  expect([heard, answers, one.buffered()]).toEqual([['a', 'b', 'c'], ['A', 'B', 'C'], 0]);
});

it('ends at both ends, once, after what was sent before, and takes nothing more', async () => {
  const [one, other] = joinWires();
  const heard: string[] = [];
  const ends: string[] = [];
  other.onMessage((text) => heard.push(text));
  one.onClose((reason) => ends.push(`one: ${reason}`));
  other.onClose((reason) => ends.push(`other: ${reason}`));
  one.send('last words');
  one.close('done');
  one.close('again');
  one.send('too late');
  await eventually(() => ends.length === 2);
  other.send('too late as well');
  expect([heard, ends]).toEqual([['last words'], ['one: done', 'other: done']]);
});

it('tells whoever listens late that it is over', async () => {
  const [one, other] = joinWires();
  one.close('gone');
  const ends: string[] = [];
  await eventually(() => {
    other.onClose((reason) => ends.push(reason));
    return ends.length > 0;
  });
  expect(ends[0]).toBe('gone');
});
