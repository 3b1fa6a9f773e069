//! What one account was found to do with single models.
//!
//! # Limits
//!
//! Some models have limits of their own. The refusal of a request tells which family its model belongs to; where
//! a family is named after a model, that is known before. What is known of a family is kept as the account's own
//! quota is (`quota.rs`), so a refusal ends by its reset, by a newer word of the provider or by a request that is
//! served, and 15 minutes after one whose reset is far off and that no figure confirms, requests find out. That a
//! model belongs to a family is remembered until the reset that the refusal named: which models share a limit is
//! the provider's to change.
//!
//! # Unsuitable
//!
//! An account whose plan lacks a model is not asked for it for an hour: plans change by the day, and a wrong
//! guess costs one request.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::account::{ModelBlock, ModelReason};
use crate::quota::{ExtraLimit, FamilyReading, LimitFamily, Quota, Source, Supply};

/// How long an account is not asked for a model that it has refused.
pub(super) const UNSUITABLE_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Models that are remembered per account, of each kind. Tools choose the names, so memory stays bounded.
const MOST_MODELS: usize = 64;
/// Families that are remembered per account.
const MOST_FAMILIES: usize = 16;

/// One family of limits on one account.
#[derive(Clone, Debug, Default)]
struct Family {
    quota: Quota,
    title: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    family: LimitFamily,
    /// The reset that the refusal named; where it named none, a served request shows that it is over.
    until: Option<Timestamp>,
}

#[derive(Debug, Default)]
pub(super) struct Models {
    families: BTreeMap<LimitFamily, Family>,
    members: BTreeMap<String, Member>,
    /// Until when each is not asked for.
    unsuitable: BTreeMap<String, Timestamp>,
}

impl Models {
    /// Takes what an answer said about a family.
    pub(super) fn observe(&mut self, seen: FamilyReading) {
        let FamilyReading { family, title, reading } = seen;
        let known = self.family(family);
        known.title = title.or(known.title.take());
        known.quota.observe(reading);
    }

    /// Takes the families that a usage answer lists. One that it listed before and does not any more is gone.
    pub(super) fn observe_listed(&mut self, limits: &[ExtraLimit], seen_at: Timestamp) {
        let mut listed = Vec::new();
        for limit in limits {
            let Some(family) = LimitFamily::named(&limit.name) else { continue };
            listed.push(family);
            let title = limit.title.clone();
            self.observe(FamilyReading { family, title, reading: limit.reading(seen_at) });
        }
        self.families.retain(|family, known| {
            let by_usage = known.quota.reading().is_some_and(|reading| reading.source == Source::Usage);
            listed.contains(family) || !by_usage
        });
    }

    fn family(&mut self, family: LimitFamily) -> &mut Family {
        let seen_at = |known: &Family| known.quota.reading().map(|reading| reading.seen_at);
        if self.families.len() >= MOST_FAMILIES && !self.families.contains_key(&family) {
            let oldest = self.families.iter().min_by_key(|(_, known)| seen_at(known)).map(|(name, _)| *name);
            oldest.and_then(|oldest| self.families.remove(&oldest));
        }
        self.families.entry(family).or_default()
    }

    /// Notes that a request for `model` was refused for the limit of `family`.
    pub(super) fn refuse(
        &mut self,
        model: Option<&str>,
        family: LimitFamily,
        at: Timestamp,
        resets_at: Option<Timestamp>,
    ) {
        self.family(family).quota.refuse(at, resets_at);
        let Some(model) = model else { return };
        let until = match self.families.get(&family).map(|known| known.quota.supply(at)) {
            Some(Supply::Exhausted { until } | Supply::ProbeDue { until }) => resets_at.max(until),
            Some(Supply::Plenty | Supply::Unknown) | None => resets_at,
        };
        // Without a reset it stays until it is served, so of these any may go first.
        make_room(&mut self.members, model, |member| member.until);
        self.members.insert(model.to_owned(), Member { family, until: resets_at.and(until) });
    }

    /// Notes that the account does not have `model`.
    pub(super) fn lacks(&mut self, model: Option<&str>, at: Timestamp) {
        let Some(model) = model else { return };
        make_room(&mut self.unsuitable, model, |until| Some(*until));
        self.unsuitable.insert(model.to_owned(), at + UNSUITABLE_LIFE);
    }

    /// Notes that a request for `model` which began at `began` was served.
    pub(super) fn served(&mut self, model: Option<&str>, began: Timestamp) {
        let Some(model) = model else { return };
        self.unsuitable.remove(model);
        let family = self.family_of(model, began);
        if let Some(known) = family.and_then(|family| self.families.get_mut(&family)) {
            known.quota.served(began);
        }
    }

    /// The family that limits `model`, as far as is known.
    fn family_of(&self, model: &str, wall: Timestamp) -> Option<LimitFamily> {
        let learned = self.members.get(model).filter(|member| member.until.is_none_or(|until| until > wall));
        let named = |known: &Family| known.title.as_ref().is_some_and(|title| is_name_of(title, model));
        learned
            .map(|member| member.family)
            .or_else(|| self.families.iter().find(|(_, known)| named(known)).map(|(family, _)| *family))
    }

    /// The quota that limits `model` in place of the account's own, where it is known to be another one.
    pub(super) fn quota(&self, model: Option<&str>, wall: Timestamp) -> Option<&Quota> {
        let family = self.family_of(model?, wall)?;
        self.families.get(&family).map(|known| &known.quota)
    }

    /// What keeps the account from being asked for `model`. What time brings back comes before what it lacks:
    /// a limit of a model shows that the account has it.
    pub(super) fn block(&self, model: Option<&str>, wall: Timestamp) -> Option<ModelBlock> {
        match self.quota(model, wall).map(|quota| quota.supply(wall)) {
            Some(Supply::Exhausted { until }) => {
                return Some(ModelBlock { reason: ModelReason::LimitReached, until });
            }
            Some(Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. }) | None => {}
        }
        let until = self.unsuitable.get(model?).copied().filter(|until| *until > wall)?;
        Some(ModelBlock { reason: ModelReason::Unsuitable, until: Some(until) })
    }

    /// Each family with its title and what is known of it.
    pub(super) fn families(&self) -> impl Iterator<Item = (LimitFamily, Option<&str>, &Quota)> {
        self.families.iter().map(|(family, known)| (*family, known.title.as_deref(), &known.quota))
    }
}

/// Whether a title such as `GPT-5.3-Codex-Spark` is the name of the model `gpt-5.3-codex-spark`.
fn is_name_of(title: &str, model: &str) -> bool {
    let plain = |letter: char| if letter == ' ' || letter == '_' { '-' } else { letter.to_ascii_lowercase() };
    title.trim().chars().map(plain).eq(model.trim().chars().map(plain))
}

/// Lets the one that ends first go where there are too many.
fn make_room<T>(known: &mut BTreeMap<String, T>, model: &str, ends: impl Fn(&T) -> Option<Timestamp>) {
    if known.len() < MOST_MODELS || known.contains_key(model) {
        return;
    }
    let first = known.iter().min_by_key(|(_, value)| ends(value)).map(|(name, _)| name.clone());
    first.and_then(|first| known.remove(&first));
}
