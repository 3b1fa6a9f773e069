//! What is shown of a running engine: types, each a plain copy of what its owner knew, and what follows from it.

mod derive;
mod import;
mod quota;
mod rehearsal;
mod settings;
mod sign_in;
mod tools;
mod usage;
mod views;
mod what_if;
mod why;
mod workspace;

pub(crate) mod event;
pub(crate) mod event_bus;
pub mod names;

pub use derive::{Needs, Remedy};
pub(crate) use derive::{Share, WindowLevel, level_percent, share, window_levels};
pub use import::{ImportPreview, ImportResult, ImportRowView, ImportedRowView};
pub use quota::{
    ContestedView, CreditsView, ExtraLimitView, RunwayOutlook, RunwayView, SpendView, WindowView,
};
pub use rehearsal::{RehearsalPage, RehearsalScene, RehearsalView};
pub use settings::{AboutView, SettingView, SettingsView};
pub use sign_in::{BrowserView, CallbackView, SignInState, SignInView, SignInWaysView};
pub use tools::{
    LoginOwners, OwnLoginView, SnippetView, ToolCheck, ToolPreview, ToolState, ToolTodo, ToolView,
};
pub use usage::{PriceSourceView, UsageBy, UsageRowView, UsageSums, UsageView};
pub use views::{
    AccountView, ClientView, HealthView, LoginView, ModeView, MovesView, PoolView, ReadinessView, RoleView,
    Snapshot,
};
pub use what_if::{DrySpanView, ScenarioAccountView, ScenarioView, WhatIfView};
pub use why::{ActivityView, AffinityKind, AffinityView, AttemptView, CandidateView, SkippedView, WhyView};
pub use workspace::WorkspaceView;

pub use crate::model::activity::{Delivery, MoveReason, OutcomeClass, Placement, Transport};
pub use crate::model::import::{FileFormat, ImportFate, ImportReason, RenewedBy};
pub use crate::model::settings::proxy::UNREADABLE;
pub use crate::model::settings::reach::{Reach, ReachScope};
pub use crate::model::settings::{LanguageChoice, SettingSource, Theme};
pub use crate::model::sign_in::{MachineKind, SignInMethod, SignInWay};
pub use crate::model::vault::{VaultFile, VaultFileKey, VaultKind, VaultState, VaultView};
