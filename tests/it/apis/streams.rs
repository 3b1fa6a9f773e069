//! A stream goes on event by event, in every dialect.

use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::Setup;
use rockpool_tests::wait;
use serde_json::{Value, json};

use super::{chat, post, said};

const WORDS: &str = "[[say: one two three four five six seven eight]]";

#[tokio::test]
async fn what_has_come_is_handed_on_before_the_next_event_comes() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut chat = chat(json!([said("user", WORDS)]));
    chat["stream"] = json!(true);
    let messages =
        json!({"model": "gpt-5.5", "max_tokens": 99, "stream": true, "messages": [said("user", WORDS)]});
    let responses = json!({"model": "gpt-5.5", "stream": true, "input": WORDS});
    for (path, body) in [("chat/completions", chat), ("messages", messages), ("responses", responses)] {
        // The provider says so much and then nothing more, for ever.
        harness.sim.script(Fault::next(On::Http, Action::stall(12)));
        let mut response = post(&key, path, &body).await;
        let words = async {
            let mut text = String::new();
            while !text.contains("two") {
                text += &String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap());
            }
        };
        wait::within(path, words).await;
    }
}

#[tokio::test]
async fn a_tool_that_goes_away_leaves_a_record_that_says_so_and_holds_nothing() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    for stream in [true, false] {
        harness.sim.script(Fault::next(On::Http, Action::stall(12)));
        let mut body = chat(json!([said("user", WORDS)]));
        body["stream"] = json!(stream);
        let asked = tokio::spawn({
            let key = key.clone();
            async move { post(&key, "chat/completions", &body).await.text().await }
        });
        harness
            .until("the account is asked", |snapshot| (snapshot.accounts[0].in_flight > 0).then_some(()))
            .await;
        asked.abort();
        harness.until("it is let go", |snapshot| (snapshot.accounts[0].in_flight == 0).then_some(())).await;
    }
    let outcomes: Vec<Value> = harness
        .activity(2)
        .await
        .iter()
        .map(|record| serde_json::to_value(record.outcome).unwrap())
        .collect();
    assert_eq!(outcomes, [json!("abandoned"), json!("abandoned")]);
}
