// Realistic accounts, clients and requests for the mock transport; all times hang on one instant.
import type {
  AccountView,
  ActivityView,
  AffinityView,
  AttemptView,
  ClientView,
  Delivery,
  HealthView,
  Outcome,
  Placement,
  PoolView,
  RunwayView,
  WhyView,
  WindowView,
} from '../api/types';
import { freshPool } from '../pages/pool/draft';
import { factsOf } from './facts';

/** The instant at which every scene begins. */
export const START = Date.parse('2026-11-22T14:30:00Z');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const at = (offset: number) => new Date(START + offset).toISOString();
export const minutes = (n: number) => n * MINUTE;
export const hours = (n: number) => n * HOUR;
export const days = (n: number) => n * 24 * HOUR;

/** Stable ids, so that pictures and tests do not change from run to run. */
export const uuid = (n: number) => `01938d2e-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export function windowOf(kind: WindowView['kind'], remaining: number, resetsIn: number | null): WindowView {
  const lengths = { five_hour: 18_000, weekly: 604_800, monthly: 2_592_000, other: 86_400 };
  return {
    kind,
    length_seconds: lengths[kind],
    used_percent: 100 - remaining,
    remaining_percent: remaining,
    resets_at: resetsIn === null ? null : at(resetsIn),
    measured_at: null,
    contested: null,
  };
}

/** A forecast: exhausted after so long, at the earliest, at the latest, and back again; `null` where that is not known. */
export function dryIn(best: number, earliest: number, latest: number | null, back: number | null): RunwayView {
  return {
    outlook: 'runs_dry',
    window: 'five_hour',
    dry_at: at(best),
    earliest: at(earliest),
    latest: latest === null ? null : at(latest),
    returns_at: back === null ? null : at(back),
  };
}

export function healthOf(state: HealthView['state'], score: number, rate: number, streak: number, sample: number): HealthView {
  return { state, score, success_rate: rate, consecutive_failures: streak, sample };
}

export function accountOf(n: number, name: string, rest: Partial<AccountView>): AccountView {
  return {
    id: uuid(n),
    name,
    display_name: name,
    email: `${name}@example.com`,
    workspace_id: uuid(0x1000 + n),
    plan: 'pro',
    login: { renewed_by: 'rockpool', ends_at: null },
    state: 'ready',
    until: null,
    ...factsOf(rest.state ?? 'ready'),
    readiness: 'active',
    role: 'single',
    pool: null,
    windows: [windowOf('five_hour', 72, hours(2.24)), windowOf('weekly', 64, days(3.2))],
    remaining_percent: 64,
    allowed: true,
    limit_reached: false,
    flapping_since: null,
    extra_limits: [],
    credits: null,
    spend: null,
    reset_credits: null,
    runway: { outlook: 'silent' },
    probe_at: null,
    quota_seen_at: at(-minutes(2)),
    quota_source: 'headers',
    health: healthOf('healthy', 99, 99, 0, 120),
    last_used_at: at(-minutes(2)),
    in_flight: 0,
    ...rest,
  };
}

export const usualAccounts = (): AccountView[] => [
  accountOf(1, 'codex-pro-1', {
    display_name: 'Mai (work)',
    email: 'mai.tran@example.com',
    role: 'owner',
    pool: 'codex-pro-1',
    runway: { outlook: 'lasts' },
    in_flight: 2,
  }),
  accountOf(2, 'codex-pro-2', {
    display_name: 'Studio',
    email: 'studio@example.com',
    role: 'member',
    pool: 'codex-pro-1',
    windows: [windowOf('five_hour', 41, hours(1.1)), windowOf('weekly', 88, days(5.6))],
    remaining_percent: 41,
    runway: dryIn(minutes(44), minutes(33), null, hours(1.1)),
    health: healthOf('degraded', 75, 90, 1, 48),
  }),
  accountOf(3, 'codex-plus-3', {
    display_name: 'Mai (private)',
    email: 'mai@example.org',
    plan: 'plus',
    state: 'exhausted',
    until: at(minutes(47)),
    readiness: 'blocked',
    role: 'member',
    pool: 'codex-pro-1',
    windows: [windowOf('five_hour', 0, minutes(47)), windowOf('weekly', 17, days(1.4))],
    remaining_percent: 0,
    allowed: false,
    limit_reached: true,
    runway: { outlook: 'dry', window: 'five_hour', returns_at: at(minutes(47)) },
    quota_source: 'usage',
    last_used_at: at(-hours(3)),
  }),
  accountOf(4, 'codex-team-4', {
    display_name: 'Team seat',
    email: 'seat-4@example.net',
    plan: 'business_team',
    state: 'needs_reauth',
    readiness: 'blocked',
    windows: [windowOf('weekly', 93, days(6.1)), windowOf('monthly', 55, days(17))],
    remaining_percent: 55,
    quota_seen_at: at(-hours(20)),
    quota_source: 'usage',
    health: healthOf('critical', 35, 80, 3, 20),
    last_used_at: at(-hours(19)),
  }),
];

export const usualPools = (): PoolView[] => [
  {
    ...freshPool('codex-pro-1'),
    strategy: 'round_robin',
    extra_provider_names: ['codex-pro-2', 'codex-plus-3'],
    last_account: 'codex-pro-2',
    last_used_at: at(-minutes(2)),
    level_percent: 35,
    serving: true,
    runway: { outlook: 'lasts' },
    moves: { count: 3, cached_tokens_lost: 121_600, maybe_billed_twice: 0 },
  },
];

export const usualClients = (): ClientView[] => [
  {
    id: uuid(0x21),
    name: 'codex-laptop',
    account: 'codex-pro-1',
    key_kind: 'path',
    key_hint: 'rpu_7Hq2',
    override_mode: 'inherit',
    strategy: null,
    last_used_at: at(-minutes(2)),
    tool: null,
  },
  {
    id: uuid(0x22),
    name: 'ci-runner',
    account: 'codex-pro-1',
    key_kind: 'bearer',
    key_hint: 'rp_9fKx',
    override_mode: 'custom',
    strategy: 'priority_order',
    last_used_at: null,
    tool: null,
  },
];

const HELD: AffinityView = { kind: 'kept', from: null, reason: null, cached_tokens_lost: null };

/** The reasons of a record, by default those of a conversation that stayed. */
export function whyFor(rest: Partial<WhyView>): WhyView {
  return {
    strategy: 'round_robin',
    candidates: [],
    conversation: '7c1e90ab',
    affinity: HELD,
    maybe_billed_twice: 0,
    request_bytes: 182_400,
    response_bytes: 12_880,
    ...rest,
  };
}

/** One try that the provider answered, unless said otherwise. */
export function tryOn(account: string, outcome: Outcome, status: number | null, ms: number, delivery: Delivery = 'answered'): AttemptView {
  return { account, class: outcome, status, ms, delivery };
}

/** The order of trial, each account with why it stands where it stands. */
export const inOrder = (...order: [string, Placement][]) => order.map(([account, placement]) => ({ account, placement }));

export function requestOf(n: number, ago: number, rest: Partial<ActivityView>): ActivityView {
  const account = rest.account === undefined ? 'codex-pro-1' : rest.account;
  return {
    id: uuid(0x100 + n),
    at: at(-ago),
    client: 'codex-laptop',
    tool: 'codex_exec',
    account,
    first_account: account,
    model: 'gpt-5.6-sol',
    transport: 'websocket',
    outcome: 'success',
    status: 200,
    placement: 'conversation',
    attempts: account ? [tryOn(account, 'success', 200, 1840)] : [],
    skipped: [],
    first_byte_ms: 940,
    duration_ms: 12_480,
    input_tokens: 48_211,
    cached_tokens: 44_032,
    cache_write_tokens: null,
    output_tokens: 1_204,
    reasoning_tokens: 832,
    at_api_prices_micro_usd: 58_409,
    ...rest,
  };
}

export const usualRequests = (): ActivityView[] => [
  requestOf(1, minutes(2), {
    account: 'codex-pro-2',
    first_account: 'codex-plus-3',
    attempts: [tryOn('codex-plus-3', 'usage_limit', 429, 310), tryOn('codex-pro-2', 'success', 200, 2050)],
    skipped: [{ account: 'codex-team-4', reason: 'needs_reauth' }],
    cached_tokens: 0,
    why: whyFor({
      candidates: inOrder(['codex-plus-3', 'conversation'], ['codex-pro-2', 'strategy'], ['codex-pro-1', 'strategy']),
      affinity: { kind: 'moved', from: 'codex-plus-3', reason: 'usage_limit', cached_tokens_lost: 44_032 },
    }),
  }),
  requestOf(2, minutes(4), {
    duration_ms: 840,
    output_tokens: 88,
    why: whyFor({ candidates: inOrder(['codex-pro-1', 'conversation'], ['codex-pro-2', 'strategy']), conversation: '02f7d4c1' }),
  }),
  requestOf(3, minutes(9), {
    client: 'ci-runner',
    transport: 'http',
    model: 'gpt-5.6-mini',
    placement: 'strategy',
    why: whyFor({
      strategy: 'priority_order',
      candidates: inOrder(['codex-pro-1', 'strategy'], ['codex-pro-2', 'strategy']),
      conversation: null,
      affinity: { ...HELD, kind: 'none' },
      request_bytes: 3_212,
      response_bytes: 940,
    }),
  }),
  requestOf(4, minutes(22), {
    client: 'ci-runner',
    account: null,
    first_account: 'codex-pro-2',
    outcome: 'failure',
    status: 502,
    placement: 'fallback',
    attempts: [tryOn('codex-pro-2', 'failure', 503, 5100), tryOn('codex-pro-1', 'failure', null, 15_000, 'unknown')],
    skipped: [{ account: 'codex-plus-3', reason: 'exhausted', until: at(minutes(47)) }],
    first_byte_ms: null,
    duration_ms: 20_140,
    input_tokens: null,
    cached_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    at_api_prices_micro_usd: null,
    why: whyFor({
      strategy: 'priority_order',
      candidates: inOrder(['codex-pro-2', 'fallback'], ['codex-pro-1', 'fallback']),
      conversation: 'e4b80d15',
      affinity: { ...HELD, kind: 'new' },
      maybe_billed_twice: 0,
    }),
  }),
  requestOf(5, hours(1.2), { outcome: 'abandoned', status: 200, duration_ms: 64_300, output_tokens: null }),
  requestOf(6, hours(30), { placement: null, tool: null, model: 'codex-preview', input_tokens: 912, cached_tokens: 0, output_tokens: 37, reasoning_tokens: null, at_api_prices_micro_usd: null }),
];
