import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { UsageBy, UsageView } from '../../api/types';
import { usageOf } from '../../dev/sample-usage';
import { SCENES } from '../../dev/scenes';
import { UsageReading } from './reading.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Calls that wait until they are answered or fail. */
function engine() {
  const calls: { by: UsageBy; days: number; answer: () => void; fail: () => void }[] = [];
  const usage = (by: UsageBy, days: number) =>
    new Promise<UsageView>((resolve, reject) => {
      const view = usageOf(SCENES.usual!(), new URLSearchParams({ by, days: String(days) }));
      calls.push({ by, days, answer: () => resolve(view), fail: () => reject(new Error('The disk is full.')) });
    });
  return { calls, reading: new UsageReading({ usage }) };
}
const settled = () => vi.advanceTimersByTimeAsync(0);

it('another question is asked at once, and the answer to the one before it is not shown', async () => {
  const { calls, reading } = engine();
  reading.ask('tool', 30);
  reading.ask('account', 7);
  expect(calls.map(({ by, days }) => [by, days])).toEqual([['tool', 30], ['account', 7]]);
  calls[1]?.answer();
  await settled();
  calls[0]?.answer();
  await settled();
  expect(reading.answer?.usage.by).toBe('account');
  expect(reading.answer?.question.days).toBe(7);
  expect(reading.busy).toBe(false);
});

it('the same question is asked again seldom, however many requests there are', async () => {
  const { calls, reading } = engine();
  for (let count = 0; count < 9; count += 1) reading.ask('tool', 30);
  expect(calls.length).toBe(2);
  for (const call of calls) call.answer();
  await settled();
  expect(calls.length).toBe(2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(calls.length).toBe(3);
});

it('a failure keeps the sums of the same question, takes away those of another, and can be asked again', async () => {
  const { calls, reading } = engine();
  reading.ask('tool', 30);
  calls[0]?.answer();
  await settled();
  reading.ask('tool', 30);
  calls[1]?.fail();
  await settled();
  expect([reading.problem, reading.answer?.usage.by]).toEqual(['The disk is full.', 'tool']);

  reading.ask('model', 30);
  calls[2]?.fail();
  await settled();
  expect([reading.problem, reading.answer, reading.busy]).toEqual(['The disk is full.', null, false]);

  reading.retry();
  expect([reading.problem, reading.busy]).toEqual([null, true]);
  calls[3]?.answer();
  await settled();
  expect([reading.problem, reading.answer?.usage.by]).toEqual([null, 'model']);
});
