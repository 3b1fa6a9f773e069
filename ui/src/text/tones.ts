// The colour that goes with a value. Words carry the meaning; a tone only helps to find what matters.
import type { AccountState, HealthState, ImportFate, Outcome, Readiness, ToolState } from '../api/types';

/** Classes of `app.css`; each sets `--tone`, `--tone-wash` and `--tone-fill`. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

const STATE_TONES: Record<AccountState, Tone> = {
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

/** `quiet` for a state that only a newer engine knows. */
export const stateTone = (state: AccountState): Tone => STATE_TONES[state] ?? 'quiet';

const HEALTH_TONES: Record<HealthState, Tone> = { idle: 'quiet', healthy: 'good', degraded: 'warn', critical: 'bad' };

export const healthTone = (state: HealthState): Tone => HEALTH_TONES[state] ?? 'quiet';

export const READINESS_TONES: Record<Readiness, Tone> = { active: 'good', fallback_only: 'warn', blocked: 'bad' };

const TOOL_TONES: Record<ToolState, Tone> = {
  not_connected: 'quiet',
  connected: 'good',
  moved: 'warn',
  edited: 'warn',
  gone: 'warn',
  unreadable: 'bad',
  by_variables: 'quiet',
};

/** `quiet` for a state that only a newer engine knows. */
export const toolTone = (state: ToolState): Tone => TOOL_TONES[state] ?? 'quiet';

const FATE_TONES: Record<ImportFate, Tone> = {
  new_account: 'good',
  other_workspace: 'good',
  repairs: 'good',
  already_here: 'quiet',
  duplicate: 'quiet',
  spent: 'warn',
  ended: 'warn',
  refused: 'warn',
};

export const fateTone = (fate: ImportFate): Tone => FATE_TONES[fate] ?? 'quiet';

const OUTCOME_TONES: Record<Outcome, Tone> = {
  success: 'good',
  rejected: 'quiet',
  abandoned: 'quiet',
  unauthorized: 'bad',
  usage_limit: 'bad',
  model_limit: 'warn',
  rate_limited: 'bad',
  missing_workspace: 'bad',
  forbidden: 'bad',
  billing: 'bad',
  unsuitable: 'bad',
  foreign_ciphertext: 'bad',
  failure: 'bad',
};
export const outcomeTone = (outcome: Outcome): Tone => OUTCOME_TONES[outcome] ?? 'bad';

/** For what is left of a window, 0 to 100 percent. */
export function levelTone(remaining: number): Tone {
  if (remaining <= 20) return 'bad';
  return remaining <= 50 ? 'warn' : 'good';
}
