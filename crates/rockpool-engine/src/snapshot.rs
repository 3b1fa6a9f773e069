//! The one view of everything that tray, window, command line and scripts show.

use jiff::Timestamp;
use rockpool_routing::{AccountId, AccountState, ClientId, SignInId, Source, Strategy, WindowKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::names;

/// Everything a person may want to see at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// Version of the running process.
    pub version: String,
    /// Real installation or rehearsal.
    pub mode: ModeView,
    /// Base address that tools are pointed at, such as `http://127.0.0.1:7625/v1`.
    pub endpoint: String,
    /// When this view was taken.
    #[schema(value_type = String, format = "date-time")]
    pub taken_at: Timestamp,
    /// The vault.
    pub vault: VaultView,
    /// Accounts in the order in which they were added.
    pub accounts: Vec<AccountView>,
    /// Pools, by owner's name.
    pub pools: Vec<PoolView>,
    /// Clients, by name.
    pub clients: Vec<ClientView>,
    /// Sign-ins under way, and those that ended in the last minute.
    pub sign_ins: Vec<SignInView>,
    /// The newest requests, newest first, 50 at most.
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

/// The vault as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultView {
    /// "keychain", "encrypted file" or "memory".
    pub kind: String,
    /// Whether it can be read and written.
    pub state: VaultState,
    /// What is wrong and what to do, in a sentence; absent when ready.
    pub message: Option<String>,
}

/// Whether the vault can be read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Yes.
    Ready,
    /// It is there but locked, or waits for its password.
    Locked,
    /// There is none.
    Missing,
    /// It failed otherwise.
    Failed,
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
    /// The state that matters most.
    #[schema(value_type = names::AccountState)]
    pub state: AccountState,
    /// When time alone cures the state, if known.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub until: Option<Timestamp>,
    /// What a person can do about the state, in a sentence; absent when ready.
    pub remedy: Option<String>,
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

/// One quota window as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WindowView {
    /// By length: `five_hour`, `weekly`, `monthly`, `other`.
    #[schema(value_type = names::WindowKind)]
    pub kind: WindowKind,
    /// Length in seconds, where known.
    pub length_seconds: Option<u32>,
    /// 0 to 100.
    pub used_percent: f64,
    /// Whole percent left, 0 to 100.
    pub remaining_percent: u8,
    /// When it starts afresh.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub resets_at: Option<Timestamp>,
}

/// Health as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// `primary_first`, `round_robin` or `priority_order`.
    #[schema(value_type = names::Strategy)]
    pub strategy: Strategy,
    /// Slugs of the members, in order, without the owner.
    pub extra_provider_names: Vec<String>,
    /// Slug of the account that served last.
    pub last_account: Option<String>,
    /// When that was.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
    /// Whether at least one account can take a request.
    pub serving: bool,
    /// When the first account comes back, for a pool that cannot serve and that time cures.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub until: Option<Timestamp>,
}

/// How a client presents its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// `Authorization: Bearer rp_…`
    Bearer,
    /// Path prefix `/k/rpu_…`, for a tool that sends a bearer of its own.
    Path,
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
    /// `inherit`: the account's pool as it is; `custom`: the strategy below in its place.
    pub override_mode: OverrideMode,
    /// Own strategy, in `custom` mode.
    #[schema(value_type = Option<names::Strategy>)]
    pub strategy: Option<Strategy>,
    /// Last request.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
}

/// Whether a client follows its account's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverrideMode {
    /// Follows the account's pool.
    Inherit,
    /// Has a strategy of its own over the same members.
    Custom,
}

/// One sign-in as shown. The address holds no secret: the code verifier stays in the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInView {
    /// Names it in the API.
    #[schema(value_type = String, format = "uuid")]
    pub id: SignInId,
    /// Slug of the account to be repaired; absent for a new one.
    pub account: Option<String>,
    /// Where it stands.
    pub state: SignInState,
    /// The address that the browser was sent to.
    pub authorize_url: String,
    /// Whether the callback arrives by itself, or the person has to paste its address.
    pub callback: CallbackView,
    /// What went wrong and what to do, when it failed.
    pub message: Option<String>,
    /// Slug of the account that came of it.
    pub result: Option<String>,
    /// When it gives up.
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
}

/// Where a sign-in stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// The browser is open.
    Waiting,
    /// The code has come and is being exchanged and saved.
    Exchanging,
    /// The account is there.
    Done,
    /// It failed; the message says why.
    Failed,
    /// The person gave it up.
    Cancelled,
    /// Nobody came back in time.
    TimedOut,
}

/// How the callback arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackView {
    /// The local listener takes it.
    Automatic,
    /// The port is taken or was yielded: the person pastes the address of the page.
    PasteOnly,
}

/// One request as recorded; bodies are never stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivityView {
    /// Names it.
    #[schema(value_type = String, format = "uuid")]
    pub id: rockpool_routing::RequestId,
    /// When it arrived.
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    /// Name of the client.
    pub client: String,
    /// Slug of the account that answered, if one did.
    pub account: Option<String>,
    /// Slug of the account that was tried first.
    pub first_account: Option<String>,
    /// Model that the tool asked for.
    pub model: Option<String>,
    /// `http`, `websocket`.
    pub transport: String,
    /// `success`, or the class of the last failure.
    pub outcome: String,
    /// Status that the tool saw.
    pub status: u16,
    /// Why the first candidate came first: `conversation`, `strategy`, `fallback`.
    pub placement: Option<String>,
    /// Each try, in order.
    pub attempts: Vec<AttemptView>,
    /// Accounts that were passed over, with their states.
    pub skipped: Vec<SkippedView>,
    /// Milliseconds to the first output byte downstream.
    pub first_byte_ms: Option<u64>,
    /// Milliseconds to the end.
    pub duration_ms: u64,
    /// Input tokens, where the provider counted them.
    pub input_tokens: Option<u64>,
    /// Of these, from the prompt cache.
    pub cached_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
}

/// One try on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptView {
    /// Slug of the account.
    pub account: String,
    /// Class of the outcome, such as `success` or `usage_limit`.
    pub class: String,
    /// Status of the provider's answer, where there was one.
    pub status: Option<u16>,
    /// Milliseconds to the outcome.
    pub ms: u64,
}

/// An account that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkippedView {
    /// Slug of the account.
    pub account: String,
    /// Its state then.
    pub reason: String,
}
