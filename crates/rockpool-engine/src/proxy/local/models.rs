//! The list of models: the union over the pool's accounts, in one shape for the Codex CLI and the SDKs,
//! under an ETag that changes only when the list does.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use http::request::Parts;
use http::{HeaderValue, Method, Response, header};
use rockpool_dialects::{Refusal, anthropic_model, anthropic_models};
use rockpool_routing::{AccountId, Readiness};
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::model_cache::{ModelEntry, ModelList, Models, NoList};
use super::pool_catalogue::PoolCatalogue;
use crate::host::tasks::stopped;
use crate::model::settings::model_alias::ModelAlias;
use crate::provider::content_coding::readable;
use crate::provider::endpoints::{CLIENT_VERSION, MODELS};
use crate::provider::headers::ANTHROPIC_VERSION;
use crate::proxy::authenticate::Caller;
use crate::proxy::failover::attempt::{self, Outgoing, ProviderReply, Tried};
use crate::proxy::failover::candidates::{Candidates, Next};
use crate::proxy::failover::context::{Named, RequestContext};
use crate::proxy::failover::no_account;
use crate::proxy::request::body::{Encoding, MAX_BODY};
use crate::proxy::request::headers::{TurnState, own_headers};
use crate::proxy::request::payload::Sendable;
use crate::proxy::response::body::{ProxyBody, whole};
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::state::DataPlane;

#[derive(Deserialize)]
struct Listed {
    models: Vec<Box<RawValue>>,
}

/// In whose form a list is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListForm {
    /// The backend's, with the public API's beside it: one answer serves the Codex CLI and others.
    Backend,
    OpenAi,
    Anthropic,
}

impl ListForm {
    fn of(head: &Parts) -> Self {
        if asks_for_a_version(head) {
            Self::Backend
        } else if head.headers.contains_key(ANTHROPIC_VERSION) {
            Self::Anthropic
        } else {
            Self::OpenAi
        }
    }
}

/// The list depends on the version that asks, and the provider gives none to whoever names none.
fn asks_for_a_version(head: &Parts) -> bool {
    head.uri.query().unwrap_or_default().split('&').any(|pair| pair.starts_with("client_version="))
}

/// Answers `GET /v1/models` with what any account of the pool may use.
pub(crate) async fn serve(
    plane: &Arc<DataPlane>,
    caller: Caller,
    head: Parts,
) -> Result<Response<ProxyBody>, ProxyError> {
    let form = ListForm::of(&head);
    let lists = known(plane, caller, head, Waits::ForAFreshOne).await?;
    Ok(respond(lists, form))
}

/// Answers `GET /v1/models/NAME`; `name` is as it stands in the path.
pub(crate) async fn serve_one(
    plane: &Arc<DataPlane>,
    caller: Caller,
    head: Parts,
    name: &str,
) -> Result<Response<ProxyBody>, ProxyError> {
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    let form = ListForm::of(&head);
    let (aliases, client) = names_of(plane, &caller);
    let lists = known(plane, caller, head, Waits::ForAFreshOne).await?;
    let catalogue = PoolCatalogue::of(lists).with_aliases(aliases, &client);
    let model = catalogue.entry(&name).map_err(Refusal::from)?;
    Ok(json_response(match form {
        ListForm::Backend | ListForm::OpenAi => public(&name).to_string(),
        ListForm::Anthropic => {
            String::from_utf8_lossy(&anthropic_model(&name, model.display_name())).into_owned()
        }
    }))
}

/// The models of the pool that a client is pointed at, for translations.
pub(crate) async fn catalogue(plane: &Arc<DataPlane>, caller: Caller) -> Result<PoolCatalogue, ProxyError> {
    let mut request = http::Request::new(()).into_parts().0;
    request.headers = own_headers();
    let (aliases, client) = names_of(plane, &caller);
    let lists = known(plane, caller, request, Waits::ForAnyOne).await?;
    Ok(PoolCatalogue::of(lists).with_aliases(aliases, &client))
}

/// The owner's names for models, and the client that they are looked up for.
fn names_of(plane: &DataPlane, caller: &Caller) -> (Vec<ModelAlias>, String) {
    (plane.core.settings.get().model_aliases.value.clone(), caller.client.name.clone())
}

/// How long a list is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    /// Until it is fresh, or the provider took too long.
    ForAFreshOne,
    /// Only where none is known: an older one is asked for anew beside the request that uses it.
    ForAnyOne,
}

