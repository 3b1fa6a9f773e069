// Names of the engine's closed sets in the person's language; an unknown one is shown as it is.
import { has, t, tMaybe } from './i18n.svelte';
import type { AccountView, ClientView, PoolView, WindowView } from '../api/types';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** "chatgpt_pro-plus" → "Chatgpt Pro Plus". */
export function planName(plan: string): string {
  const words = plan.split(/[\s_-]+/).filter((word) => word !== '');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/** The window's label goes by its length, never by its place. */
export function windowName(window: WindowView): string {
  const label = tMaybe(`window.${window.kind}`);
  if (window.kind !== 'other' && label) return label;
  const hours = Math.round((window.length_seconds ?? 0) / 3600);
  if (hours >= 48) return t('unit.d', { n: Math.round(hours / 24) });
  return hours > 0 ? t('unit.h', { n: hours }) : t('window.other');
}

export const stateName = (state: string) => tMaybe(`state.${state}`) ?? state;
export const healthName = (state: string) => tMaybe(`health.${state}`) ?? state;
export const strategyName = (strategy: string) => tMaybe(`strategy.${strategy}`) ?? strategy;
export const outcomeName = (outcome: string) => tMaybe(`outcome.${outcome}`) ?? outcome;
export const placementName = (placement: string) => tMaybe(`placement.${placement}`) ?? placement;
export const placedName = (placement: string) => tMaybe(`placed.${placement}`) ?? placement;
export const affinityName = (kind: string) => tMaybe(`affinity.${kind}`) ?? kind;
export const deliveryName = (delivery: string) => tMaybe(`delivery.${delivery}`) ?? delivery;
export const assumptionText = (assumption: string) => tMaybe(`assumption.${assumption}`) ?? assumption;
export const sourceName = (source: string) => tMaybe(`source.${source}`) ?? source;

const TRANSPORTS: Record<string, string> = { http: 'HTTP', websocket: 'WebSocket' };
export const transportName = (transport: string) => TRANSPORTS[transport] ?? transport;

/** What a person can do about a state: the catalogue's sentence, else the engine's own. */
export function remedyOf(account: AccountView): string | null {
  const key = `remedy.${account.state}`;
  return has(key) ? t(key) : (account.remedy ?? null);
}

/** How a client's accounts are ordered, with the strategy that is in force. */
export function overrideName(client: ClientView, pool: PoolView | undefined): string {
  if (client.override_mode === 'custom' && client.strategy) return t('override.custom_now', { strategy: strategyName(client.strategy) });
  if (client.override_mode === 'inherit' && pool) return t('override.inherit_now', { strategy: strategyName(pool.strategy) });
  return t(`override.${client.override_mode}`);
}

/** Whether signing in again is the way out. */
export function wantsSignIn(state: string): boolean {
  return state === 'needs_reauth' || state === 'sign_in_uncertain' || state === 'missing_workspace';
}

const STATE_TONES: Record<string, Tone> = {
  ready: 'good',
  paused: 'quiet',
  exhausted: 'warn',
  rate_limited: 'warn',
  vault_locked: 'warn',
  unreachable: 'warn',
  sign_in_uncertain: 'warn',
  needs_reauth: 'bad',
  missing_workspace: 'bad',
  forbidden: 'bad',
  billing: 'bad',
};
export const stateTone = (state: string): Tone => STATE_TONES[state] ?? 'quiet';

const HEALTH_TONES: Record<string, Tone> = { idle: 'quiet', healthy: 'good', degraded: 'warn', critical: 'bad' };
export const healthTone = (state: string): Tone => HEALTH_TONES[state] ?? 'quiet';

export function outcomeTone(outcome: string): Tone {
  if (outcome === 'success') return 'good';
  return outcome === 'abandoned' || outcome === 'rejected' ? 'quiet' : 'bad';
}

/** Colour of what is left, by the seed's thresholds. */
export function levelTone(remaining: number): Tone {
  if (remaining <= 20) return 'bad';
  return remaining <= 50 ? 'warn' : 'good';
}
