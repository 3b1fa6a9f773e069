// Situations of quota and routing, each a change to the usual scene.
import type { AccountView, Snapshot, WindowView } from '../api/types';
import { at, days, dryIn, hours, inOrder, minutes, requestOf, tryOn, usualAccounts, whyFor, windowOf } from './samples';

type Change = (snapshot: Snapshot) => Snapshot;

const editing = (name: string, part: Partial<AccountView>): Change => (snapshot) => ({
  ...snapshot,
  accounts: snapshot.accounts.map((account) => (account.name === name ? { ...account, ...part } : account)),
});

const contested = (window: WindowView, left: number, resetsIn: number): WindowView => ({
  ...window,
  contested: { used_percent: 100 - left, resets_at: at(resetsIn), seen_at: at(-minutes(1)), source: 'event' },
});

/** The provider reports two sets of figures for one account. */
const flapping = editing('codex-pro-1', {
  flapping_since: at(-minutes(18)),
  windows: [contested(windowOf('five_hour', 72, hours(2.24)), 9, hours(4.4)), contested(windowOf('weekly', 64, days(3.2)), 97, days(6.9))],
});

/** An account over its limit that goes on by credits, with all that a provider may tell beside. */
const overItsLimit = editing('codex-pro-1', {
  windows: [windowOf('five_hour', 0, hours(1.3)), windowOf('weekly', 22, days(3.2))],
  remaining_percent: 0,
  allowed: true,
  limit_reached: true,
  runway: { outlook: 'dry', window: 'five_hour', returns_at: at(hours(1.3)) },
  extra_limits: [
    { name: 'codex_bengalfox', title: 'GPT-5.6-Codex-Spark', windows: [windowOf('five_hour', 4, hours(3.1)), windowOf('weekly', 61, days(5))], allowed: true, limit_reached: false },
    { name: 'code_review', windows: [windowOf('weekly', 0, days(2.1))], allowed: false, limit_reached: true },
  ],
  credits: { has_credits: true, unlimited: false, balance: '1,240' },
  spend: { reached: false, limit: '$50.00', used: '$12.40', used_percent: 24.8, resets_at: at(days(8)) },
  reset_credits: 2,
});

/** A usage answer without figures: one window of which none was ever told, and one whose last figure stands. */
const untold = editing('codex-pro-2', {
  windows: [
    { ...windowOf('five_hour', 0, hours(2)), used_percent: null, remaining_percent: null },
    { ...windowOf('weekly', 55, days(3)), measured_at: at(-hours(2)) },
  ],
  remaining_percent: null,
  readiness: 'fallback_only',
  runway: { outlook: 'silent' },
});

const extras: Change = (snapshot) => ({ ...untold(overItsLimit(snapshot)), level_percent: 10 });

/** The pool is exhausted today; each account has another outlook. */
const runway: Change = (snapshot) => {
  const changes: Change[] = [
    editing('codex-pro-1', { runway: dryIn(hours(2.17), hours(1.67), hours(3), hours(2.75)) }),
    editing('codex-pro-2', { runway: dryIn(minutes(44), minutes(33), null, hours(1.1)) }),
    editing('codex-team-4', { state: 'ready', readiness: 'active', runway: { ...dryIn(days(2.1), days(1.6), days(3), days(6.1)), window: 'weekly' } }),
    (one) => ({
      ...one,
      level_percent: 40,
      pools: one.pools.map((pool) => ({
        ...pool,
        runway: { ...dryIn(hours(2.17), hours(1.67), hours(3), hours(2.75)), window: null },
        moves: { count: 14, cached_tokens_lost: 638_400, maybe_billed_twice: 2 },
      })),
    }),
  ];
  return changes.reduce((one, change) => change(one), snapshot);
};

