//! The router written naively: what happened to each account is kept, and read again from the start whenever
//! something is added. Written from the documents of the modules, not from their code.

mod models;
mod order;
mod pins;
mod readiness;

pub(super) use order::{EligibleAccount, Places};
pub(super) use pins::Pins;
pub(super) use readiness::Headroom;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::account::{Activation, CredentialState};
use crate::quota::reference::{Derived as DerivedQuota, Event as QuotaEvent};
use crate::quota::{FamilyReading, Reading, Source, Supply};
use crate::{Class, Standing};
use models::{Event as ModelEvent, Models};

/// What happened to an account, oldest first. Attempts are numbered.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Activation(Activation),
    Credentials(CredentialState),
    Stands(Standing),
    Told(Reading),
    Seen(FamilyReading),
    /// For a model, where it names one.
    Began(usize, Option<String>),
    Answered(usize),
    Ended(usize, Class),
}

#[derive(Default)]
pub(super) struct AccountLog {
    events: Vec<(Timestamp, Event)>,
    derived: Derived,
}

/// What a log has come to.
#[derive(Default)]
pub(super) struct Derived {
    activation: Activation,
    credentials: CredentialState,
    standing: Standing,
    quota: DerivedQuota,
    models: Models,
    attempts: BTreeMap<usize, Attempt>,
    cooling: Option<Cooling>,
    /// When the provider last said something bad of the account.
    worsened: Option<Timestamp>,
    failures_in_a_row: u32,
}

struct Attempt {
    began: Timestamp,
    model: Option<String>,
    /// It began when a probe was due and none was under way.
    is_probe: bool,
    answered: bool,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Reason {
    RateLimited,
    Unreachable,
}

#[derive(Clone, Copy)]
struct Cooling {
    reason: Reason,
    ends: Timestamp,
    failed_probes: u32,
}

fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

impl AccountLog {
    pub(super) fn apply(&mut self, at: Timestamp, event: Event) {
        self.events.push((at, event));
        let mut derived = Derived::default();
        for (at, event) in &self.events {
            derived.add(*at, event);
        }
        self.derived = derived;
    }

    pub(super) fn derived(&self) -> &Derived {
        &self.derived
    }
}

impl Derived {
    fn add(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Activation(activation) => self.activation = *activation,
            Event::Credentials(state) => self.credentials = *state,
            Event::Stands(standing) => self.stands(*standing, at),
            Event::Told(reading) => {
                if reading.source == Source::Usage && reading.extras.is_some() {
                    self.models.note(ModelEvent::ListedNone);
                }
                self.quota.apply(&QuotaEvent::Told(Box::new(reading.clone())));
            }
            Event::Seen(seen) => self.models.note(ModelEvent::Seen(Box::new(seen.clone()))),
            Event::Began(number, model) => {
                let is_probe = self.is_probe_due(at) && self.probe_ends(at).is_none();
                let model = model.clone();
                let attempt = Attempt { began: at, model, is_probe, answered: false, ended: false };
                self.attempts.insert(*number, attempt);
            }
            Event::Answered(number) => {
                if let Some(attempt) = self.attempts.get_mut(number) {
                    attempt.answered = true;
                    let (began, model) = (attempt.began, attempt.model.clone());
                    self.answered(model, began);
                }
            }
            Event::Ended(number, class) => {
                if let Some(attempt) = self.attempts.get_mut(number) {
                    attempt.ended = true;
                    let (began, model) = (attempt.began, attempt.model.clone());
                    self.ended(model, *class, began, at);
                }
            }
        }
    }

    fn stands(&mut self, standing: Standing, at: Timestamp) {
        self.standing = standing;
        if standing != Standing::Good {
            self.worsened = Some(at);
        }
    }

    /// Whether an attempt that began then knows nothing of the last bad word.
    fn is_older_news(&self, began: Timestamp) -> bool {
        self.worsened.is_some_and(|worsened| began < worsened)
    }

    fn answered(&mut self, model: Option<String>, began: Timestamp) {
        self.failures_in_a_row = 0;
        self.models.note(ModelEvent::Served { model, began });
        self.quota.apply(&QuotaEvent::Served { began });
        if !self.is_older_news(began) {
            self.standing = Standing::Good;
            self.cooling = None;
        }
    }

