//! `/clients`: local tools, each with a key of its own that is shown once.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use rockpool_routing::Strategy;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{Body, Caller};
use super::problem::Problem;
use crate::model::client::{KeyKind, OverrideMode};
use crate::operations::action::{ClientPatch, NewClient};
use crate::snapshot::ClientView;
use crate::snapshot::names;

/// A local tool that gets a key of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientNew {
    /// Unique name.
    name: String,
    /// Slug of the account that it is pointed at.
    account: String,
    /// How it presents its key; `bearer` when absent.
    key_kind: Option<KeyKind>,
    /// Whether it follows the account's pool; `inherit` when absent.
    override_mode: Option<OverrideMode>,
    /// Own strategy, in `custom` mode.
    #[schema(value_type = Option<names::Strategy>)]
    strategy: Option<Strategy>,
    /// The members of the account's pool, to be named unchanged or not at all; an empty list in `custom`
    /// mode keeps the client on its account alone, unless it goes round.
    extra_provider_names: Option<Vec<String>>,
}

/// Changes to a client; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientChange {
    /// New name.
    name: Option<String>,
    /// Slug of another account.
    account: Option<String>,
    /// Whether it follows the account's pool.
    override_mode: Option<OverrideMode>,
    /// Own strategy, in `custom` mode.
    #[schema(value_type = Option<names::Strategy>)]
    strategy: Option<Strategy>,
    /// The members of the account's pool, to be named unchanged or not at all; an empty list in `custom`
    /// mode keeps the client on its account alone, unless it goes round.
    extra_provider_names: Option<Vec<String>>,
}

/// A client and its new key, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientKey {
    /// The client.
    client: ClientView,
    /// The key.
    key: String,
    /// The address to configure in the tool; for a path key it holds the key.
    base_url: String,
}

impl ClientKey {
    fn new(endpoint: &str, client: ClientView, key: &SecretString) -> Self {
        let key = key.expose_secret().to_owned();
        let base_url = match client.key_kind {
            KeyKind::Bearer => endpoint.to_owned(),
            KeyKind::Path => format!("{}/k/{key}/v1", endpoint.trim_end_matches("/v1")),
        };
        Self { client, key, base_url }
    }
}

/// Clients, by name
#[utoipa::path(get, path = "/clients", tag = "clients", operation_id = "listClients",
    responses((status = OK, body = Vec<ClientView>)))]
pub(super) async fn list(State(engine): State<Shared>, Caller(viewer): Caller) -> Json<Vec<ClientView>> {
    Json(engine.snapshot(&viewer.at_home()).clients)
}

/// Make a client; its key is shown this once
#[utoipa::path(post, path = "/clients", tag = "clients", operation_id = "addClient",
    request_body = ClientNew, responses((status = CREATED, body = ClientKey)))]
pub(super) async fn add(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Body(new): Body<ClientNew>,
) -> Result<(StatusCode, Json<ClientKey>), Problem> {
    let new = NewClient {
        name: new.name,
        account: new.account,
        key_kind: new.key_kind.unwrap_or(KeyKind::Bearer),
        override_mode: new.override_mode.unwrap_or(OverrideMode::Inherit),
        strategy: new.strategy,
        members: new.extra_provider_names,
    };
    let (client, key) = engine.add_client(viewer.home, new).await?;
    let endpoint = engine.snapshot(&viewer).endpoint;
    Ok((StatusCode::CREATED, Json(ClientKey::new(&endpoint, client, &key))))
}

/// Change a client; its key stays
#[utoipa::path(patch, path = "/clients/{name}", tag = "clients", operation_id = "updateClient",
    params(("name" = String, Path, description = "Name of the client")),
    request_body = ClientChange, responses((status = OK, body = ClientView)))]
pub(super) async fn update(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
    Body(change): Body<ClientChange>,
) -> Result<Json<ClientView>, Problem> {
    let patch = ClientPatch {
        name: change.name,
        account: change.account,
        override_mode: change.override_mode,
        strategy: change.strategy,
        members: change.extra_provider_names,
    };
    Ok(Json(engine.update_client(viewer.home, &name, patch).await?))
}

/// Give a client a new key; the old one ends at once
#[utoipa::path(post, path = "/clients/{name}/key", tag = "clients", operation_id = "rotateClientKey",
    params(("name" = String, Path, description = "Name of the client")),
    responses((status = OK, body = ClientKey)))]
pub(super) async fn rotate(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
) -> Result<Json<ClientKey>, Problem> {
    let (client, key) = engine.rotate_client(viewer.home, &name).await?;
    let endpoint = engine.snapshot(&viewer).endpoint;
    Ok(Json(ClientKey::new(&endpoint, client, &key)))
}

/// Remove a client; its key ends at once
#[utoipa::path(delete, path = "/clients/{name}", tag = "clients", operation_id = "removeClient",
    params(("name" = String, Path, description = "Name of the client")),
    responses((status = NO_CONTENT, description = "Removed")))]
pub(super) async fn remove(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    engine.remove_client(viewer.home, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
