//! The list of models: the union over the pool's accounts, in one shape for the Codex CLI and the SDKs,
//! under an ETag that changes only when the list does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue, Method, Response, header};
use rockpool_routing::{AccountId, Class, Readiness};
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::core::Core;
use crate::host::clock::Clock;
use crate::proxy::authenticate::Caller;
use crate::proxy::failover::attempt;
use crate::proxy::failover::attempt::{Credentials, Outgoing, Reply};
use crate::proxy::failover::candidates::BearerShown;
use crate::proxy::request::body::Encoding;
use crate::proxy::request::headers::TurnState;
use crate::proxy::request::payload::Sendable;
use crate::proxy::response::body::{ProxyBody, whole};
use crate::proxy::response::error_response::ProxyError;

/// A list younger than this is not asked for again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// After a failure the provider is left alone this long.
const RETRY: Duration = Duration::from_secs(30);
/// Longest wait for one account's list.
const PATIENCE: Duration = Duration::from_secs(5);
/// Lists kept; one per account and client version.
const MOST: usize = 200;

type Key = (AccountId, String);
type Models = Arc<Vec<Box<RawValue>>>;

/// What is known of one account's list.
#[derive(Default)]
struct Known {
    /// As the provider sent it.
    models: Option<Models>,
    /// Why it was not to be had the last time.
    trouble: Option<String>,
    ask_again: Option<Instant>,
}

impl Known {
    /// The newest list, however old, or why there is none.
    fn answer(&self) -> Result<Models, String> {
        let trouble = || self.trouble.clone().unwrap_or_else(|| "no list is known yet".to_owned());
        self.models.clone().ok_or_else(trouble)
    }
}

/// One account's list, asked for by one request at a time.
#[derive(Default)]
struct Shelf {
    known: Mutex<Known>,
    asking: tokio::sync::Mutex<()>,
}

