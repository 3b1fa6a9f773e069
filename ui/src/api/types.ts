// Short names for the generated schema.
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type Snapshot = Schemas['Snapshot'];
export type AccountView = Schemas['AccountView'];
export type WindowView = Schemas['WindowView'];
export type ContestedView = Schemas['ContestedView'];
export type ExtraLimitView = Schemas['ExtraLimitView'];
export type CreditsView = Schemas['CreditsView'];
export type SpendView = Schemas['SpendView'];
export type RunwayView = Schemas['RunwayView'];
export type HealthView = Schemas['HealthView'];
export type PoolView = Schemas['PoolView'];
export type ClientView = Schemas['ClientView'];
export type SignInView = Schemas['SignInView'];
export type ActivityView = Schemas['ActivityView'];
export type AttemptView = Schemas['AttemptView'];
export type AffinityView = Schemas['AffinityView'];
export type WhyView = Schemas['WhyView'];
export type WhatIfView = Schemas['WhatIfView'];
export type ScenarioView = Schemas['ScenarioView'];
export type DrySpanView = Schemas['DrySpanView'];
export type VaultView = Schemas['VaultView'];
export type KeyKind = Schemas['KeyKind'];
export type OverrideMode = Schemas['OverrideMode'];
export type Readiness = Schemas['ReadinessView'];
export type EngineEvent = Schemas['EngineEvent'];

export type Strategy = Schemas['Strategy'];
export type Conversations = Schemas['Conversations'];
export type PoolChange = Schemas['PoolChange'];
/** What a new or renewed key comes with; the key is shown once. */
export type IssuedKey = Schemas['ClientKey'];

/** In the order in which they are offered. */
export const STRATEGIES: readonly Strategy[] = ['primary_first', 'round_robin', 'priority_order', 'most_headroom', 'soonest_reset'];
export const CONVERSATIONS: readonly Conversations[] = ['stay', 'rotate'];
export const OVERRIDE_MODES: readonly OverrideMode[] = ['inherit', 'custom', 'single'];
