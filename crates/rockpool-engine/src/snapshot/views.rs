//! The one view of everything that tray, window, command line and scripts show.

use jiff::Timestamp;
use rockpool_routing::{AccountId, AccountState, ClientId, Conversations, Source, Strategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::derive::{Needs, Remedy};
use super::names;
use super::quota::{CreditsView, ExtraLimitView, RunwayView, SpendView, WindowView};
use super::rehearsal::RehearsalView;
use super::sign_in::SignInView;
use super::why::ActivityView;
use crate::model::activity::MoveCosts;
use crate::model::client::{KeyKind, OverrideMode};
use crate::model::import::RenewedBy;
use crate::model::vault::VaultView;

/// Everything a person may want to see at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// Version of the running process.
    pub version: String,
    /// Real installation or rehearsal.
    pub mode: ModeView,
    /// What the rehearsal has just shown; absent before its first scene, and outside of rehearsals.
    pub rehearsal: Option<RehearsalView>,
    /// Base address that tools are pointed at, such as `http://127.0.0.1:7625/v1`.
    pub endpoint: String,
    /// When this view was taken.
    #[schema(value_type = String, format = "date-time")]
    pub taken_at: Timestamp,
    pub vault: VaultView,
    /// What is left of all accounts together: the mean of what can be had of each, 0 to 100, without those that
    /// are paused and those whose quota is not known. Absent where no account counts.
    pub level_percent: Option<u8>,
    /// How many accounts stay as they are until a person acts.
    pub needing_person: usize,
    /// Accounts in the order of lists: as they were added, until a person puts them into another order.
    pub accounts: Vec<AccountView>,
    /// Pools, by owner's name.
    pub pools: Vec<PoolView>,
    /// Clients, by name.
    pub clients: Vec<ClientView>,
    /// Sign-ins under way, and those that ended in the last minute.
    pub sign_ins: Vec<SignInView>,
    /// The newest requests, newest first; `GET /activity` gives more.
    pub recent: Vec<ActivityView>,
}

/// Real installation or rehearsal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeView {
    /// Real accounts.
    Normal,
    /// Simulated provider.
    Rehearsal,
}

/// One account as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    /// Stays the same for the account's life.
    #[schema(value_type = String, format = "uuid")]
    pub id: AccountId,
    /// Unique slug, such as `codex-pro-1`.
    pub name: String,
    /// What the person calls it; the slug until changed.
    pub display_name: String,
    /// E-mail of the login, where the provider named one.
    pub email: Option<String>,
    /// The provider's workspace id.
    pub workspace_id: String,
    /// Plan in lower case, such as `pro`.
    pub plan: Option<String>,
    /// How long its login lasts.
    pub login: LoginView,
    /// The state that matters most.
    #[schema(value_type = names::AccountState)]
    pub state: AccountState,
    /// When time alone cures the state, if known.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub until: Option<Timestamp>,
    /// What has to happen before it serves again as it should.
    pub needs: Needs,
    /// What a person can do about the state; absent when ready.
    pub remedy: Option<Remedy>,
    /// Its place in routing.
    pub readiness: ReadinessView,
    /// Its place in a pool.
    pub role: RoleView,
    /// Slug of the owner of the pool it is in; its own slug for an owner; absent when it is in none.
    pub pool: Option<String>,
    /// Quota windows, five-hour first, then weekly, then the rest.
    pub windows: Vec<WindowView>,
    /// Smallest remaining percentage over all windows.
    pub remaining_percent: Option<u8>,
    /// Whether the provider says that requests are allowed; an account over its limit may be (credits).
    pub allowed: Option<bool>,
    /// Whether the provider says that a limit is reached.
    pub limit_reached: Option<bool>,
    /// Since when the provider contradicts itself about this account's quota; absent when it does not.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub flapping_since: Option<Timestamp>,
    /// Limits of single models or features.
    pub extra_limits: Vec<ExtraLimitView>,
    /// Bought credits, where the provider speaks of any.
    pub credits: Option<CreditsView>,
    /// A spending limit that the workspace has set.
    pub spend: Option<SpendView>,
    /// Resets that were granted and can be redeemed at the provider.
    pub reset_credits: Option<u32>,
    /// How long its quota will last at the present pace.
    pub runway: RunwayView,
    /// When the next request may be tried on it to see whether its trouble is over, for one that is set
    /// aside for a while.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub probe_at: Option<Timestamp>,
    /// When the quota was last seen.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub quota_seen_at: Option<Timestamp>,
    /// How it was last seen: `usage`, `headers` or `event`.
    #[schema(value_type = Option<names::Source>)]
    pub quota_source: Option<Source>,
    /// Health over the last 120 attempts.
    pub health: HealthView,
    /// When it last served or failed a request.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
    /// Requests under way on it.
    pub in_flight: u32,
}

