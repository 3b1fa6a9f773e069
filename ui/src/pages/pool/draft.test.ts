import { describe, expect, it } from 'vitest';
import { Problem } from '../../api/problem';
import { SCENES } from '../../dev/scenes';
import { changeOf, fieldOf, joinable, moved, rebase, sameDraft, withMember, withoutMember, type PoolDraft } from './draft';

const draft: PoolDraft = { strategy: 'round_robin', conversations: 'stay', members: ['b', 'c', 'd'] };

describe('members', () => {
  it('move by one place and stop at the ends', () => {
    expect(moved(draft, 'c', -1).members).toEqual(['c', 'b', 'd']);
    expect(moved(draft, 'c', 1).members).toEqual(['b', 'd', 'c']);
    expect(moved(draft, 'b', -1)).toBe(draft);
    expect(moved(draft, 'd', 1)).toBe(draft);
    expect(moved(draft, 'nobody', 1)).toBe(draft);
  });

  it('join once and leave without a trace', () => {
    expect(withMember(draft, 'e').members).toEqual(['b', 'c', 'd', 'e']);
    expect(withMember(draft, 'c')).toBe(draft);
    expect(sameDraft(withoutMember(withMember(draft, 'e'), 'e'), draft)).toBe(true);
  });

  it('can be accounts of no pool, or those just taken out', () => {
    const snapshot = SCENES.usual!();
    expect(joinable(snapshot, 'codex-pro-1', { ...draft, members: ['codex-pro-2'] })).toEqual([
      'codex-plus-3',
      'codex-team-4',
    ]);
  });
});

describe('a change from elsewhere', () => {
  const after: PoolDraft = { ...draft, strategy: 'priority_order', members: ['b'] };

  it('replaces an untouched draft', () => {
    expect(rebase(draft, draft, after)).toBe(after);
  });

  it('replaces a draft that differs in nothing but the place of its conversations', () => {
    const rotating: PoolDraft = { ...draft, conversations: 'rotate' };
    expect(sameDraft(draft, rotating)).toBe(false);
    expect(rebase(draft, draft, rotating)).toBe(rotating);
    expect(changeOf(rotating)).toEqual({ strategy: 'round_robin', conversations: 'rotate', extra_provider_names: ['b', 'c', 'd'] });
  });

  it('leaves a touched draft alone', () => {
    const touched = withoutMember(draft, 'b');
    expect(rebase(touched, draft, after)).toBe(touched);
  });
});

it('a refusal is shown where it belongs', () => {
  expect(fieldOf(new Problem(409, 'member_elsewhere', 'No.', 'c'), draft)).toBe('member:c');
  expect(fieldOf(new Problem(422, 'unknown_strategy', 'No.', null), draft)).toBe('strategy');
  expect(fieldOf(new Problem(503, 'store_unavailable', 'No.', 'owner'), draft)).toBe('pool');
  expect(fieldOf(new Error('cut off'), draft)).toBe('pool');
});
