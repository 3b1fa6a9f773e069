//! The list of models: the union over the pool's accounts, in one shape for the Codex CLI and the SDKs,
//! under an ETag that changes only when the list does.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use http::request::Parts;
use http::{HeaderValue, Method, Response, header};
use rockpool_routing::{AccountId, Readiness};
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::model_cache::{Models, NoList};
use crate::provider::content_coding::readable;
use crate::provider::endpoints::MODELS;
use crate::proxy::authenticate::Caller;
use crate::proxy::failover::attempt::{self, Outgoing, ProviderReply, Tried};
use crate::proxy::failover::candidates::{Candidates, Next};
use crate::proxy::failover::context::{Named, RequestContext};
use crate::proxy::request::body::{Encoding, MAX_BODY};
use crate::proxy::request::headers::TurnState;
use crate::proxy::request::payload::Sendable;
use crate::proxy::response::body::{ProxyBody, whole};
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::state::DataPlane;

/// As much of an unknown name is repeated.
const LONGEST_NAME: usize = 128;

#[derive(Deserialize)]
struct Listed {
    models: Vec<Box<RawValue>>,
}

/// Answers `GET /v1/models` with what any account of the pool may use.
pub(crate) async fn serve(
    plane: &Arc<DataPlane>,
    caller: Caller,
    head: Parts,
) -> Result<Response<ProxyBody>, ProxyError> {
    let lists = known(plane, caller, head).await?;
    Ok(respond(&union(&lists)))
}

/// Answers `GET /v1/models/NAME`; `name` is as it stands in the path.
pub(crate) async fn serve_one(
    plane: &Arc<DataPlane>,
    caller: Caller,
    head: Parts,
    name: &str,
) -> Result<Response<ProxyBody>, ProxyError> {
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    let lists = known(plane, caller, head).await?;
    let model = union(&lists).into_iter().filter_map(public).find(|model| model["id"] == *name);
    let model = model.ok_or_else(|| ProxyError::NoSuchModel(name.chars().take(LONGEST_NAME).collect()))?;
    Ok(json_response(model.to_string()))
}

/// The lists of the pool's accounts, as far as they are known or can be had.
async fn known(plane: &Arc<DataPlane>, caller: Caller, mut head: Parts) -> Result<Vec<Models>, ProxyError> {
    let version = head.uri.query().unwrap_or_default().to_owned();
    // A HEAD is answered without a body, and the lists are in bodies.
    head.method = Method::GET;
    let context = RequestContext::new(plane, caller, head, MODELS, &Named::default());
    let asked = context.pool.accounts().map(|account| catalog(&context, account, &version));
    let mut lists = Vec::new();
    let mut trouble = NoList::NoAccount;
    for list in join_all(asked).await {
        match list {
            Ok(models) => lists.push(models),
            Err(no_list) => trouble = no_list,
        }
    }
    if lists.is_empty() {
        return Err(ProxyError::NoModels(trouble.to_string()));
    }
    Ok(lists)
}

/// One account's list. A blocked account is not asked; its last known list still counts, so that the
/// ETag does not change with every limit that is reached.
async fn catalog(context: &RequestContext, account: AccountId, version: &str) -> Result<Models, NoList> {
    let core = context.core();
    let list = context.plane.models.list((account, version.to_owned()));
    match core.routing.read(|router, now| router.readiness(account, now)) {
        Readiness::Active | Readiness::FallbackOnly => list.fresh(&core.clock, fetch(context, account)).await,
        Readiness::Blocked(blocked) => list.last().ok_or_else(|| NoList::Blocked {
            name: context.caller.registry.name_of(account),
            state: blocked.state.name(),
        }),
    }
}

/// Asks one account. No lease is held and no record left: a list says nothing of how it serves requests.
async fn fetch(context: &RequestContext, account: AccountId) -> Result<Vec<Box<RawValue>>, NoList> {
    let mut candidates = Candidates::only(account);
    loop {
        let outgoing = Outgoing {
            account,
            bearer_choice: candidates.bearer_choice(),
            body: Sendable { bytes: Bytes::new(), encoding: Encoding::Plain },
            turn_state: TurnState::Drop,
        };
        let Tried { outcome, reply } = attempt::send(context, &outgoing).await;
        match candidates.after(outcome.class, outcome.delivery, outcome.bearer) {
            Next::Refresh => {}
            Next::Return | Next::Strip | Next::Account(_) | Next::NoneLeft => return listed(reply),
        }
    }
}

fn listed(reply: ProviderReply) -> Result<Vec<Box<RawValue>>, NoList> {
    match reply {
        ProviderReply::Whole { status, headers, body } if status.is_success() => {
            serde_json::from_slice::<Listed>(&readable(&headers, &body, MAX_BODY))
                .map(|listed| listed.models)
                .map_err(|_| NoList::Unreadable)
        }
        ProviderReply::Whole { status, .. } | ProviderReply::Stream { status, .. } => {
            Err(NoList::Answered(status))
        }
        ProviderReply::Nothing(text) => Err(NoList::Unreachable(text)),
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
    let mut response = json_response(body);
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn json_response(body: String) -> Response<ProxyBody> {
    let mut response = Response::new(whole(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
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
