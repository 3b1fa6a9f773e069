//! The workspaces that a login reaches, as the provider lists them.
//!
//! `GET {backend}/wham/accounts/check`, which the Codex CLI 0.169.0 asks at its start: `accounts` is a list of objects
//! with `id` (or `account_id`), or a map from the id to `{"account": {…}}`.

use serde_json::Value;
use thiserror::Error;
use url::Url;

use super::bearer::Bearer;
use super::endpoints;
use super::upstream::HttpClients;
use super::usage::{UsageError, get};
use crate::host::clock::Clock;

/// Most workspaces that are read, so that a strange answer stays small.
const MOST: usize = 100;

/// One workspace of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    /// What its owner calls it; a personal one has no name.
    pub(crate) name: Option<String>,
    /// In lower case, such as `business`.
    pub(crate) plan: Option<String>,
}

/// Why the workspaces of a login are not known.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum WorkspacesError {
    #[error(transparent)]
    NotAnswered(#[from] UsageError),
    #[error("the provider's answer lists no workspaces")]
    Unreadable,
}

/// Asks on behalf of one workspace for all of the login's.
///
/// # Errors
/// See [`WorkspacesError`]; nothing is retried here.
pub(crate) async fn fetch(
    clients: &HttpClients,
    backend_url: &Url,
    bearer: &Bearer,
    workspace_id: &str,
    clock: &Clock,
) -> Result<Vec<Workspace>, WorkspacesError> {
    let url = endpoints::below(backend_url, endpoints::ACCOUNTS_CHECK);
    let body = get(clients, url, bearer, workspace_id, clock).await?;
    parse(&body).ok_or(WorkspacesError::Unreadable)
}

/// In the provider's order, each once.
fn parse(body: &[u8]) -> Option<Vec<Workspace>> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let listed: Vec<Workspace> = match answer.get("accounts")? {
        Value::Array(accounts) => accounts.iter().filter_map(|account| workspace(account, None)).collect(),
        Value::Object(accounts) => accounts
            .iter()
            .filter_map(|(id, entry)| workspace(entry.get("account").unwrap_or(entry), Some(id)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let mut known: Vec<Workspace> = Vec::new();
    for workspace in listed.into_iter().take(MOST) {
        if known.iter().all(|other| other.id != workspace.id) {
            known.push(workspace);
        }
    }
    Some(known)
}

fn workspace(account: &Value, key: Option<&str>) -> Option<Workspace> {
    let text = |name: &str| account.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Some(Workspace {
        id: text("id").or_else(|| text("account_id")).or(key)?.to_owned(),
        name: text("name").map(str::to_owned),
        plan: text("plan_type").map(str::to_ascii_lowercase),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(body: &str) -> Option<Vec<String>> {
        Some(parse(body.as_bytes())?.into_iter().map(|workspace| workspace.id).collect())
    }

    #[test]
    fn a_list_and_a_map_are_read_and_each_workspace_counts_once() {
        let body = r#"{"accounts":[{"id":"a","name":null,"plan_type":"Plus"},{"account_id":"b","name":"Lab"},{"id":"a"},{}]}"#;
        let read = parse(body.as_bytes()).unwrap();
        let (personal, lab) = (&read[0], &read[1]);
        assert_eq!(read.len(), 2);
        assert_eq!((personal.name.as_deref(), personal.plan.as_deref()), (None, Some("plus")));
        assert_eq!((lab.id.as_str(), lab.name.as_deref(), lab.plan.as_deref()), ("b", Some("Lab"), None));
        assert_eq!(ids(r#"{"accounts":{"x":{"account":{"plan_type":"pro"}}}}"#), Some(vec!["x".to_owned()]));
    }

    #[test]
    fn what_lists_nothing_is_no_answer() {
        for body in ["", "[]", "{}", r#"{"accounts":"x"}"#, "<html>"] {
            assert_eq!(ids(body), None, "{body}");
        }
        assert_eq!(ids(r#"{"accounts":[]}"#), Some(Vec::new()));
    }
}