impl Shelf {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The list: as known where that is fresh enough, else as `ask` gets it. Who comes while it is being
    /// asked for shares the answer, and a failure too.
    async fn list(
        &self,
        clock: &Clock,
        ask: impl Future<Output = Result<Vec<Box<RawValue>>, String>>,
    ) -> Result<Models, String> {
        let _turn = self.asking.lock().await;
        {
            let known = self.known();
            if known.ask_again.is_some_and(|at| clock.now().mono < at) {
                return known.answer();
            }
        }
        let late = || Err(format!("the provider gave no list within {} seconds", PATIENCE.as_secs()));
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
pub(crate) struct ModelCache(Mutex<BTreeMap<Key, Arc<Shelf>>>);

impl ModelCache {
    fn shelf(&self, key: Key) -> Arc<Shelf> {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shelves.len() >= MOST && !shelves.contains_key(&key) {
            shelves.clear();
        }
        Arc::clone(shelves.entry(key).or_default())
    }
}

#[derive(Deserialize)]
struct Listed {
    models: Vec<Box<RawValue>>,
}

/// Answers `GET /v1/models`.
pub(crate) async fn serve(
    core: &Arc<Core>,
    caller: &Caller,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Response<ProxyBody>, ProxyError> {
    let pool = caller.registry.pool_for(&caller.client);
    let asked = pool.accounts().map(|account| catalog(core, caller, account, headers, query));
    let mut lists = Vec::new();
    let mut trouble = "no account is signed in".to_owned();
    for list in join_all(asked).await {
        match list {
            Ok(models) => lists.push(models),
            Err(text) => trouble = text,
        }
    }
    if lists.is_empty() {
        return Err(ProxyError::NoModels(trouble));
    }
    Ok(respond(&union(&lists)))
}

/// One account's list. A blocked account is not asked; its last known list still counts, so that the
/// ETag does not change with every limit that is reached.
async fn catalog(
    core: &Arc<Core>,
    caller: &Caller,
    account: AccountId,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Models, String> {
    let shelf = core.models.shelf((account, query.unwrap_or_default().to_owned()));
    match core.routing.read(|router, now| router.readiness(account, now)) {
        Readiness::Active | Readiness::FallbackOnly => {
            shelf.list(&core.clock, fetch(core, caller, account, headers, query)).await
        }
        Readiness::Blocked(blocked) => {
            let known = shelf.known().models.clone();
            known.ok_or_else(|| format!("{} is {}", caller.registry.name_of(account), blocked.state.name()))
        }
    }
}

async fn fetch(
    core: &Arc<Core>,
    caller: &Caller,
    account: AccountId,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Vec<Box<RawValue>>, String> {
    let path = query.map_or_else(|| "codex/models".to_owned(), |query| format!("codex/models?{query}"));
    let mut credentials = Credentials::Present;
    let mut tried;
    loop {
        let outgoing = Outgoing {
            method: Method::GET,
            path: &path,
            headers,
            body: Sendable { bytes: bytes::Bytes::new(), encoding: Encoding::Plain },
            turn_state: TurnState::Drop,
        };
        tried = attempt::send(core, caller, account, credentials, &outgoing).await;
        match (tried.class, tried.bearer, credentials) {
            (Class::Unauthorized, BearerShown::Generation(generation), Credentials::Present) => {
                credentials = Credentials::NewerThan(generation);
            }
            (_, _, _) => break,
        }
    }
    match tried.reply {
        Reply::Whole { status, body, .. } if status.is_success() => serde_json::from_slice::<Listed>(&body)
            .map(|listed| listed.models)
            .map_err(|_| "the provider's list could not be read".to_owned()),
        Reply::Whole { status, .. } | Reply::Stream { status, .. } => {
            Err(format!("the provider answered {status}"))
        }
        Reply::Nothing(text) => Err(text),
    }
}

/// All models, each once, the first account's entry standing.
fn union(lists: &[Arc<Vec<Box<RawValue>>>]) -> Vec<&RawValue> {
    #[derive(Deserialize)]
    struct Named {
        slug: String,
    }
    let mut seen = std::collections::BTreeSet::new();
    let models = lists.iter().flat_map(|list| list.iter());
    models
        .filter(|raw| serde_json::from_str::<Named>(raw.get()).is_ok_and(|named| seen.insert(named.slug)))
        .map(|raw| &**raw)
        .collect()
}

fn respond(models: &[&RawValue]) -> Response<ProxyBody> {
    let data: Vec<Value> = models.iter().filter_map(|raw| public(raw)).collect();
    let list: Vec<&str> = models.iter().map(|raw| raw.get()).collect();
    let body = format!(r#"{{"object":"list","data":{},"models":[{}]}}"#, Value::Array(data), list.join(","));
    let digest = Sha256::digest(body.as_bytes());
    let etag =
        digest.iter().take(12).fold(String::from("\"rp-"), |text, byte| format!("{text}{byte:02x}")) + "\"";
    let mut response = Response::new(whole(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// The entry in the public API's shape.
fn public(raw: &RawValue) -> Option<Value> {
    let model: Value = serde_json::from_str(raw.get()).ok()?;
    let slug = model.get("slug")?.as_str()?;
    Some(json!({ "id": slug, "object": "model", "created": 0, "owned_by": "openai" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Arc<Vec<Box<RawValue>>> {
        Arc::new(entries.iter().map(|entry| RawValue::from_string((*entry).to_owned()).unwrap()).collect())
    }

    #[test]
    fn a_model_of_two_accounts_is_listed_once_and_untouched() {
        let lists = [
            list(&[r#"{"slug":"a", "x":1.0}"#]),
            list(&[r#"{"slug":"b"}"#, r#"{"slug":"a","x":2}"#, r#"{"no":1}"#]),
        ];
        let union: Vec<&str> = union(&lists).iter().map(|raw| raw.get()).collect();
        assert_eq!(union, [r#"{"slug":"a", "x":1.0}"#, r#"{"slug":"b"}"#]);
    }

    fn pending() -> impl Future<Output = Result<Vec<Box<RawValue>>, String>> {
        std::future::pending()
    }

    fn entry(slug: &str) -> Vec<Box<RawValue>> {
        vec![RawValue::from_string(format!(r#"{{"slug":"{slug}"}}"#)).unwrap()]
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_does_not_answer_is_given_up_after_five_seconds() {
        let started = tokio::time::Instant::now();
        let error = Shelf::default().list(&Clock::system(), pending()).await.unwrap_err();
        assert!(error.contains("5 seconds"), "{error}");
        assert_eq!(started.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_while_a_list_is_asked_for_shares_it() {
        let (shelf, clock) = (Shelf::default(), Clock::system());
        let slow = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(entry("a"))
        };
        let again = async { panic!("asked twice") };
        let (first, second) = tokio::join!(shelf.list(&clock, slow), shelf.list(&clock, again));
        assert!(Arc::ptr_eq(&first.unwrap(), &second.unwrap()));
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_goes_away_leaves_the_question_to_the_next() {
        let (shelf, clock) = (Shelf::default(), Clock::system());
        let gone = tokio::time::timeout(Duration::from_secs(1), shelf.list(&clock, pending())).await;
        assert!(gone.is_err());
        let ask = async { Ok(entry("a")) };
        assert_eq!(shelf.list(&clock, ask).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_remembered_for_a_while_with_and_without_an_older_list() {
        let (shelf, clock) = (Shelf::default(), Clock::manual(jiff::Timestamp::UNIX_EPOCH));
        let fails = || async { Err("no".to_owned()) };
        let never = || async { panic!("asked too early") };
        let works = || async { Ok(entry("a")) };
        assert_eq!(shelf.list(&clock, fails()).await.unwrap_err(), "no");
        clock.advance(RETRY / 2);
        assert_eq!(shelf.list(&clock, never()).await.unwrap_err(), "no");
        clock.advance(RETRY);
        assert!(shelf.list(&clock, works()).await.is_ok());
        clock.advance(FRESH);
        assert!(shelf.list(&clock, fails()).await.is_ok(), "the older list stands");
        assert!(shelf.list(&clock, never()).await.is_ok());
    }

    #[test]
    fn the_etag_depends_on_the_list_alone() {
        let etag = |entries: &[&str]| {
            let lists = [list(entries)];
            respond(&union(&lists)).headers()[header::ETAG].clone()
        };
        assert_eq!(etag(&[r#"{"slug":"a"}"#]), etag(&[r#"{"slug":"a"}"#]));
        assert_ne!(etag(&[r#"{"slug":"a"}"#]), etag(&[r#"{"slug":"b"}"#]));
    }
}
