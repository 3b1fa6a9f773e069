//! The usage request against a loopback server.

use super::*;
use crate::test_http::{Reply, Server};

fn bearer() -> Bearer {
    Bearer { token: "at-1".into(), generation: 1 }
}

async fn ask(reply: Reply) -> (Result<UsageReport, UsageError>, Vec<String>) {
    let server = Server::answering(move |_| reply.clone()).await;
    let clients = server.clients();
    let backend = server.url("/backend-api");
    let answer = fetch(&clients, &backend, &bearer(), "ws-1", &Clock::system()).await;
    (answer, server.requests())
}

#[tokio::test]
async fn usage_is_asked_for_as_rockpool_with_the_accounts_bearer() {
    let (answer, requests) = ask(Reply::json(200, r#"{"plan_type":"plus"}"#)).await;
    assert_eq!(answer.unwrap().reading.plan.as_deref(), Some("plus"));
    let request = requests[0].to_lowercase();
    assert!(request.starts_with("get /backend-api/wham/usage http/1.1"), "{request}");
    for header in [
        "authorization: bearer at-1",
        "chatgpt-account-id: ws-1",
        "originator: rockpool",
        concat!("user-agent: rockpool/", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(request.contains(header), "{header} in {request}");
    }
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart() {
    let (answer, _) = ask(Reply::json(401, r#"{"detail":"Unauthorized"}"#)).await;
    assert_eq!(answer.unwrap_err(), UsageError::Unauthorized);

    let (answer, _) = ask(Reply::json(402, r#"{"detail":{"code":"deactivated_workspace"}}"#)).await;
    let code = Some("deactivated_workspace".to_owned());
    assert_eq!(answer.unwrap_err(), UsageError::Answered { status: 402, code });

    let (answer, _) = ask(Reply::json(200, "<html>")).await;
    assert_eq!(answer.unwrap_err(), UsageError::NotUsage(NotUsage));

    let (answer, _) = ask(Reply::json(200, &" ".repeat(BODY_LIMIT + 1))).await;
    assert_eq!(answer.unwrap_err(), UsageError::TooLong);

    let (answer, _) = ask(Reply::cut()).await;
    assert!(matches!(answer.unwrap_err(), UsageError::Unreachable(_)));
}
