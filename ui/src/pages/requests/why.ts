// Why a request went where it went, in sentences. Records of earlier versions say less; so do these then.
import { t, tMaybe } from '../../text/i18n.svelte';
import type { ActivityView, AffinityReason, Outcome, WhyView } from '../../api/types';
import { strategyName } from '../../text/names';
import { clock, instant } from '../../text/time';

const NO_REASONS: WhyView = {
  strategy: null,
  candidates: [],
  conversation: null,
  affinity: { kind: 'none', from: null, reason: null, cached_tokens_lost: null },
  maybe_billed_twice: 0,
  request_bytes: 0,
  response_bytes: 0,
};

/** What came of an attempt, where that is not the account's fault. */
const NO_FAILURE: ReadonlySet<Outcome> = new Set<Outcome>(['success', 'rejected', 'abandoned']);

/** The record's reasons; empty ones for a record that has none. */
export function whyOf(request: ActivityView): WhyView {
  return { ...NO_REASONS, ...request.why, affinity: { ...NO_REASONS.affinity, ...request.why?.affinity } };
}

/** Where the request went and from where, for a line that has room for two names. */
export function routeOf(request: ActivityView): { from: string | null; to: string | null } {
  const to = request.account ?? null;
  const { kind, from } = whyOf(request).affinity;
  const origin = kind === 'moved' && from ? from : (request.first_account ?? null);
  return { from: origin === to ? null : origin, to };
}

/** Why an account could not go on, as a sentence. */
function reasonOf(reason: AffinityReason | Outcome, account: string): string {
  return tMaybe(`reason.${reason}`, { account }) ?? t('reason.other', { reason });
}

/** The whole story, sentence by sentence, none of them twice. */
export function whySentences(request: ActivityView, now: number): string[] {
  const lines = [...placing(request, now), ...trying(request), ...ending(request)];
  return [...new Set(lines)];
}

function placing(request: ActivityView, now: number): string[] {
  const why = whyOf(request);
  const { kind, from, reason } = why.affinity;
  const first = why.candidates[0]?.account ?? request.first_account ?? null;
  const cause = from && reason ? [reasonOf(reason, from)] : [];
  if (kind === 'bound' && from) return [t('why.bound', { from }), ...cause, ...backOf(request, from, now)];
  if (kind === 'moved' && from) {
    const to = request.account ?? first;
    return [to ? t('why.moved', { from, account: to }) : t('why.could_not_move', { from }), ...cause];
  }
  if (first === null) return [];
  if (request.placement === 'fallback') return [t('why.fallback', { account: first })];
  if (request.placement === 'turn') return [t('why.turn', { account: first })];
  if (kind === 'kept') return [t('why.kept', { account: first })];
  if (why.strategy) {
    const values = { strategy: strategyName(why.strategy), account: first };
    return [t(kind === 'new' ? 'why.new' : 'why.loose', values)];
  }
  const placement = request.placement ? tMaybe(`placement.${request.placement}`) : null;
  return placement ? [placement] : [];
}

/** When a conversation that is bound to `account` can go on. */
function backOf(request: ActivityView, account: string, now: number): string[] {
  const until = instant(request.skipped.find((one) => one.account === account)?.until);
  return until !== null && until > now ? [t('why.bound_until', { time: clock(until, now) })] : [];
}

function trying(request: ActivityView): string[] {
  const failed = request.attempts.filter((attempt) => !NO_FAILURE.has(attempt.class));
  const told = failed.map((attempt) => reasonOf(attempt.class, attempt.account));
  const moved = whyOf(request).affinity.kind === 'moved';
  const elsewhere = failed.length > 0 && request.account && request.attempts.at(-1)?.class === 'success' && !moved;
  return elsewhere ? [...told, t('why.then', { account: request.account ?? '' })] : told;
}

function ending(request: ActivityView): string[] {
  if (request.outcome === 'abandoned') return [t('why.abandoned')];
  const untouched = request.attempts.length === 0 && request.skipped.length === 0 && !request.first_account;
  if (request.outcome === 'rejected') return [untouched ? t('why.refused_early') : t('why.rejected')];
  if (request.account || whyOf(request).affinity.kind === 'bound') return [];
  return [untouched ? t('why.refused_early') : t('why.unserved')];
}
