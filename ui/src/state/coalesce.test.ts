import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { coalesce } from './coalesce';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a burst of events leads to one reading now and one after', async () => {
  const finish: (() => void)[] = [];
  const read = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
  const refresh = coalesce(read, 150);

  void refresh();
  for (let i = 0; i < 20; i += 1) void refresh();
  expect(read).toHaveBeenCalledTimes(1);

  finish[0]?.();
  await vi.advanceTimersByTimeAsync(149);
  expect(read).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(read).toHaveBeenCalledTimes(2);
  finish[1]?.();
  await vi.advanceTimersByTimeAsync(1000);
  expect(read).toHaveBeenCalledTimes(2);
});

it('a call resolves only after a reading that began later than the call', async () => {
  let value = 0;
  let shown = -1;
  const refresh = coalesce(async () => {
    const read = value;
    await new Promise((resolve) => setTimeout(resolve, 50));
    shown = read;
  }, 10);

  void refresh();
  value = 1;
  const second = refresh();
  await vi.advanceTimersByTimeAsync(200);
  await second;
  expect(shown).toBe(1);
});

it('a reading that failed does not stop the next one', async () => {
  const read = vi.fn(async () => Promise.reject(new Error('gone')));
  const refresh = coalesce(read, 10);
  await expect(refresh()).rejects.toThrow('gone');
  await expect(refresh()).rejects.toThrow('gone');
  expect(read).toHaveBeenCalledTimes(2);
});
