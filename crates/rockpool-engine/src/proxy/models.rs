//! The list of models: the union over the pool's accounts, in one shape for the Codex CLI and the SDKs,
//! under an ETag that changes only when the list does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Method, Response, header};
use rockpool_routing::{AccountId, Class};
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::attempt::{self, Credentials, Outgoing, Reply};
use super::authenticate::Caller;
use super::body::{Encoding, ProxyBody, whole};
use super::headers::TurnState;
use super::payload::Sendable;
use super::rescue::ProxyError;
use super::walk::BearerShown;
use crate::core::Core;

/// A list younger than this is not asked for again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// After a failure the provider is left alone this long, as long as an older list is there.
const RETRY: Duration = Duration::from_secs(30);
/// Lists kept; one per account and client version.
const MOST: usize = 200;

type Key = (AccountId, String);

/// One account's list as the provider sent it.
#[derive(Clone)]
struct Catalog {
    models: Arc<Vec<Box<RawValue>>>,
    ask_again: Instant,
}

/// The lists that are known.
#[derive(Default)]
pub(crate) struct ModelCache(Mutex<BTreeMap<Key, Catalog>>);

impl ModelCache {
    fn get(&self, key: &Key) -> Option<Catalog> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: Key, catalog: Catalog) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, catalog);
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
    let mut lists = Vec::new();
    let mut trouble = "no account is signed in".to_owned();
    for account in pool.accounts() {
        match catalog(core, caller, account, headers, query).await {
            Ok(models) => lists.push(models),
            Err(text) => trouble = text,
        }
    }
    if lists.is_empty() {
        return Err(ProxyError::NoModels(trouble));
    }
    Ok(respond(&union(&lists)))
}

async fn catalog(
    core: &Arc<Core>,
    caller: &Caller,
    account: AccountId,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Arc<Vec<Box<RawValue>>>, String> {
    let now = core.clock.now().mono;
    let key = (account, query.unwrap_or_default().to_owned());
    let known = core.models.get(&key);
    if let Some(known) = known.as_ref().filter(|known| now < known.ask_again) {
        return Ok(Arc::clone(&known.models));
    }
    match (fetch(core, caller, account, headers, query).await, known) {
        (Ok(models), _) => {
            let models = Arc::new(models);
            core.models.put(key, Catalog { models: Arc::clone(&models), ask_again: now + FRESH });
            Ok(models)
        }
        (Err(_), Some(known)) => {
            core.models.put(key, Catalog { ask_again: now + RETRY, ..known.clone() });
            Ok(known.models)
        }
        (Err(text), None) => Err(text),
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
