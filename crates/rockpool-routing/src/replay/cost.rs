//! What work costs: percent of a window that a unit of it takes, by account.

use std::collections::{BTreeMap, BTreeSet};

use super::recording::{Recording, Request};
use crate::AccountId;
use crate::runway::{Sample, Slot, TELLING_PERCENT, Tokens, burnt};

/// What may be hidden by the rounding of two percentages.
const ROUNDING_PERCENT: f64 = 1.0;

/// What work costs each account.
#[derive(Debug, Default)]
pub(super) struct Costs {
    /// Percent per unit of work.
    told: BTreeMap<(AccountId, Slot), f64>,
    guessed: BTreeMap<(AccountId, Slot), f64>,
    unseen: BTreeSet<AccountId>,
    usual_work: f64,
}

/// What one window of one account shows.
struct Observed {
    percent: f64,
    work: f64,
}

impl Costs {
    pub(super) fn of(recording: Recording<'_>) -> Self {
        let usual_work = usual_work(recording.requests);
        let mut costs = Self { usual_work, ..Self::default() };
        let mut weak: Vec<(AccountId, Slot, Observed)> = Vec::new();
        for account in recording.pool.accounts() {
            let samples = recording.samples.get(&account).map_or(&[][..], Vec::as_slice);
            let slots: BTreeSet<Slot> =
                samples.iter().flat_map(|sample| &sample.windows).map(Slot::of).collect();
            if slots.is_empty() {
                costs.unseen.insert(account);
            }
            for slot in slots {
                let work = work(recording.requests, account, samples, usual_work);
                let evidence = Observed { percent: burnt(samples, slot), work };
                if evidence.percent >= TELLING_PERCENT && work > 0.0 {
                    costs.told.insert((account, slot), evidence.percent / work);
                } else {
                    weak.push((account, slot, evidence));
                }
            }
        }
        for (account, slot, evidence) in weak {
            let guess = costs.mean(slot).min(evidence.most());
            costs.guessed.insert((account, slot), guess);
        }
        costs
    }

    /// The mean of the accounts whose record tells.
    fn mean(&self, slot: Slot) -> f64 {
        let told = self.told.iter().filter(|((_, told), _)| *told == slot).map(|(_, cost)| *cost);
        let told: Vec<f64> = told.collect();
        if told.is_empty() { 0.0 } else { told.iter().sum::<f64>() / told.len() as f64 }
    }

    pub(super) fn percent_per_work(&self, account: AccountId, slot: Slot) -> f64 {
        let key = (account, slot);
        self.told.get(&key).or(self.guessed.get(&key)).copied().unwrap_or_default()
    }

    /// Whether something had to be guessed.
    pub(super) fn guessed(&self) -> bool {
        !self.guessed.is_empty() || !self.unseen.is_empty()
    }

    /// Work of a request whose tokens nobody counted.
    pub(super) fn usual_work(&self) -> f64 {
        self.usual_work
    }
}

impl Observed {
    /// Work costs no more than this, or it would show.
    fn most(&self) -> f64 {
        if self.work > 0.0 { (self.percent + ROUNDING_PERCENT) / self.work } else { f64::INFINITY }
    }
}

/// The average of the requests that were counted; 1 where none was.
fn usual_work(requests: &[Request]) -> f64 {
    let counted: Vec<f64> = requests
        .iter()
        .filter_map(|request| request.tokens)
        .map(Tokens::work)
        .filter(|work| *work > 0.0)
        .collect();
    if counted.is_empty() { 1.0 } else { counted.iter().sum::<f64>() / counted.len() as f64 }
}

/// Work that the account did while its samples were taken.
fn work(requests: &[Request], account: AccountId, samples: &[Sample], usual: f64) -> f64 {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return 0.0 };
    let mine = requests.iter().filter(|request| request.served == Some(account));
    let seen = mine.filter(|request| request.at >= first.at && request.at <= last.at);
    seen.map(|request| request.tokens.map_or(usual, Tokens::work)).sum()
}
