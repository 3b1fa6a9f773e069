//! The router told naively: what happened to each account is kept, and read again from the start whenever
//! something is added. Written from the documents of the modules, not from their code.

mod order;
mod standing;
mod ties;

pub(super) use order::{Places, Runner};
pub(super) use ties::Ties;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::account::{CredentialState, Wish};
use crate::quota::model::{Event as QuotaEvent, Sum as QuotaSum};
use crate::quota::{Reading, Supply};
use crate::{Class, Standing};

/// What happened to an account, oldest first. Attempts are numbered.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Wished(Wish),
    Credentials(CredentialState),
    Stands(Standing),
    Told(Reading),
    Began(usize),
    Answered(usize),
    Ended(usize, Class),
}

/// One account's story.
#[derive(Default)]
pub(super) struct Account {
    events: Vec<(Timestamp, Event)>,
    sum: Sum,
}

/// What a story has come to.
#[derive(Default)]
pub(super) struct Sum {
    wish: Wish,
    credentials: CredentialState,
    standing: Standing,
    quota: QuotaSum,
    attempts: BTreeMap<usize, Attempt>,
    cooling: Option<Cooling>,
    /// When the provider last said something bad of the account.
    worsened: Option<Timestamp>,
    failures_in_a_row: u32,
}

struct Attempt {
    began: Timestamp,
    /// It began while a trouble was to be found out about, and no other one was finding out.
    finds_out: bool,
    answered: bool,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    RateLimited,
    Unreachable,
}

#[derive(Clone, Copy)]
struct Cooling {
    trouble: Trouble,
    ends: Timestamp,
    failed_probes: u32,
}

fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

impl Account {
    pub(super) fn meet(&mut self, at: Timestamp, event: Event) {
        self.events.push((at, event));
        let mut sum = Sum::default();
        for (at, event) in &self.events {
            sum.add(*at, event);
        }
        self.sum = sum;
    }

    pub(super) fn sum(&self) -> &Sum {
        &self.sum
    }
}

impl Sum {
    fn add(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Wished(wish) => self.wish = *wish,
            Event::Credentials(state) => self.credentials = *state,
            Event::Stands(standing) => self.stands(*standing, at),
            Event::Told(reading) => self.quota.meet(&QuotaEvent::Told(reading.clone())),
            Event::Began(number) => {
                let finds_out = self.in_doubt(at) && self.probe_ends(at).is_none();
                let attempt = Attempt { began: at, finds_out, answered: false, ended: false };
                self.attempts.insert(*number, attempt);
            }
            Event::Answered(number) => {
                if let Some(attempt) = self.attempts.get_mut(number) {
                    attempt.answered = true;
                    let began = attempt.began;
                    self.answered(began);
                }
            }
            Event::Ended(number, class) => {
                if let Some(attempt) = self.attempts.get_mut(number) {
                    attempt.ended = true;
                    let began = attempt.began;
                    self.ended(*class, began, at);
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

    fn answered(&mut self, began: Timestamp) {
        self.failures_in_a_row = 0;
        self.quota.meet(&QuotaEvent::Served { began });
        if !self.is_older_news(began) {
            self.standing = Standing::Good;
            self.cooling = None;
        }
    }

    fn ended(&mut self, class: Class, began: Timestamp, at: Timestamp) {
        let provider_spoke = match class {
            Class::Failure { .. } | Class::Unauthorized | Class::Abandoned => false,
            Class::Success
            | Class::Rejected
            | Class::UsageLimit { .. }
            | Class::RateLimited { .. }
            | Class::MissingWorkspace
            | Class::Forbidden
            | Class::Billing
            | Class::Unsuitable
            | Class::ForeignCiphertext => true,
        };
        if provider_spoke {
            self.failures_in_a_row = 0;
            let unreachable = self.cooling.is_some_and(|cooling| cooling.trouble == Trouble::Unreachable);
            if unreachable && !self.is_older_news(began) {
                self.cooling = None;
            }
        }
        match class {
            Class::Success => self.answered(began),
            Class::UsageLimit { resets_at } => {
                self.quota.meet(&QuotaEvent::Refused { at, until: resets_at });
            }
            Class::RateLimited { retry_after } => {
                let named = retry_after.map(|wait| wait.as_secs().clamp(1, 900));
                self.cool(Trouble::RateLimited, named, began, at);
            }
            Class::Failure { retry_after } => {
                self.failures_in_a_row += 1;
                let found_out = self
                    .cooling
                    .is_some_and(|cooling| cooling.trouble == Trouble::Unreachable && cooling.ends <= began);
                if self.failures_in_a_row >= 3 || found_out {
                    self.cool(Trouble::Unreachable, retry_after.map(|wait| wait.as_secs()), began, at);
                }
            }
            Class::MissingWorkspace => self.stands(Standing::MissingWorkspace, at),
            Class::Forbidden => self.stands(Standing::Forbidden, at),
            Class::Billing => self.stands(Standing::Billing, at),
            Class::Unauthorized
            | Class::Abandoned
            | Class::Rejected
            | Class::Unsuitable
            | Class::ForeignCiphertext => {}
        }
    }

    fn cool(&mut self, trouble: Trouble, named: Option<u64>, began: Timestamp, at: Timestamp) {
        self.worsened = Some(at);
        let before = self.cooling.filter(|cooling| cooling.trouble == trouble);
        let failed_probes = match before {
            Some(before) if before.ends <= began => before.failed_probes + 1,
            Some(before) => before.failed_probes,
            None => 0,
        };
        let mut own: u64 = match trouble {
            Trouble::RateLimited => 10,
            Trouble::Unreachable => 30,
        };
        for _ in 0..failed_probes {
            own = (own * 2).min(900);
        }
        let wait = match (trouble, named) {
            (_, None) => own,
            (Trouble::RateLimited, Some(named)) => named,
            (Trouble::Unreachable, Some(named)) => named.max(own),
        };
        let ends = at + seconds(wait.min(900) as i64);
        let asked_to_wait = self.cooling.filter(|cooling| {
            trouble == Trouble::Unreachable && cooling.trouble == Trouble::RateLimited && cooling.ends > at
        });
        if asked_to_wait.is_none() {
            let ends = before.map_or(ends, |before| before.ends.max(ends));
            self.cooling = Some(Cooling { trouble, ends, failed_probes });
        }
    }

    fn in_doubt(&self, at: Timestamp) -> bool {
        self.cooling.is_some_and(|cooling| cooling.ends <= at) || self.quota_is_doubted(at)
    }

    pub(super) fn quota_is_doubted(&self, at: Timestamp) -> bool {
        match self.quota.supply(at) {
            Supply::Doubtful { .. } => true,
            Supply::Plenty | Supply::Unknown | Supply::Gone { .. } => false,
        }
    }

    /// Until when the request that is finding out keeps others away.
    fn probe_ends(&self, at: Timestamp) -> Option<Timestamp> {
        let newest = self.attempts.values().rfind(|attempt| attempt.finds_out)?;
        let ends = newest.began + seconds(15);
        (!newest.answered && !newest.ended && ends > at).then_some(ends)
    }

    /// The open attempts.
    pub(super) fn in_flight(&self) -> u32 {
        self.attempts.values().filter(|attempt| !attempt.ended).count() as u32
    }
}