    fn ended(&mut self, model: Option<String>, class: Class, began: Timestamp, at: Timestamp) {
        let provider_spoke = match class {
            Class::Failure { .. } | Class::Unauthorized | Class::Abandoned => false,
            Class::Success
            | Class::Rejected
            | Class::UsageLimit { .. }
            | Class::ModelLimit { .. }
            | Class::RateLimited { .. }
            | Class::MissingWorkspace
            | Class::Forbidden
            | Class::Billing
            | Class::Unsuitable
            | Class::ForeignCiphertext => true,
        };
        if provider_spoke {
            self.failures_in_a_row = 0;
            let unreachable = self.cooling.is_some_and(|cooling| cooling.reason == Reason::Unreachable);
            if unreachable && !self.is_older_news(began) {
                self.cooling = None;
            }
        }
        match class {
            Class::Success => self.answered(model, began),
            Class::UsageLimit { resets_at } => {
                self.quota.apply(&QuotaEvent::Refused { at, until: resets_at });
            }
            Class::ModelLimit { family, resets_at } => {
                self.models.note(ModelEvent::Refused { model, family, at, until: resets_at });
            }
            Class::Unsuitable => self.models.note(ModelEvent::Lacks { model, at }),
            Class::RateLimited { retry_after } => {
                let named = retry_after.map(|wait| wait.as_secs().clamp(1, 900));
                self.cool(Reason::RateLimited, named, began, at);
            }
            Class::Failure { retry_after } => {
                self.failures_in_a_row += 1;
                let failed_probe = self
                    .cooling
                    .is_some_and(|cooling| cooling.reason == Reason::Unreachable && cooling.ends <= began);
                if self.failures_in_a_row >= 3 || failed_probe {
                    self.cool(Reason::Unreachable, retry_after.map(|wait| wait.as_secs()), began, at);
                }
            }
            Class::MissingWorkspace => self.stands(Standing::MissingWorkspace, at),
            Class::Forbidden => self.stands(Standing::Forbidden, at),
            Class::Billing => self.stands(Standing::Billing, at),
            Class::Unauthorized | Class::Abandoned | Class::Rejected | Class::ForeignCiphertext => {}
        }
    }

    fn cool(&mut self, reason: Reason, named: Option<u64>, began: Timestamp, at: Timestamp) {
        self.worsened = Some(at);
        let before = self.cooling.filter(|cooling| cooling.reason == reason);
        let failed_probes = match before {
            Some(before) if before.ends <= began => before.failed_probes + 1,
            Some(before) => before.failed_probes,
            None => 0,
        };
        let mut own: u64 = match reason {
            Reason::RateLimited => 10,
            Reason::Unreachable => 30,
        };
        for _ in 0..failed_probes {
            own = (own * 2).min(900);
        }
        let wait = match (reason, named) {
            (_, None) => own,
            (Reason::RateLimited, Some(named)) => named,
            (Reason::Unreachable, Some(named)) => named.max(own),
        };
        let ends = at + seconds(wait.min(900) as i64);
        let asked_to_wait = self.cooling.filter(|cooling| {
            reason == Reason::Unreachable && cooling.reason == Reason::RateLimited && cooling.ends > at
        });
        if asked_to_wait.is_none() {
            let ends = before.map_or(ends, |before| before.ends.max(ends));
            self.cooling = Some(Cooling { reason, ends, failed_probes });
        }
    }

    fn is_probe_due(&self, at: Timestamp) -> bool {
        self.cooling.is_some_and(|cooling| cooling.ends <= at) || self.is_quota_probe_due(at)
    }

    pub(super) fn is_quota_probe_due(&self, at: Timestamp) -> bool {
        match self.quota.supply(at) {
            Supply::ProbeDue { .. } => true,
            Supply::Plenty | Supply::Unknown | Supply::Exhausted { .. } => false,
        }
    }

    /// Until when the request that is finding out keeps others away.
    fn probe_ends(&self, at: Timestamp) -> Option<Timestamp> {
        let newest = self.attempts.values().rfind(|attempt| attempt.is_probe)?;
        let ends = newest.began + seconds(15);
        (!newest.answered && !newest.ended && ends > at).then_some(ends)
    }

    /// The attempts under way.
    pub(super) fn in_flight(&self) -> u32 {
        self.attempts.values().filter(|attempt| !attempt.ended).count() as u32
    }
}
