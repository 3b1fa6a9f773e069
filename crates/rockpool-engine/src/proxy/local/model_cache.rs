//! The lists of models that are known, one for each account and client version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use rockpool_dialects::Shape;
use rockpool_routing::AccountId;
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::host::clock::Clock;

/// A list younger than this is not asked for again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// After a failure the provider is left alone this long.
const RETRY: Duration = Duration::from_secs(30);
/// Longest wait for one account's list.
const PATIENCE: Duration = Duration::from_secs(5);
/// Lists kept; one per account and client version.
const MOST: usize = 200;

type CacheKey = (AccountId, String);
pub(super) type Models = Arc<ModelList>;

/// One account's list.
#[derive(Debug, Default)]
pub(crate) struct ModelList {
    /// The entries as the provider sent them, in its order.
    pub(super) raw: Vec<Box<RawValue>>,
    /// What translations need of those that have a name.
    pub(crate) entries: Vec<ModelEntry>,
}

/// One model of a list. An entry is long, so this is read off it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModelEntry {
    pub(crate) name: String,
    display_name: Option<String>,
    pub(crate) shape: Shape,
    /// Reasoning efforts, from the least.
    pub(crate) efforts: Vec<String>,
    pub(crate) verbosity: bool,
    /// Offered to people, and not only for a tool's own errands.
    pub(crate) listed: bool,
    /// The smaller, the further in front the provider shows it.
    pub(crate) priority: i64,
}

impl ModelList {
    pub(super) fn new(raw: Vec<Box<RawValue>>) -> Self {
        let entries = raw.iter().filter_map(|raw| ModelEntry::read(raw)).collect();
        Self { raw, entries }
    }
}

impl ModelEntry {
    /// As people read it.
    pub(super) fn display_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    pub(super) fn read(raw: &RawValue) -> Option<Self> {
        #[derive(Deserialize)]
        struct Entry {
            slug: String,
            display_name: Option<String>,
            #[serde(default)]
            use_responses_lite: bool,
            #[serde(default)]
            supported_reasoning_levels: Vec<Level>,
            #[serde(default)]
            support_verbosity: bool,
            visibility: Option<String>,
            #[serde(default)]
            priority: i64,
        }
        #[derive(Deserialize)]
        struct Level {
            effort: String,
        }
        let entry: Entry = serde_json::from_str(raw.get()).ok()?;
        Some(Self {
            name: entry.slug,
            display_name: entry.display_name,
            shape: if entry.use_responses_lite { Shape::Lite } else { Shape::Plain },
            efforts: entry.supported_reasoning_levels.into_iter().map(|level| level.effort).collect(),
            verbosity: entry.support_verbosity,
            listed: entry.visibility.as_deref() != Some("hide"),
            priority: entry.priority,
        })
    }
}

/// Why there is no list of an account's models.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum NoList {
    #[error("no account is signed in")]
    NoAccount,
    #[error("no list is known yet")]
    NotYet,
    #[error("the provider gave no list within {} seconds", PATIENCE.as_secs())]
    Late,
    #[error("{name} is {state}")]
    Blocked { name: String, state: &'static str },
    #[error("the provider's list could not be read")]
    Unreadable,
    #[error("the provider answered {0}")]
    Answered(StatusCode),
    #[error("{0}")]
    Unreachable(String),
}

/// What is known of one account's list.
#[derive(Default)]
struct Known {
    /// As the provider sent it.
    models: Option<Models>,
    /// Why it was not to be had the last time.
    trouble: Option<NoList>,
    ask_again: Option<Instant>,
}

impl Known {
    /// The newest list, however old, or why there is none.
    fn answer(&self) -> Result<Models, NoList> {
        let trouble = || self.trouble.clone().unwrap_or(NoList::NotYet);
        self.models.clone().ok_or_else(trouble)
    }
}

/// One account's list, asked for by one request at a time.
#[derive(Default)]
pub(super) struct KnownList {
    known: Mutex<Known>,
    asking: tokio::sync::Mutex<()>,
}

impl KnownList {
    /// The newest list, however old.
    pub(super) fn last(&self) -> Option<Models> {
        self.known().models.clone()
    }

