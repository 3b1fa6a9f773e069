//! The client: a method for each route, names that stay in their place, and each way in which a call can end.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use rockpool_routing::account::Activation;
use rockpool_routing::{SignInId, Strategy};
use uuid::Uuid;

use crate::api::client::{Client, ClientError};
use crate::api::in_process::InProcess;
use crate::api::requests::{
    AccountChange, AccountOrder, ActivityQuery, ClientChange, ClientNew, ImportFiles, ImportSelection,
    LinkRedemption, NewSignIn, NewWorkspaceAccount, PastedCallback, PoolChange, SettingsChange, SnippetQuery,
    ToolConnect, ToolDisconnect, UsageQuery, VaultMove, WhatIfQuery,
};
use crate::api::router::document;
use crate::api::transport::{ApiReply, ApiTransport, Unreachable};
use crate::model::principal::Principal;
use crate::model::vault::VaultKind;
use crate::snapshot::UsageBy;
use crate::test_serving::import_of;
use crate::test_stage::{EngineStage, at};

/// Answers everything alike and writes down what was asked.
#[derive(Clone)]
struct RecordingTransport {
    answer: Result<(u16, &'static str), Unreachable>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl RecordingTransport {
    fn answering(answer: Result<(u16, &'static str), Unreachable>) -> Self {
        Self { answer, asked: Arc::default() }
    }

    fn client(&self) -> Client {
        Client::new(self.clone())
    }
}

impl ApiTransport for RecordingTransport {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        json: Option<Bytes>,
    ) -> BoxFuture<'a, Result<ApiReply, Unreachable>> {
        let json = json.map(|json| format!(" {}", String::from_utf8_lossy(&json))).unwrap_or_default();
        self.asked.lock().unwrap().push(format!("{method} {path}{json}"));
        let reply = |(status, body): (u16, &'static str)| ApiReply {
            status: StatusCode::from_u16(status).unwrap(),
            body: Bytes::from_static(body.as_bytes()),
        };
        let answer = self.answer.clone().map(reply);
        Box::pin(async move { answer })
    }
}

/// Calls every method once.
async fn call_all(client: &Client) {
    let id = SignInId(Uuid::nil());
    let pool = PoolChange {
        strategy: Strategy::PrimaryFirst,
        extra_provider_names: Vec::new(),
        conversations: None,
    };
    drop(client.status().await);
    drop(client.start_sign_in(&NewSignIn::default()).await);
    drop(client.list_sign_ins().await);
    drop(client.list_sign_in_ways().await);
    drop(client.get_sign_in(id).await);
    drop(client.cancel_sign_in(id).await);
    drop(client.paste_callback(id, &PastedCallback { url: "u".into() }).await);
    drop(client.list_workspaces("NAME").await);
    let workspace = NewWorkspaceAccount { workspace_id: "w".to_owned(), name: None, display_name: None };
    drop(client.add_workspace("NAME", &workspace).await);
    drop(client.list_accounts().await);
    drop(client.get_account("NAME").await);
    drop(client.import_account(&import_of("ada")).await);
    drop(client.preview_import(&ImportFiles { files: Vec::new() }).await);
    drop(client.import_logins(&ImportSelection { files: Vec::new(), rows: Vec::new() }).await);
    drop(client.order_accounts(&AccountOrder { names: Vec::new() }).await);
    drop(client.update_account("NAME", &AccountChange::default()).await);
    drop(client.remove_account("NAME").await);
    drop(client.refresh_quota("NAME").await);
    drop(client.get_settings().await);
    drop(client.update_settings(&SettingsChange::default()).await);
    drop(client.move_vault(&VaultMove { to: VaultKind::File }).await);
    drop(client.retry_vault().await);
    drop(client.list_pools().await);
    drop(client.set_pool("OWNER", &pool).await);
    drop(client.remove_pool("OWNER").await);
    drop(client.what_if("OWNER", &WhatIfQuery::default()).await);
    drop(client.list_clients().await);
    drop(client.add_client(&ClientNew::inheriting("n", "a")).await);
    drop(client.update_client("NAME", &ClientChange::default()).await);
    drop(client.rotate_client_key("NAME").await);
    drop(client.remove_client("NAME").await);
    drop(client.list_tools().await);
    drop(client.list_snippets(&SnippetQuery::default()).await);
    drop(client.preview_tool("NAME", &ToolConnect::default()).await);
    drop(client.connect_tool("NAME", &ToolConnect::default()).await);
    drop(client.verify_tool("NAME").await);
    drop(client.disconnect_tool("NAME", &ToolDisconnect::default()).await);
    drop(client.list_activity(ActivityQuery::default()).await);
    drop(client.usage(UsageQuery::default()).await);
    drop(client.new_dashboard_link().await);
    drop(client.redeem_dashboard_link(&LinkRedemption { link: "l".into() }).await);
    drop(client.end_dashboard_session().await);
}

