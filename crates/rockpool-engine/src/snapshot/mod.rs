//! What is shown of a running engine: types only, each a plain copy of what its owner knew.

mod quota;
mod views;
mod what_if;
mod why;

pub(crate) mod event;
pub(crate) mod event_bus;
pub mod names;
pub(crate) mod remedy;

pub use quota::{
    ContestedView, CreditsView, ExtraLimitView, RunwayOutlook, RunwayView, SpendView, WindowView,
};
pub use views::{
    AccountView, CallbackView, ClientView, HealthView, ModeView, MovesView, PoolView, ReadinessView,
    RoleView, SignInState, SignInView, Snapshot, VaultState, VaultView,
};
pub use what_if::{DrySpanView, ScenarioAccountView, ScenarioView, WhatIfView};
pub use why::{ActivityView, AffinityKind, AffinityView, AttemptView, CandidateView, SkippedView, WhyView};

pub use crate::model::activity::{Delivery, MoveReason, OutcomeClass, Placement, Transport};
