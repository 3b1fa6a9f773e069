import { describe, expect, it } from 'vitest';
import type { ActivityView, AffinityView, AttemptView, Outcome, WhyView } from '../../api/types';
import { at, hours, requestOf, START, whyFor } from '../../dev/samples';
import { routeOf, whyOf, whySentences } from './why';

const told = (request: ActivityView) => whySentences(request, START);
const record = (rest: Partial<ActivityView>, why?: Partial<WhyView>) => requestOf(1, 0, { ...rest, ...(why ? { why: whyFor(why) } : {}) });
const tried = (account: string, outcome: Outcome): AttemptView => ({ account, class: outcome, status: 429, ms: 300, delivery: 'answered' });

describe('the story of a request', () => {
  it('that stayed is one sentence', () => {
    const request = record({}, { strategy: 'round_robin', affinity: { kind: 'kept', from: null, reason: null, cached_tokens_lost: null } });
    expect(told(request)).toEqual(['The conversation stayed on codex-pro-1.']);
  });

  it('names the strategy that placed it', () => {
    const affinity = (kind: 'new' | 'none'): AffinityView => ({ kind, from: null, reason: null, cached_tokens_lost: null });
    const fresh = record({ placement: 'strategy' }, { strategy: 'most_headroom', affinity: affinity('new') });
    expect(told(fresh)).toEqual(['A new conversation: the strategy “Most left first” chose codex-pro-1.']);
    const loose = record({ placement: 'strategy' }, { strategy: 'soonest_reset', affinity: affinity('none') });
    expect(told(loose)).toEqual(['The request names no conversation: the strategy “Soonest reset first” chose codex-pro-1.']);
  });

  it('tells whence it moved and why, once', () => {
    const attempts = [tried('codex-plus-3', 'usage_limit'), tried('codex-pro-2', 'success')];
    const affinity: AffinityView = { kind: 'moved', from: 'codex-plus-3', reason: 'usage_limit', cached_tokens_lost: 44_000 };
    expect(told(record({ account: 'codex-pro-2', attempts }, { strategy: 'round_robin', affinity }))).toEqual([
      'The conversation moved from codex-plus-3 to codex-pro-2.',
      'codex-plus-3 answered that its limit is reached.',
    ]);
  });

  it('tells what went wrong on the way to the account that answered', () => {
    const attempts = [tried('codex-plus-3', 'failure'), tried('codex-pro-2', 'success')];
    const candidates: WhyView['candidates'] = [{ account: 'codex-plus-3', placement: 'strategy' }];
    const request = record({ account: 'codex-pro-2', first_account: 'codex-plus-3', placement: 'strategy', attempts }, { strategy: 'round_robin', candidates });
    expect(told(request).slice(1)).toEqual(['The attempt on codex-plus-3 failed.', 'Then codex-pro-2 answered.']);
  });

  it('of a conversation that is bound says when it can go on', () => {
    const affinity: AffinityView = { kind: 'bound', from: 'codex-pro-2', reason: 'exhausted', cached_tokens_lost: null };
    const skipped: ActivityView['skipped'] = [{ account: 'codex-pro-2', reason: 'exhausted', until: at(hours(2)) }];
    const lines = told(record({ account: null, outcome: 'usage_limit', attempts: [], skipped }, { strategy: 'round_robin', affinity }));
    expect(lines.slice(0, 2)).toEqual(['Only codex-pro-2 can go on with this conversation, and it could not serve.', 'codex-pro-2 was exhausted.']);
    expect(lines[2]).toMatch(/^It can go on at about (16:30|4:30\sPM)\.$/);
    expect(lines).toHaveLength(3);
  });

  it('ends with what became of it', () => {
    expect(told(record({ outcome: 'abandoned' })).at(-1)).toBe('The tool went away before the end.');
    expect(told(record({ account: null, outcome: 'failure', attempts: [tried('codex-pro-2', 'failure')] })).at(-1)).toBe('No account could serve it.');
    const early = record({ account: null, first_account: null, placement: null, outcome: 'rejected', attempts: [] });
    expect(told(early)).toEqual(['It was refused before an account was chosen.']);
  });

  it('shows a reason that nobody translated by its own name', () => {
    const affinity: AffinityView = { kind: 'moved', from: 'codex-plus-3', reason: 'weather' as string as AffinityView['reason'], cached_tokens_lost: null };
    expect(told(record({}, { affinity }))[1]).toBe('Reason: weather.');
  });
});

describe('a record of an earlier version', () => {
  it('is told by its placement, and by nothing that it does not hold', () => {
    expect(told(record({}))).toEqual(['The conversation lives on this account.']);
    expect(told(record({ placement: 'strategy' }))).toEqual(['The pool’s strategy chose it.']);
    expect(told(record({ placement: null }))).toEqual([]);
  });

  it('reads as one whose reasons are empty, however few of them are there', () => {
    expect(whyOf(record({})).candidates).toEqual([]);
    const bare = { ...record({}), why: { affinity: {} } } as unknown as ActivityView;
    expect(whyOf(bare).affinity.kind).toBe('none');
    expect(told(bare)).toEqual(told(record({})));
  });
});

it('the way of a request leads from the account it left to the one that answered', () => {
  const affinity: AffinityView = { kind: 'moved', from: 'codex-plus-3', reason: 'exhausted', cached_tokens_lost: null };
  expect(routeOf(record({}, { affinity }))).toEqual({ from: 'codex-plus-3', to: 'codex-pro-1' });
  expect(routeOf(record({ first_account: 'codex-pro-2' }))).toEqual({ from: 'codex-pro-2', to: 'codex-pro-1' });
  expect(routeOf(record({}))).toEqual({ from: null, to: 'codex-pro-1' });
  expect(routeOf(record({ account: null, first_account: 'codex-pro-2' }))).toEqual({ from: 'codex-pro-2', to: null });
});
