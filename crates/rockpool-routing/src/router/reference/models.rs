//! What was found out about single models, written naively: each question reads everything that happened.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::account::{ModelBlock, ModelReason};
use crate::quota::reference::{Derived as DerivedQuota, Event as QuotaEvent};
use crate::quota::{FamilyReading, LimitFamily, Source, Supply};

#[derive(Clone, Debug)]
pub(super) enum Event {
    Seen(Box<FamilyReading>),
    /// A usage answer that lists no limits of models.
    ListedNone,
    Refused {
        model: Option<String>,
        family: LimitFamily,
        at: Timestamp,
        until: Option<Timestamp>,
    },
    Lacks {
        model: Option<String>,
        at: Timestamp,
    },
    Served {
        model: Option<String>,
        began: Timestamp,
    },
}

#[derive(Default)]
pub(super) struct Models {
    events: Vec<Event>,
}

#[derive(Default)]
struct Told {
    quotas: BTreeMap<LimitFamily, DerivedQuota>,
    titles: BTreeMap<LimitFamily, String>,
    /// Each model with its family, and until when that is believed.
    members: BTreeMap<String, (LimitFamily, Option<Timestamp>)>,
    lacking: BTreeMap<String, Timestamp>,
}

impl Models {
    pub(super) fn note(&mut self, event: Event) {
        self.events.push(event);
    }

    fn told(&self) -> Told {
        let mut told = Told::default();
        for event in &self.events {
            told.add(event);
        }
        told
    }

    pub(super) fn block(&self, model: Option<&str>, at: Timestamp) -> Option<ModelBlock> {
        let (model, told) = (model?, self.told());
        let limited = told.family(model, at).and_then(|family| told.quotas.get(&family)?.exhausted(at));
        if let Some(until) = limited {
            return Some(ModelBlock { reason: ModelReason::LimitReached, until });
        }
        let until = *told.lacking.get(model)?;
        (until > at).then_some(ModelBlock { reason: ModelReason::Unsuitable, until: Some(until) })
    }

    /// Percent left and the long reset of the limits that the model has of its own; `None` where it has none, or
    /// nothing was ever said of them.
    pub(super) fn figures(
        &self,
        model: Option<&str>,
        at: Timestamp,
    ) -> Option<(Option<u8>, Option<Timestamp>)> {
        let told = self.told();
        let quota = told.quotas.get(&told.family(model?, at)?)?;
        quota.known.as_ref()?;
        Some((quota.headroom(at), quota.long_reset(at)))
    }
}

impl Told {
    fn add(&mut self, event: &Event) {
        match event {
            Event::Seen(seen) => {
                let FamilyReading { family, title, reading } = &**seen;
                self.quotas.entry(*family).or_default().apply(&QuotaEvent::Told(Box::new(reading.clone())));
                if let Some(title) = title {
                    self.titles.insert(*family, title.clone());
                }
            }
            Event::ListedNone => {
                let listed = |quota: &DerivedQuota| {
                    quota.known.as_ref().is_some_and(|known| known.source == Source::Usage)
                };
                self.titles.retain(|family, _| !self.quotas.get(family).is_some_and(listed));
                self.quotas.retain(|_, quota| !listed(quota));
            }
            Event::Refused { model, family, at, until } => {
                let quota = self.quotas.entry(*family).or_default();
                quota.apply(&QuotaEvent::Refused { at: *at, until: *until });
                let Some(model) = model else { return };
                let until = until.map(|reset| reset.max(quota.exhausted(*at).flatten().unwrap_or(reset)));
                self.members.insert(model.clone(), (*family, until));
            }
            Event::Lacks { model: Some(model), at } => {
                self.lacking.insert(model.clone(), *at + SignedDuration::from_hours(1));
            }
            Event::Served { model: Some(model), began } => {
                self.lacking.remove(model);
                let family = self.family(model, *began);
                if let Some(quota) = family.and_then(|family| self.quotas.get_mut(&family)) {
                    quota.apply(&QuotaEvent::Served { began: *began });
                }
            }
            Event::Lacks { model: None, .. } | Event::Served { model: None, .. } => {}
        }
    }

    fn family(&self, model: &str, at: Timestamp) -> Option<LimitFamily> {
        match self.members.get(model) {
            Some((family, None)) => Some(*family),
            Some((family, Some(until))) if *until > at => Some(*family),
            Some(_) | None => {
                let named = self.titles.iter().find(|(_, title)| title.eq_ignore_ascii_case(model));
                named.map(|(family, _)| *family)
            }
        }
    }
}

impl DerivedQuota {
    /// Whether nothing is left, and then until when.
    fn exhausted(&self, at: Timestamp) -> Option<Option<Timestamp>> {
        match self.supply(at) {
            Supply::Exhausted { until } => Some(until),
            Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } => None,
        }
    }
}