impl AccountView {
    /// A ready account in no pool, of which nothing else is known.
    pub fn bare(id: AccountId, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            display_name: name.to_owned(),
            email: None,
            workspace_id: format!("acct-{name}"),
            plan: None,
            login: LoginView::default(),
            state: AccountState::Ready,
            until: None,
            needs: Needs::Nothing,
            remedy: None,
            readiness: ReadinessView::Active,
            role: RoleView::Single,
            pool: None,
            windows: Vec::new(),
            remaining_percent: None,
            allowed: None,
            limit_reached: None,
            flapping_since: None,
            extra_limits: Vec::new(),
            credits: None,
            spend: None,
            reset_credits: None,
            runway: RunwayView::default(),
            probe_at: None,
            quota_seen_at: None,
            quota_source: None,
            health: HealthView::default(),
            last_used_at: None,
            in_flight: 0,
        }
    }
}

/// How long a login lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoginView {
    pub renewed_by: RenewedBy,
    /// The end of one that nobody renews, where it says so; a sign-in before then keeps the account serving.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub ends_at: Option<Timestamp>,
}

/// The three groups of the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadinessView {
    /// Takes requests.
    Active,
    /// Takes requests when no account is active.
    FallbackOnly,
    /// Takes none.
    Blocked,
}

/// Place in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleView {
    /// Owns a pool.
    Owner,
    /// Member of another account's pool.
    Member,
    /// In no pool.
    Single,
}

/// Health as shown; by default that of an account that was never tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// `idle`, `healthy`, `degraded`, `critical`.
    #[schema(value_type = names::HealthState)]
    pub state: rockpool_routing::health::HealthState,
    /// 0 to 100.
    pub score: u8,
    /// Successes in whole percent.
    pub success_rate: u8,
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// Attempts behind these figures.
    pub sample: u32,
}

/// One pool as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolView {
    /// Slug of the owner.
    pub owner: String,
    /// How new conversations are placed.
    #[schema(value_type = names::Strategy)]
    pub strategy: Strategy,
    /// Whether conversations stay on their account.
    #[schema(value_type = names::Conversations)]
    pub conversations: Conversations,
    /// Slugs of the members, in order, without the owner.
    pub extra_provider_names: Vec<String>,
    /// Slug of the account that served last.
    pub last_account: Option<String>,
    /// When that was.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
    /// What is left of its accounts together, by the same rule as for all accounts.
    pub level_percent: Option<u8>,
    /// Whether at least one account can take a request.
    pub serving: bool,
    /// How long the quota of all its accounts will last at the present pace.
    pub runway: RunwayView,
    /// What moving conversations cost in the last 24 hours.
    pub moves: MovesView,
    /// When the first account comes back, for a pool that cannot serve and that time cures.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub until: Option<Timestamp>,
}

/// What moving conversations between accounts cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MovesView {
    /// Conversations that moved.
    pub count: u32,
    /// Input tokens that had to be read anew; an estimate.
    pub cached_tokens_lost: u64,
    /// Attempts that may have been billed beside the one that answered.
    pub maybe_billed_twice: u32,
}

impl From<MoveCosts> for MovesView {
    fn from(costs: MoveCosts) -> Self {
        let MoveCosts { count, cached_tokens_lost, maybe_billed_twice } = costs;
        Self { count, cached_tokens_lost, maybe_billed_twice }
    }
}

/// One client as shown; its key is never shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientView {
    /// Stays the same for the client's life.
    #[schema(value_type = String, format = "uuid")]
    pub id: ClientId,
    /// Unique name.
    pub name: String,
    /// Slug of the account it is pointed at.
    pub account: String,
    /// How it presents its key.
    pub key_kind: KeyKind,
    /// First characters of the key, to tell keys apart.
    pub key_hint: String,
    /// `inherit`: the account's pool as it is; `custom`: the strategy below in its place; `single`: that
    /// account alone.
    pub override_mode: OverrideMode,
    /// Own strategy, in `custom` mode.
    #[schema(value_type = Option<names::Strategy>)]
    pub strategy: Option<Strategy>,
    /// Last request.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
    /// Name of the tool that it was made for, such as `codex`, while that is connected.
    pub tool: Option<String>,
}
