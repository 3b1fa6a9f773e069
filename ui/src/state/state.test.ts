import { describe, expect, it } from 'vitest';
import type { SignInView, Snapshot } from '../api/types';
import { at, minutes, uuid } from '../dev/samples';
import { SCENES } from '../dev/scenes';
import { skew } from './engine.svelte';
import { newest, pendingOf } from './sign-in.svelte';

const waiting: SignInView = {
  id: uuid(1),
  account: null,
  method: 'browser',
  state: 'waiting',
  authorize_url: 'https://example.com',
  user_code: null,
  callback: 'automatic',
  browser: 'opened',
  message: null,
  result: null,
  expires_at: at(minutes(5)),
};
const holding = (...sign_ins: SignInView[]): Snapshot => ({ ...SCENES.usual!(), sign_ins });

describe('the engine’s clock', () => {
  it('is followed where it differs, and not where reading took its time', () => {
    const now = Date.parse('2026-11-22T14:30:00Z');
    expect(skew('2026-11-22T14:30:01.5Z', now)).toBe(0);
    expect(skew('2026-11-22T15:30:00Z', now)).toBe(3_600_000);
    expect(skew('nonsense', now)).toBe(0);
  });
});

describe('a sign-in', () => {
  it('follows the snapshot', () => {
    const done: SignInView = { ...waiting, state: 'done', result: 'codex-1' };
    expect(newest(waiting, holding(done), false)).toBe(done);
  });

  it('stays as it ended when the snapshot forgets it or runs behind', () => {
    const done: SignInView = { ...waiting, state: 'done', result: 'codex-1' };
    expect(newest(done, holding(), true)).toBe(done);
    expect(newest(done, holding(waiting), true)).toBe(done);
  });

  it('has ended where the engine knew it and knows it no more, and not before it was known', () => {
    expect(newest(waiting, holding(), false)).toBe(waiting);
    expect(newest(waiting, null, true)).toBe(waiting);
    expect(newest(waiting, holding(), true)).toEqual({ ...waiting, state: 'failed', message: null });
  });

  it('is pending until it ends', () => {
    const late: SignInView = { ...waiting, id: uuid(2), state: 'timed_out' };
    expect(pendingOf(holding(waiting, late))).toEqual([waiting]);
  });
});