/** Requests that moved, were bound, broke off or rotated. */
const moved: Change = (snapshot) => ({
  ...snapshot,
  pools: snapshot.pools.map((pool) => ({ ...pool, conversations: 'rotate' as const })),
  recent: [
    requestOf(11, minutes(1), {
      account: 'codex-pro-2',
      first_account: 'codex-pro-1',
      placement: 'conversation',
      attempts: [tryOn('codex-pro-1', 'failure', null, 8200, 'begun'), tryOn('codex-pro-2', 'success', 200, 2050)],
      skipped: [
        { account: 'codex-plus-3', reason: 'exhausted', until: at(minutes(47)) },
        { account: 'codex-team-4', reason: 'model_limit', until: at(hours(2)) },
      ],
      cached_tokens: 0,
      why: whyFor({
        candidates: inOrder(['codex-pro-1', 'conversation'], ['codex-pro-2', 'strategy']),
        affinity: { kind: 'moved', from: 'codex-pro-1', reason: 'failure', cached_tokens_lost: 118_000 },
        maybe_billed_twice: 1,
      }),
    }),
    requestOf(12, minutes(3), {
      account: null,
      first_account: null,
      outcome: 'usage_limit',
      status: 429,
      placement: null,
      attempts: [],
      skipped: [
        { account: 'codex-plus-3', reason: 'exhausted', until: at(minutes(47)) },
        { account: 'codex-team-4', reason: 'missing_workspace' },
      ],
      first_byte_ms: null,
      duration_ms: 3,
      input_tokens: null,
      cached_tokens: null,
      output_tokens: null,
      why: whyFor({ conversation: 'b10c44e2', affinity: { kind: 'bound', from: 'codex-plus-3', reason: 'exhausted', cached_tokens_lost: null }, response_bytes: 212 }),
    }),
    requestOf(13, minutes(5), {
      account: 'codex-pro-2',
      placement: 'strategy',
      cached_tokens: 0,
      why: whyFor({
        candidates: inOrder(['codex-pro-2', 'strategy'], ['codex-pro-1', 'strategy']),
        affinity: { kind: 'moved', from: 'codex-pro-1', reason: 'rotation', cached_tokens_lost: 41_300 },
      }),
    }),
    requestOf(14, minutes(7), {
      placement: 'turn',
      why: whyFor({ candidates: inOrder(['codex-pro-1', 'turn']), conversation: '91ad03f7' }),
    }),
    requestOf(15, minutes(8), {
      account: 'codex-pro-1',
      placement: 'strategy',
      client: 'ci-runner',
      transport: 'http',
      attempts: [tryOn('codex-pro-2', 'failure', null, 120, 'not_sent'), tryOn('codex-pro-1', 'success', 200, 1330)],
      first_account: 'codex-pro-2',
      why: whyFor({
        strategy: 'most_headroom',
        candidates: inOrder(['codex-pro-2', 'strategy'], ['codex-pro-1', 'fallback']),
        conversation: '5d22aa90',
        affinity: { kind: 'new', from: null, reason: null, cached_tokens_lost: null },
      }),
    }),
    ...snapshot.recent.slice(4),
  ],
});

/** One account has lost its workspace; another is set aside for a while and tried again soon. */
const workspace: Change = (snapshot) =>
  editing('codex-pro-2', {
    state: 'unreachable',
    readiness: 'blocked',
    until: at(minutes(14)),
    probe_at: at(minutes(6)),
    health: { state: 'critical', score: 20, success_rate: 60, consecutive_failures: 4, sample: 30 },
  })(editing('codex-team-4', { state: 'missing_workspace' })(snapshot));

/** A tool that uses its account alone, next to one that follows the pool and one with a strategy of its own. */
const single: Change = (snapshot) => {
  const [first, second] = snapshot.clients;
  if (!first || !second) return snapshot;
  return {
    ...snapshot,
    clients: [
      first,
      { ...second, strategy: 'soonest_reset' },
      { ...second, id: second.id.replace(/22$/, '23'), name: 'nightly-review', key_hint: 'rp_c81W', override_mode: 'single', strategy: null, last_used_at: at(-hours(9)) },
    ],
  };
};

/** Nothing has been asked of the pool yet. */
const quiet: Change = (snapshot) => ({
  ...snapshot,
  accounts: usualAccounts().map((account) => ({ ...account, runway: { outlook: 'silent' as const } })),
  pools: snapshot.pools.map((pool) => ({ ...pool, last_account: null, last_used_at: null, runway: { outlook: 'silent' as const }, moves: { count: 0, cached_tokens_lost: 0, maybe_billed_twice: 0 } })),
  recent: [],
});

export const SITUATIONS: Record<string, Change> = { flapping, extras, runway, moved, workspace, single, quiet };
