// Short names for the generated schema, and its closed sets as lists.
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type Snapshot = Schemas['Snapshot'];
export type AccountView = Schemas['AccountView'];
export type WindowView = Schemas['WindowView'];
export type CreditsView = Schemas['CreditsView'];
export type SpendView = Schemas['SpendView'];
export type RunwayView = Schemas['RunwayView'];
export type HealthView = Schemas['HealthView'];
export type PoolView = Schemas['PoolView'];
export type ClientView = Schemas['ClientView'];
export type SignInView = Schemas['SignInView'];
export type SignInWaysView = Schemas['SignInWaysView'];
export type ActivityView = Schemas['ActivityView'];
export type AttemptView = Schemas['AttemptView'];
export type AffinityView = Schemas['AffinityView'];
export type WorkspaceView = Schemas['WorkspaceView'];
export type WhyView = Schemas['WhyView'];
export type UsageView = Schemas['UsageView'];
export type UsageSums = Schemas['UsageSums'];
export type UsageRow = Schemas['UsageRowView'];
export type PriceSource = Schemas['PriceSourceView'];
export type WhatIfView = Schemas['WhatIfView'];
export type ScenarioView = Schemas['ScenarioView'];
export type DrySpanView = Schemas['DrySpanView'];
export type ImportPreview = Schemas['ImportPreview'];
export type ImportRowView = Schemas['ImportRowView'];
export type ImportResult = Schemas['ImportResult'];
export type SettingsView = Schemas['SettingsView'];
export type VaultKind = Schemas['VaultKind'];
export type SettingSource = Schemas['SettingSource'];
export type Reach = Schemas['Reach'];
export type ToolView = Schemas['ToolView'];
export type ToolPreview = Schemas['ToolPreview'];
export type ToolConnected = Schemas['ToolConnected'];
export type ToolCheck = Schemas['ToolCheck'];
export type ToolTodo = Schemas['ToolTodo'];
export type SnippetView = Schemas['SnippetView'];
export type EngineEvent = Schemas['EngineEvent'];

export type AccountState = Schemas['AccountState'];
export type AffinityKind = Schemas['AffinityKind'];
/** Why a conversation left its account, or could not go on there. */
export type AffinityReason = Schemas['MoveReason'];
export type Conversations = Schemas['Conversations'];
export type Delivery = Schemas['Delivery'];
export type FileFormat = Schemas['FileFormat'];
export type ImportFate = Schemas['ImportFate'];
export type ImportReason = Schemas['ImportReason'];
export type HealthState = Schemas['HealthState'];
export type KeyKind = Schemas['KeyKind'];
/** What came of an attempt, and in the end of the request. */
export type Outcome = Schemas['OutcomeClass'];
export type Needs = Schemas['Needs'];
export type OverrideMode = Schemas['OverrideMode'];
export type Placement = Schemas['Placement'];
export type Readiness = Schemas['ReadinessView'];
export type RequestTransport = Schemas['Transport'];
export type Remedy = Schemas['Remedy'];
export type OpenBrowser = Schemas['OpenBrowser'];
export type SignInMethod = Schemas['SignInMethod'];
export type SignInState = Schemas['SignInState'];
export type SignInWay = Schemas['SignInWay'];
export type Source = Schemas['Source'];
export type Strategy = Schemas['Strategy'];
/** What requests are summed up by. */
export type UsageBy = Schemas['UsageBy'];

export type ToolState = Schemas['ToolState'];
export type EditedSettings = Schemas['EditedSettings'];

export type SkipReason = Schemas['SkippedView']['reason'];

// A closed set too, which the schema still describes as plain text; it becomes a union with it.
export type Assumption = WhatIfView['assumptions'][number];

export type AccountChange = Schemas['AccountChange'];
export type ClientChange = Schemas['ClientChange'];
export type ClientNew = Schemas['ClientNew'];
export type ImportFile = Schemas['ImportFile'];
export type ImportChoice = Schemas['ImportChoice'];
export type NewSignIn = Schemas['NewSignIn'];
export type SettingsChange = Schemas['SettingsChange'];
export type PoolChange = Schemas['PoolChange'];
export type ToolConnect = Schemas['ToolConnect'];
export type ToolDisconnect = Schemas['ToolDisconnect'];
/** What a new or renewed key comes with; the key is shown once. */
export type IssuedKey = Schemas['ClientKey'];

/** Refuses to compile, and names what is missing, where a list forgets a name of its set. */
type Whole<Name, List extends readonly unknown[]> = [Name] extends [List[number]] ? unknown : { forgotten: Exclude<Name, List[number]> };

export function allOf<Name extends string>() {
  return <const List extends readonly Name[]>(list: List & Whole<Name, List>): readonly Name[] => list;
}

// In the order in which they are offered or shown.
export const STRATEGIES = allOf<Strategy>()(['primary_first', 'round_robin', 'priority_order', 'most_headroom', 'soonest_reset']);
export const CONVERSATIONS = allOf<Conversations>()(['stay', 'rotate']);
export const OVERRIDE_MODES = allOf<OverrideMode>()(['inherit', 'custom', 'single']);
export const KEY_KINDS = allOf<KeyKind>()(['bearer', 'path']);
export const USAGE_BY = allOf<UsageBy>()(['client', 'tool', 'account', 'model', 'day']);
export const READINESS = allOf<Readiness>()(['active', 'fallback_only', 'blocked']);
