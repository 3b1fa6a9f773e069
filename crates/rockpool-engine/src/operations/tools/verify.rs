//! Sends one real request as a tool would: to the address and with the key that its files have.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use rockpool_connect::files;
use rockpool_routing::{ClientId, TenantId};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::connecting::connection;
use super::machine::{home_of, key_in, on_disk, tool_named};
use super::refusal;
use crate::host::loopback::{exchange, reachable};
use crate::model::activity::RequestRecord;
use crate::model::client::KeyKind;
use crate::operations::error::ActionError;
use crate::operations::handle::EngineHandle;
use crate::snapshot::ToolCheck;

/// Below what a caller of the management API waits for an answer.
const LONGEST: Duration = Duration::from_secs(50);
/// How long the record of a request that was answered may take.
const LONGEST_RECORD: Duration = Duration::from_secs(2);
/// Stands for a small model of the provider's, whichever it has.
const SMALL: &str = "gpt-mini";

/// One request through the endpoint, as the tool's client.
pub(crate) async fn verify(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<ToolCheck, ActionError> {
    let tool = tool_named(name)?;
    let row = connection(engine, tenant, &home_of(engine)?, tool).await?;
    let core = engine.core();
    let failed = |text: String| ActionError::unavailable("check_failed", text);
    let Some(client) = core.registry.get().client(row.client).cloned() else {
        return Err(failed(format!(
            "The key of {} was removed, so it is refused. Connect it again.",
            tool.name()
        )));
    };
    let Some(address) = engine.address() else {
        return Err(failed(
            "Nobody serves now; start the app or `rockpool serve`, then try again.".to_owned(),
        ));
    };
    if row.origin != engine.origin() {
        let (was, now) = (&row.origin, engine.origin());
        return Err(failed(format!("It still uses {was}, and Rockpool is at {now}. Connect it again.")));
    }
    let paths: Vec<_> = row.undo.files.iter().map(|file| file.path.clone()).collect();
    let texts = on_disk(move || files::read_all(&paths).map_err(refusal::file)).await?;
    let Some(key) = key_in(texts.values(), &client.key_hash) else {
        return Err(failed(format!(
            "The key is no longer in the files of {}. Connect it again.",
            tool.name()
        )));
    };
    let path = match client.key_kind {
        KeyKind::Bearer => "/v1/chat/completions".to_owned(),
        KeyKind::Path => format!("/k/{}/v1/chat/completions", key.expose_secret()),
    };
    let started = (core.clock.wall(), Instant::now());
    let model = row.model.as_deref().unwrap_or(SMALL);
    let answer = exchange(reachable(address), &key, Method::POST, &path, Some(prompt(model)));
    let (status, body) = match tokio::time::timeout(LONGEST, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(failed(format!("The endpoint does not answer: {error}."))),
        Err(_) => return Err(failed("No answer came within 50 seconds. Look at the accounts.".to_owned())),
    };
    let milliseconds = u64::try_from(started.1.elapsed().as_millis()).unwrap_or(u64::MAX);
    if !status.is_success() {
        return Err(failed(said(status, &body)));
    }
    let record = record(engine, tenant, (client.id, started.0)).await;
    let account = record.as_ref().and_then(|record| record.account.as_ref());
    Ok(ToolCheck {
        account: account.map(|account| account.name.clone()).unwrap_or_default(),
        model: record.as_ref().and_then(|record| record.model.clone()),
        milliseconds,
    })
}

fn prompt(model: &str) -> Bytes {
    let message = json!({ "role": "user", "content": "Answer with the word: ok" });
    json!({ "model": model, "messages": [message], "stream": false }).to_string().into()
}

/// The sentence of an error in the public API's form.
fn said(status: StatusCode, body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let message = body.pointer("/error/message").and_then(Value::as_str);
    message.map_or_else(|| format!("The endpoint answered with status {status}."), ToOwned::to_owned)
}

/// The record is written when the exchange has ended, which may be a moment after its answer arrived.
async fn record(
    engine: &EngineHandle,
    tenant: TenantId,
    (client, since): (ClientId, jiff::Timestamp),
) -> Option<Arc<RequestRecord>> {
    let mut events = engine.events();
    let is_it = |record: &Arc<RequestRecord>| record.client_id == Some(client) && record.at >= since;
    let found = || engine.core().ledger.recent(tenant).into_iter().find(is_it);
    let wait = async {
        loop {
            if let Some(record) = found() {
                return Some(record);
            }
            // One that lags looks again, too.
            if let Err(tokio::sync::broadcast::error::RecvError::Closed) = events.recv().await {
                return None;
            }
        }
    };
    tokio::time::timeout(LONGEST_RECORD, wait).await.unwrap_or_else(|_| found())
}