#[tokio::test]
async fn the_client_calls_every_route_but_the_events_and_the_document() {
    let recorder = RecordingTransport::answering(Ok((200, "null")));
    call_all(&recorder.client()).await;
    let asked = recorder.asked.lock().unwrap().clone();
    let called = asked.iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    let called = called.map(|line| {
        let line = line.replace(&Uuid::nil().to_string(), "{id}");
        line.replace("NAME", "{name}").replace("OWNER", "{owner}")
    });
    let document = serde_json::to_value(document()).unwrap();
    let documented = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let documented: BTreeSet<String> =
        documented.filter(|route| !route.ends_with("/events") && !route.ends_with("/openapi.json")).collect();
    assert_eq!(called.collect::<BTreeSet<String>>(), documented);
}

#[tokio::test]
async fn what_is_absent_is_not_sent() {
    let recorder = RecordingTransport::answering(Ok((200, "null")));
    let client = recorder.client();
    drop(
        client
            .update_account("a", &AccountChange { state: Some(Activation::Paused), ..Default::default() })
            .await,
    );
    drop(client.add_client(&ClientNew::inheriting("n", "a")).await);
    drop(client.start_sign_in(&NewSignIn::default()).await);
    drop(client.list_activity(ActivityQuery { limit: Some(3) }).await);
    let by_day = UsageQuery { by: Some(UsageBy::Day), days: Some(7), ..UsageQuery::default() };
    drop(client.usage(by_day).await);
    let between = UsageQuery { from: Some(at(0)), to: Some(at(60)), ..UsageQuery::default() };
    drop(client.usage(between).await);
    drop(client.what_if("a b", &WhatIfQuery { without: Some("c,d".to_owned()) }).await);
    assert_eq!(
        *recorder.asked.lock().unwrap(),
        [
            r#"PATCH /api/v1/accounts/a {"state":"paused"}"#,
            r#"POST /api/v1/clients {"name":"n","account":"a"}"#,
            r#"POST /api/v1/sign-ins {"method":"browser","open_browser":"yes"}"#,
            "GET /api/v1/activity?limit=3",
            "GET /api/v1/usage?by=day&days=7",
            "GET /api/v1/usage?from=2027-01-15T08%3A00%3A00Z&to=2027-01-15T08%3A01%3A00Z",
            "GET /api/v1/pools/a%20b/what-if?without=c%2Cd",
        ]
    );
}

#[tokio::test]
async fn a_client_in_the_process_reads_what_the_engine_shows() {
    let stage = EngineStage::with(&["a", "b"]).await;
    let client = Client::new(InProcess::new(stage.handle(), Principal::Owner));
    assert_eq!(client.status().await, Ok(stage.handle().snapshot()));
    assert_eq!(client.get_account("b").await.unwrap().name, "b");
    let new = ClientNew::inheriting("my tool/2", "a");
    let key = client.add_client(&new).await.unwrap();
    assert!(!format!("{key:?}").contains("rp_0"), "a key is not printed");
    client.remove_client("my tool/2").await.unwrap();
    assert!(stage.handle().snapshot().clients.is_empty());
    let view = client.what_if("a", &WhatIfQuery { without: Some("b".to_owned()) }).await.unwrap();
    assert_eq!(view.without, ["b"]);
}

#[tokio::test]
async fn a_refusal_speaks_in_its_own_sentence() {
    let problem =
        r#"{"type":"about:blank","title":"Conflict","status":409,"detail":"It is taken.","code":"c"}"#;
    let error = RecordingTransport::answering(Ok((409, problem))).client().list_pools().await.unwrap_err();
    assert_eq!(error.to_string(), "It is taken.");
    let ClientError::Refused(problem) = error else { panic!() };
    assert_eq!((problem.status, problem.code.as_str()), (409, "c"));
}

#[tokio::test]
async fn an_answer_in_another_form_is_told_by_its_status() {
    for (status, body) in [(502, "<html>"), (200, "{}"), (500, "")] {
        let error =
            RecordingTransport::answering(Ok((status, body))).client().list_pools().await.unwrap_err();
        assert_eq!(error, ClientError::Unreadable(StatusCode::from_u16(status).unwrap()));
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
    let removed = RecordingTransport::answering(Ok((204, ""))).client().remove_pool("a").await;
    assert_eq!(removed, Ok(()), "an empty answer is one where nothing is asked for");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named() {
    let nobody = Unreachable { address: "127.0.0.1:1".to_owned(), reason: "refused".to_owned() };
    let error = RecordingTransport::answering(Err(nobody)).client().status().await.unwrap_err();
    assert_eq!(error.to_string(), "the Rockpool at 127.0.0.1:1 does not answer: refused");
}
