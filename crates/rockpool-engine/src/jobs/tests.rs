//! What an account learns from the tokens of a refresh, in front of a scripted provider.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rockpool_routing::AccountId;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::enroll::{Enroller, Enrolment, Names};
use super::identity::identify;
use crate::accounts::import::Said;
use crate::accounts::login::Purpose;
use crate::engine::Engine;
use crate::host::clock::Clock;
use crate::provider::oauth::TokenGrant;
use crate::provider::outbound::OnBehalfOf;
use crate::store::{AccountRow, Obtained};
use crate::test_http::{Reply, Server};
use crate::test_serving::ports;

/// An engine with one account, `ada`, signed in to the workspace `of-ada` on the plan `plus`.
struct RenewalsWorld {
    engine: Engine,
    /// What the issuer's next tokens say.
    next: Arc<Mutex<Value>>,
    ada: AccountRow,
    _folder: tempfile::TempDir,
}

fn token(auth: &Value) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "iat": 1_800_000_000, "exp": 1_900_000_000, "https://api.openai.com/auth": auth });
    format!("{}.{}.sig", part(json!({"alg": "none", "typ": "JWT"})), part(claims))
}

fn says(user: &str, workspace: &str, plan: &str) -> Value {
    json!({ "chatgpt_user_id": user, "chatgpt_account_id": workspace, "chatgpt_plan_type": plan })
}

impl RenewalsWorld {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let next = Arc::new(Mutex::new(Value::Null));
        let auth = Arc::clone(&next);
        let provider = Server::answering(move |request| {
            if !request.contains("/oauth/token") {
                return Reply::json(200, r#"{"plan_type":"plus","email":"ada@b.test"}"#);
            }
            let token = token(&auth.lock().unwrap());
            Reply::json(200, &json!({ "access_token": token, "refresh_token": Uuid::now_v7() }).to_string())
        })
        .await;
        let mut config = provider.config();
        config.data_dir = folder.path().join("data");
        let clock = Clock::manual(Timestamp::from_second(1_800_000_000).unwrap());
        let ports = ports(&clock);
        let engine = Engine::start(config, ports).await.unwrap();
        let handle = engine.handle();
        let enroller = Enroller::new(Arc::clone(handle.core()), Arc::clone(handle.poller()));
        let grant = TokenGrant {
            access_token: token(&says("user-ada", "of-ada", "plus")).into(),
            refresh_token: Some(SecretString::from("rt-ada")),
            id_token: None,
        };
        let names = Names { name: Some("ada".to_owned()), display_name: None };
        let tenant = handle.core().registry.get().tenants[0].id;
        let asked = (tenant, OnBehalfOf::Nobody);
        let identity = identify(handle.core(), asked, &grant, &Said::default()).await.unwrap();
        let enrolment = Enrolment { grant, identity, obtained: Obtained::SignIn, names };
        let ada = enroller.enroll(tenant, Purpose::Add, enrolment).await.unwrap();
        Self { engine, next, ada, _folder: folder }
    }

    /// Adds a second seat of ada's login.
    async fn seat(&self, name: &str, workspace: &str) -> AccountId {
        let id = AccountId(Uuid::now_v7());
        let row = AccountRow {
            id,
            name: name.to_owned(),
            workspace_id: workspace.to_owned(),
            plan: None,
            ..self.ada.clone()
        };
        let handle = self.engine.handle();
        handle.core().store.insert_account(row).await.unwrap();
        handle.core().reload().await.unwrap();
        id
    }

    /// Takes the workspace from ada's row, as if her first tokens had not named it.
    async fn without_workspace(&self) {
        let handle = self.engine.handle();
        let core = handle.core();
        core.store.delete_account(self.ada.tenant, self.ada.id).await.unwrap();
        let row = AccountRow { workspace_id: String::new(), plan: None, ..self.ada.clone() };
        core.store.insert_account(row).await.unwrap();
        core.reload().await.unwrap();
    }

    /// Renews ada's login, with tokens that say this, and waits until all that follows is done.
    async fn refreshed(&self, auth: Value) {
        *self.next.lock().unwrap() = auth;
        let handle = self.engine.handle();
        let keeper = &handle.core().keeper;
        let old = keeper.bearer(self.ada.login).await.unwrap();
        keeper.after_refusal(self.ada.login, old.generation).await.unwrap();
        keeper.drain().await;
    }

    /// Workspace and plan of an account, as everybody else sees them.
    fn known(&self, id: AccountId) -> (String, Option<String>) {
        let registry = self.engine.handle().core().registry.get();
        let row = registry.account(id).unwrap();
        (row.workspace_id.clone(), row.plan.clone())
    }
}

fn known(workspace: &str, plan: Option<&str>) -> (String, Option<String>) {
    (workspace.to_owned(), plan.map(str::to_owned))
}

#[tokio::test]
async fn a_changed_plan_is_taken_over_from_the_tokens_of_a_refresh() {
    let world = RenewalsWorld::new().await;
    assert_eq!(world.known(world.ada.id), known("of-ada", Some("plus")));
    world.refreshed(says("user-ada", "of-ada", "Pro")).await;
    assert_eq!(world.known(world.ada.id), known("of-ada", Some("pro")));
}

#[tokio::test]
async fn a_workspace_that_was_missing_is_filled_in_from_the_tokens_of_a_refresh() {
    let world = RenewalsWorld::new().await;
    world.without_workspace().await;
    world.refreshed(says("user-ada", "of-ada", "team")).await;
    assert_eq!(world.known(world.ada.id), known("of-ada", Some("team")));
}

#[tokio::test]
async fn tokens_made_for_another_workspace_change_neither_workspace_nor_plan() {
    let world = RenewalsWorld::new().await;
    let other = world.seat("elsewhere", "chosen").await;
    world.refreshed(says("user-ada", "of-ada", "pro")).await;
    assert_eq!(world.known(other), known("chosen", None));
    assert_eq!(world.known(world.ada.id), known("of-ada", Some("pro")));
}

#[tokio::test]
async fn a_workspace_that_another_account_of_the_person_has_is_not_filled_in_twice() {
    let world = RenewalsWorld::new().await;
    let blank = world.seat("blank", "").await;
    world.refreshed(says("user-ada", "of-ada", "pro")).await;
    assert_eq!(world.known(blank), known("", None));
    assert_eq!(world.known(world.ada.id), known("of-ada", Some("pro")));
}

#[tokio::test]
async fn tokens_of_another_person_say_nothing_of_an_account() {
    let world = RenewalsWorld::new().await;
    world.refreshed(says("user-eve", "of-ada", "pro")).await;
    assert_eq!(world.known(world.ada.id), known("of-ada", Some("plus")));
}
