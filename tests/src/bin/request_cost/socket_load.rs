//! Turns on one WebSocket, one after the other.

use rockpool_tests::tools::socket::Socket;
use rockpool_tests::tools::{Key, request};
use serde_json::json;
use tokio::time::Instant;

use crate::answer::{Answer, AnswerReader, State};
use crate::load_error::LoadError;
use crate::wire::Wire;

/// Asks `turns` times in one conversation; no turn builds on an answer.
pub(crate) async fn ask(key: &Key, turns: usize, prompt: &str) -> Result<Vec<Answer>, LoadError> {
    let mut socket = Socket::open(key, "conversation").await.map_err(|refusal| LoadError::Refused {
        status: refusal.status().as_u16(),
        body: String::from_utf8_lossy(refusal.body().as_deref().unwrap_or_default()).into_owned(),
    })?;
    let frame = request::frame(json!([request::user(prompt)])).to_string();
    let mut answers = Vec::with_capacity(turns);
    for _ in 0..turns {
        answers.push(answer(&mut socket, &frame).await?);
    }
    Ok(answers)
}

async fn answer(socket: &mut Socket, frame: &str) -> Result<Answer, LoadError> {
    let mut reader = AnswerReader::asked_at(Instant::now(), Wire::Backend);
    socket.send_text(frame.to_owned()).await;
    while let Some(event) = socket.next_text().await {
        match reader.read_event(event.as_bytes(), Instant::now())? {
            State::Open => {}
            State::Completed => break,
        }
    }
    reader.finish()
}