/// The lists of the pool's accounts, as far as they are known or can be had.
async fn known(
    plane: &Arc<DataPlane>,
    caller: Caller,
    mut head: Parts,
    waits: Waits,
) -> Result<Vec<(AccountId, Models)>, ProxyError> {
    let version = match asks_for_a_version(&head) {
        true => head.uri.query().unwrap_or_default().to_owned(),
        false => format!("client_version={CLIENT_VERSION}"),
    };
    // A HEAD is answered without a body, and the lists are in bodies.
    head.method = Method::GET;
    if !asks_for_a_version(&head) {
        head.headers = own_headers();
        head.uri = format!("/?{version}").parse().unwrap_or_default();
    }
    let context = Arc::new(RequestContext::new(plane, caller, head, MODELS, &Named::default()));
    let asked = context.pool.accounts().map(|account| {
        let list = catalog(&context, account, &version, waits);
        async move { list.await.map(|models| (account, models)) }
    });
    let mut lists = Vec::new();
    let mut trouble = NoList::NoAccount;
    for list in join_all(asked).await {
        match list {
            Ok(models) => lists.push(models),
            Err(no_list) => trouble = no_list,
        }
    }
    if lists.is_empty() {
        // Where no account can serve, that is what the tool has to hear.
        return Err(no_account::error(&context, None).unwrap_or(ProxyError::NoModels(trouble.to_string())));
    }
    Ok(lists)
}

/// One account's list. A blocked account is not asked; its last known list still counts, so that the
/// ETag does not change with every limit that is reached.
async fn catalog(
    context: &Arc<RequestContext>,
    account: AccountId,
    version: &str,
    waits: Waits,
) -> Result<Models, NoList> {
    let core = context.core();
    let list = context.plane.models.list((account, version.to_owned()));
    let readiness = core.routing.read(|router, now| router.readiness(account, now));
    if waits == Waits::ForAnyOne
        && let Some(known) = list.last()
    {
        if list.is_due(&core.clock) && !matches!(readiness, Readiness::Blocked(_)) {
            let asking = Arc::clone(context);
            context.plane.sessions.spawn(async move {
                let mut stop = asking.core().stopped.clone();
                tokio::select! {
                    _ = list.fresh(&asking.core().clock, fetch(&asking, account)) => {}
                    () = stopped(&mut stop) => {}
                }
            });
        }
        return Ok(known);
    }
    match readiness {
        Readiness::Active | Readiness::FallbackOnly => list.fresh(&core.clock, fetch(context, account)).await,
        Readiness::Blocked(blocked) => list.last().ok_or_else(|| NoList::Blocked {
            name: context.caller.registry.name_of(account),
            state: blocked.state.name(),
        }),
    }
}

/// Asks one account. No lease is held and no record left: a list says nothing of how it serves requests.
async fn fetch(context: &RequestContext, account: AccountId) -> Result<ModelList, NoList> {
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

fn listed(reply: ProviderReply) -> Result<ModelList, NoList> {
    match reply {
        ProviderReply::Whole { status, headers, body } if status.is_success() => {
            serde_json::from_slice::<Listed>(&readable(&headers, &body, MAX_BODY))
                .map(|listed| ModelList::new(listed.models))
                .map_err(|_| NoList::Unreadable)
        }
        ProviderReply::Whole { status, .. } | ProviderReply::Stream { status, .. } => {
            Err(NoList::Answered(status))
        }
        ProviderReply::Nothing(text) => Err(NoList::Unreachable(text)),
    }
}

/// All models as the provider wrote them, each once, the first account's entry standing.
fn union(lists: &[(AccountId, Models)]) -> Vec<&RawValue> {
    let mut seen = BTreeSet::new();
    let models = lists.iter().flat_map(|(_, list)| list.raw.iter());
    models
        .filter(|raw| ModelEntry::read(raw).is_some_and(|entry| seen.insert(entry.name)))
        .map(|raw| &**raw)
        .collect()
}

fn respond(lists: Vec<(AccountId, Models)>, form: ListForm) -> Response<ProxyBody> {
    let raw = match form {
        ListForm::Backend => {
            let raw: Vec<&str> = union(&lists).iter().map(|raw| raw.get()).collect();
            raw.join(",")
        }
        ListForm::OpenAi | ListForm::Anthropic => String::new(),
    };
    let catalogue = PoolCatalogue::of(lists);
    let names = || catalogue.entries().map(|entry| public(&entry.name)).collect::<Vec<Value>>();
    let body = match form {
        ListForm::Backend => {
            format!(r#"{{"object":"list","data":{},"models":[{raw}]}}"#, Value::Array(names()))
        }
        ListForm::OpenAi => json!({ "object": "list", "data": names() }).to_string(),
        ListForm::Anthropic => {
            let models: Vec<(&str, &str)> =
                catalogue.entries().map(|entry| (entry.name.as_str(), entry.display_name())).collect();
            String::from_utf8_lossy(&anthropic_models(&models)).into_owned()
        }
    };
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

/// A model in OpenAI's form.
fn public(name: &str) -> Value {
    json!({ "id": name, "object": "model", "created": 0, "owned_by": "openai" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> (AccountId, Models) {
        let raw = entries.iter().map(|entry| RawValue::from_string((*entry).to_owned()).unwrap()).collect();
        (AccountId(uuid::Uuid::nil()), Arc::new(ModelList::new(raw)))
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
            respond(vec![list(entries)], ListForm::Backend).headers()[header::ETAG].clone()
        };
        assert_eq!(etag(&[r#"{"slug":"a"}"#]), etag(&[r#"{"slug":"a"}"#]));
        assert_ne!(etag(&[r#"{"slug":"a"}"#]), etag(&[r#"{"slug":"b"}"#]));
    }
}
