//! Requests over HTTP, answered with server-sent events.

use bytes::Bytes;
use futures_util::future::try_join_all;
use http::header;
use reqwest::Client;
use rockpool_tests::tools::Key;
use tokio::time::Instant;

use crate::answer::{Answer, AnswerReader};
use crate::load_error::LoadError;
use crate::wire::Wire;

/// Conversations that the requests of one connection continue in turns. The warm-up begins them, and the pool's
/// strategy spreads them over the accounts; afterwards each stays where it is, as those of real tools do. All
/// connections together have fewer than the router remembers.
const CONVERSATIONS: usize = 50;

/// What is asked again and again.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) wire: Wire,
    /// JSON.
    pub(crate) body: Bytes,
}

/// Asks on `connections` connections at once, on each of them `requests` times one after the other.
pub(crate) async fn ask(
    key: &Key,
    connections: usize,
    requests: usize,
    question: &Question,
) -> Result<Vec<Answer>, LoadError> {
    let loads = (0..connections).map(|connection| on_one_connection(key, connection, requests, question));
    Ok(try_join_all(loads).await?.concat())
}

async fn on_one_connection(
    key: &Key,
    connection: usize,
    requests: usize,
    question: &Question,
) -> Result<Vec<Answer>, LoadError> {
    // A client of its own keeps one connection, as it has one request under way at most.
    let web = question.wire.client();
    let mut answers = Vec::with_capacity(requests);
    for number in 0..requests {
        let conversation = format!("conversation-{connection}-{}", number % CONVERSATIONS);
        answers.push(answer(&web, key, &conversation, question).await?);
    }
    Ok(answers)
}

async fn answer(web: &Client, key: &Key, session: &str, question: &Question) -> Result<Answer, LoadError> {
    let request = web
        .post(format!("{}/{}", key.base_url, question.wire.path()))
        .bearer_auth(&key.secret)
        .header("session-id", session)
        .header(header::CONTENT_TYPE, "application/json")
        .body(question.body.clone());
    let mut reader = AnswerReader::asked_at(Instant::now(), question.wire);
    let mut response = request.send().await?;
    let status = response.status();
    if !status.is_success() {
        return Err(LoadError::Refused { status: status.as_u16(), body: response.text().await? });
    }
    while let Some(part) = response.chunk().await? {
        reader.read_part(&part, Instant::now())?;
    }
    reader.finish()
}
