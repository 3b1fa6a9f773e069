// Names of the engine's closed sets in the person's language.
import { capitalised, t, tMaybe, type Key } from './i18n.svelte';
import type {
  AccountState,
  AffinityKind,
  Assumption,
  ClientView,
  Delivery,
  FileFormat,
  HealthState,
  ImportFate,
  ImportReason,
  Outcome,
  Placement,
  PoolView,
  Remedy,
  RequestTransport,
  SkipReason,
  Source,
  Strategy,
  WindowView,
} from '../api/types';

/** "chatgpt_pro-plus" → "Chatgpt Pro Plus". */
export function planName(plan: string): string {
  const words = plan.split(/[\s_-]+/).filter((word) => word !== '');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/** The window's label goes by its length, never by its place. */
export function windowName(window: WindowView): string {
  const label = window.kind === 'other' ? null : tMaybe<Key>(`window.${window.kind}`);
  if (label) return label;
  const hours = Math.round((window.length_seconds ?? 0) / 3600);
  if (hours >= 48) return t('unit.d', { n: Math.round(hours / 24) });
  return hours > 0 ? t('unit.h', { n: hours }) : t('window.other');
}

/** The catalogue has a word for each name that the schema lists; one that only a newer engine knows stands for itself. */
const wordFor = (key: Key, name: string) => tMaybe(key) ?? name;

export const stateName = (state: AccountState) => capitalised(wordFor(`state.${state}`, state));
export const healthName = (state: HealthState) => wordFor(`health.${state}`, state);
export const strategyName = (strategy: Strategy) => capitalised(wordFor(`strategy.${strategy}`, strategy));
export const affinityName = (kind: AffinityKind) => wordFor(`affinity.${kind}`, kind);
export const deliveryName = (delivery: Delivery) => wordFor(`delivery.${delivery}`, delivery);
export const sourceName = (source: Source) => wordFor(`source.${source}`, source);

export const outcomeName = (outcome: Outcome) => wordFor(`outcome.${outcome}`, outcome);
export const placedName = (placement: Placement) => wordFor(`placed.${placement}`, placement);
/** A state of the account, or what it was known to say of the model. */
export const skipReasonName = (reason: SkipReason) =>
  capitalised(tMaybe(`state.${reason}`) ?? tMaybe(`outcome.${reason}`) ?? reason);

// The schema does not list the names of this set yet, so that the compiler cannot look for their words.
export const assumptionText = (assumption: Assumption) => tMaybe(`assumption.${assumption}`) ?? assumption;

/** What would become of a login, or what did. */
const DONE: Partial<Record<ImportFate, Key>> = {
  new_account: 'fate.new_account.done',
  other_workspace: 'fate.other_workspace.done',
  repairs: 'fate.repairs.done',
};
export function fateName(fate: ImportFate, done: boolean): string {
  const key = done ? DONE[fate] : undefined;
  return key ? t(key) : wordFor(`fate.${fate}`, fate);
}
export const reasonText = (reason: ImportReason) => wordFor(`import_reason.${reason}`, reason);

/** Names of programs are the same in every language. */
const PROGRAMS: Record<Exclude<FileFormat, 'chatgpt_session' | 'tokens'>, string> = {
  codex_cli: 'Codex CLI',
  opencode: 'opencode',
  cli_proxy_api: 'CLIProxyAPI',
  sub2api: 'sub2api',
  codex_lb: 'codex-lb',
};
export function formatName(format: FileFormat): string {
  if (format === 'chatgpt_session' || format === 'tokens') return t(`format.${format}`);
  return PROGRAMS[format] ?? format;
}

const TRANSPORTS: Record<RequestTransport, string> = { http: 'HTTP', websocket: 'WebSocket' };
export const transportName = (transport: RequestTransport) => TRANSPORTS[transport] ?? transport;

/** What a person can do about an account's state, in a sentence; `null` where there is nothing, or nothing that is known. */
export const remedyText = (remedy: Remedy | null | undefined) => (remedy ? tMaybe<Key>(`remedy.${remedy}`) : null);

/** How a client's accounts are ordered, with the strategy that is in force. */
export function overrideName(client: ClientView, pool: PoolView | undefined): string {
  if (client.override_mode === 'custom' && client.strategy) return t('override.custom_now', { strategy: strategyName(client.strategy) });
  if (client.override_mode === 'inherit' && pool) return t('override.inherit_now', { strategy: strategyName(pool.strategy) });
  return t(`override.${client.override_mode}`);
}
