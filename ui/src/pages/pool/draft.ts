// Changes to a pool that are not saved yet; pure functions from one draft to the next.
import { Problem } from '../../api/problem';
import type { Conversations, PoolChange, PoolView, Snapshot, Strategy } from '../../api/types';

export interface PoolDraft {
  strategy: Strategy;
  conversations: Conversations;
  members: readonly string[];
}

/** A pool that is not there yet. */
export function freshPool(owner: string): PoolView {
  return {
    owner,
    strategy: 'primary_first',
    conversations: 'stay',
    extra_provider_names: [],
    last_account: null,
    last_used_at: null,
    level_percent: null,
    serving: false,
    runway: { outlook: 'silent' },
    moves: { count: 0, cached_tokens_lost: 0, maybe_billed_twice: 0 },
    until: null,
  };
}

export function draftOf(pool: PoolView): PoolDraft {
  return { strategy: pool.strategy, conversations: pool.conversations, members: pool.extra_provider_names };
}

/** What is sent when the draft is saved. */
export function changeOf(draft: PoolDraft): PoolChange {
  return { strategy: draft.strategy, conversations: draft.conversations, extra_provider_names: [...draft.members] };
}

export function sameDraft(a: PoolDraft, b: PoolDraft): boolean {
  return a.strategy === b.strategy && a.conversations === b.conversations && a.members.join('\n') === b.members.join('\n');
}

/** A change from elsewhere replaces the draft only while nobody has touched it. */
export function rebase(draft: PoolDraft, before: PoolDraft, after: PoolDraft): PoolDraft {
  return sameDraft(draft, before) ? after : draft;
}

export function withMember(draft: PoolDraft, name: string): PoolDraft {
  return draft.members.includes(name) ? draft : { ...draft, members: [...draft.members, name] };
}

export function withoutMember(draft: PoolDraft, name: string): PoolDraft {
  return { ...draft, members: draft.members.filter((member) => member !== name) };
}

/** Moves a member `by` places; past either end nothing changes. */
export function moved(draft: PoolDraft, name: string, by: -1 | 1): PoolDraft {
  const from = draft.members.indexOf(name);
  const to = from + by;
  if (from < 0 || to < 0 || to >= draft.members.length) return draft;
  const members = draft.members.filter((member) => member !== name);
  members.splice(to, 0, name);
  return { ...draft, members };
}

/** Accounts that could join: in no pool, and not in the draft. */
export function joinable(snapshot: Snapshot, owner: string, draft: PoolDraft): string[] {
  const free = snapshot.accounts.filter((account) => account.role === 'single' || account.pool === owner);
  return free.map((account) => account.name).filter((name) => name !== owner && !draft.members.includes(name));
}

/** Which part of the editor a refusal belongs to: a member's line, the strategy, or the whole. */
export function fieldOf(problem: unknown, draft: PoolDraft): string {
  if (!(problem instanceof Problem)) return 'pool';
  if (problem.subject !== null && draft.members.includes(problem.subject)) return `member:${problem.subject}`;
  return problem.subject === 'strategy' || problem.code.includes('strategy') ? 'strategy' : 'pool';
}