    /// Whether it is to be asked for again, and nobody does so now.
    pub(super) fn is_due(&self, clock: &Clock) -> bool {
        let due = self.known().ask_again.is_none_or(|at| at <= clock.now().mono);
        due && self.asking.try_lock().is_ok()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The list: as known where that is fresh enough, else as `ask` gets it. Who comes while it is being
    /// asked for shares the answer, and a failure too.
    pub(super) async fn fresh(
        &self,
        clock: &Clock,
        ask: impl Future<Output = Result<ModelList, NoList>>,
    ) -> Result<Models, NoList> {
        let _turn = self.asking.lock().await;
        {
            let known = self.known();
            if known.ask_again.is_some_and(|at| clock.now().mono < at) {
                return known.answer();
            }
        }
        let late = || Err(NoList::Late);
        let asked = tokio::time::timeout(PATIENCE, ask).await.unwrap_or_else(|_| late());
        let now = clock.now().mono;
        let mut known = self.known();
        match asked {
            Ok(models) => {
                *known =
                    Known { models: Some(Arc::new(models)), trouble: None, ask_again: Some(now + FRESH) };
            }
            Err(trouble) => {
                known.trouble = Some(trouble);
                known.ask_again = Some(now + RETRY);
            }
        }
        known.answer()
    }
}

/// The lists that are known.
#[derive(Default)]
pub(crate) struct ModelCache(Mutex<BTreeMap<CacheKey, Arc<KnownList>>>);

impl ModelCache {
    pub(super) fn list(&self, key: CacheKey) -> Arc<KnownList> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MOST && !lists.contains_key(&key) {
            lists.clear();
        }
        Arc::clone(lists.entry(key).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> impl Future<Output = Result<ModelList, NoList>> {
        std::future::pending()
    }

    fn entry(slug: &str) -> ModelList {
        ModelList::new(vec![RawValue::from_string(format!(r#"{{"slug":"{slug}"}}"#)).unwrap()])
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_does_not_answer_is_given_up_after_five_seconds() {
        let started = tokio::time::Instant::now();
        let error = KnownList::default().fresh(&Clock::system(), pending()).await.unwrap_err();
        assert!(error.to_string().contains("5 seconds"), "{error}");
        assert_eq!(started.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_while_a_list_is_asked_for_shares_it() {
        let (list, clock) = (KnownList::default(), Clock::system());
        let slow = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(entry("a"))
        };
        let again = async { panic!("asked twice") };
        let (first, second) = tokio::join!(list.fresh(&clock, slow), list.fresh(&clock, again));
        assert!(Arc::ptr_eq(&first.unwrap(), &second.unwrap()));
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_goes_away_leaves_the_question_to_the_next() {
        let (list, clock) = (KnownList::default(), Clock::system());
        let gone = tokio::time::timeout(Duration::from_secs(1), list.fresh(&clock, pending())).await;
        assert!(gone.is_err());
        let ask = async { Ok(entry("a")) };
        assert_eq!(list.fresh(&clock, ask).await.unwrap().entries.len(), 1);
    }

    #[tokio::test]
    async fn a_list_is_due_when_it_is_old_and_nobody_asks_for_it() {
        let (list, clock) = (KnownList::default(), Clock::manual(jiff::Timestamp::UNIX_EPOCH));
        assert!(list.is_due(&clock));
        list.fresh(&clock, async { Ok(entry("a")) }).await.unwrap();
        assert!(!list.is_due(&clock));
        clock.advance(FRESH);
        assert!(list.is_due(&clock));
        let _asking = list.asking.lock().await;
        assert!(!list.is_due(&clock));
    }

    #[tokio::test]
    async fn a_failure_is_remembered_for_a_while_with_and_without_an_older_list() {
        let (list, clock) = (KnownList::default(), Clock::manual(jiff::Timestamp::UNIX_EPOCH));
        let fails = || async { Err(NoList::Unreachable("no".to_owned())) };
        let never = || async { panic!("asked too early") };
        let works = || async { Ok(entry("a")) };
        assert_eq!(list.fresh(&clock, fails()).await.unwrap_err().to_string(), "no");
        clock.advance(RETRY / 2);
        assert_eq!(list.fresh(&clock, never()).await.unwrap_err().to_string(), "no");
        clock.advance(RETRY);
        assert!(list.fresh(&clock, works()).await.is_ok());
        clock.advance(FRESH);
        assert!(list.fresh(&clock, fails()).await.is_ok(), "the older list stands");
        assert!(list.fresh(&clock, never()).await.is_ok());
    }
}
