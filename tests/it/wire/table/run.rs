//! Runs one row of the failure table on a harness of its own: once with another account beside the one that fails, and
//! once without.

use http::Method;
use rockpool_engine::snapshot::{AccountView, ActivityView, Delivery, OutcomeClass};
use rockpool_sim::{Fault, Person, ReusedConnections, Windows};
use rockpool_tests::harness::{Harness, ProviderLink, Setup, seat};
use rockpool_tests::journal::notes;
use rockpool_tests::tools::Key;
use rockpool_tests::tools::web;
use serde_json::{Value, json};

use super::ask::{Begun, Came, ask};
use super::fault::{Ordered, ordered};
use super::row::Case;

/// Whether another account may take over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Another,
    Nobody,
}

impl Beside {
    /// The account that fails; its client has the same name.
    fn account(self) -> &'static str {
        match self {
            Self::Another => "ada",
            Self::Nobody => "cleo",
        }
    }
}

/// Everything that does not hold.
pub(super) async fn run(case: Case) -> Vec<String> {
    let harness = harness(&case).await;
    if case.when == "refused" {
        harness.recording_proxy().shut_down();
    }
    let mut found = Vec::new();
    for beside in [Beside::Another, Beside::Nobody] {
        let key = harness.client(beside.account(), beside.account()).await;
        let came = provoke(&harness, &case, &key, beside.account()).await;
        let wrong = check(&harness, &case, beside, &came).await;
        let alone = if beside == Beside::Nobody { "alone: " } else { "" };
        found.extend(wrong.into_iter().map(|what| format!("{alone}{what}")));
    }
    found.extend(notes(&harness.sim).into_iter().map(|note| format!("the provider noted: {note}")));
    found
}

/// A pool of ada and ben, and cleo in none.
async fn harness(case: &Case) -> Harness {
    let road = if case.when == "refused" { ProviderLink::Recorded } else { ProviderLink::Plain };
    // On a connection that has answered, a cut is no failure of the account: `reuse.rs` is about that.
    let setup = Setup::of(["ada", "ben"]).over(road).reused_connections(ReusedConnections::None);
    let mut harness = setup.start().await;
    let cleo = Person::named("cleo", "plus", Windows::five_hours_and_weekly());
    harness.sign_in(cleo, "cleo").await;
    harness.quota_known().await;
    harness
}

async fn provoke(harness: &Harness, case: &Case, key: &Key, account: &str) -> Came {
    let order = || {
        let Ordered { on, action, times } = ordered(case.when, case.what, case.over);
        harness.sim.script(Fault::next(on, action).of(&seat(account)).times(times));
    };
    match case.when {
        "refused" => ask(key, case.over, account).await,
        "continued" => {
            let begun = Begun::with(key, account).await;
            order();
            begun.go_on(account).await
        }
        _ => {
            order();
            ask(key, case.over, account).await
        }
    }
}

async fn check(harness: &Harness, case: &Case, beside: Beside, came: &Came) -> Vec<String> {
    let name = beside.account();
    let tool = if beside == Beside::Another { case.tool } else { case.alone };
    let mut found = Mismatches::default();
    found.compare("the tool saw", &*came.seen, tool);
    found.compare("orders that were not carried out", harness.sim.pending_script().len(), 0);
    found.extend(not_in_order(&came.events));

    let records = records(harness, name).await;
    let expected = if case.when == "continued" { 2 } else { 1 };
    found.compare("records", records.len(), expected);
    let Some(record) = records.first() else { return found.0 };
    let classes: Vec<String> =
        record.attempts.iter().filter(|it| it.account == name).map(|it| word(it.class)).collect();
    found.compare("attempts", classes.iter().map(String::as_str).collect(), case.attempts.clone());
    let others: Vec<OutcomeClass> =
        record.attempts.iter().filter(|it| it.account != name).map(|it| it.class).collect();
    match tool {
        "another" => found.compare("attempts of others", &others, &vec![OutcomeClass::Success]),
        _ if case.when == "refused" => {}
        _ => found.compare("attempts of others", &others, &Vec::new()),
    }
    let last = case.attempts.last().copied().unwrap_or_default();
    found.compare("outcome", &*word(record.outcome), if tool == "another" { "success" } else { last });
    found.compare("recorded status", record.status, if case.when == "output" { 200 } else { status(tool) });

    let account = settled(harness, name).await;
    found.compare("state", account.state.name(), case.state);
    found.compare("health", &*health(&account), case.health);
    let delivery = record.attempts.iter().rfind(|it| it.account == name).map(|it| delivery(it.delivery));
    found.compare("delivery", delivery.unwrap_or("-"), case.delivery);
    let twice = if tool == "another" || tool == "itself" { case.twice } else { 0 };
    found.compare("maybe billed twice", record.why.maybe_billed_twice, twice);
    found.0
}

#[derive(Default)]
struct Mismatches(Vec<String>);

impl Mismatches {
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, is: T, expected: T) {
        if is != expected {
            self.0.push(format!("{what}: {is:?}, expected {expected:?}"));
        }
    }

    fn extend(&mut self, found: Option<String>) {
        self.0.extend(found);
    }
}

/// The provider numbers the events of an answer: what is missing, doubled or of another answer shows.
fn not_in_order(events: &[Value]) -> Option<String> {
    let numbers: Vec<u64> = events.iter().filter_map(|event| event["sequence_number"].as_u64()).collect();
    let whole = numbers.iter().copied().eq(0..numbers.len() as u64);
    (!whole).then(|| format!("the tool's events are numbered {numbers:?}"))
}

/// The records of a client, newest first, once everything that it asked for has left one: a request that is refused
/// before it reaches a pool is recorded after them.
async fn records(harness: &Harness, client: &str) -> Vec<ActivityView> {
    let fence = harness.client(&format!("fence of {client}"), "cleo").await;
    let request = web::client().request(Method::POST, format!("{}/responses", fence.base_url));
    assert_eq!(request.bearer_auth(&fence.secret).body("{").send().await.unwrap().status(), 400);
    harness
        .until("everything is recorded", |snapshot| {
            let fenced = snapshot.recent.iter().any(|record| record.client == format!("fence of {client}"));
            let told = snapshot.recent.iter().filter(|record| record.client == client);
            fenced.then(|| told.cloned().collect())
        })
        .await
}

/// The account once nothing is under way.
async fn settled(harness: &Harness, name: &str) -> AccountView {
    harness
        .until("nothing is in flight", |snapshot| {
            snapshot.accounts.iter().all(|account| account.in_flight == 0).then_some(())
        })
        .await;
    harness.account(name)
}

/// Failures of outcomes counted.
fn health(account: &AccountView) -> String {
    let sample = account.health.sample;
    let successes = (f64::from(account.health.success_rate) * f64::from(sample) / 100.0).round();
    format!("{}/{sample}", f64::from(sample) - successes)
}

/// The status that a record holds for what the tool saw.
fn status(seen: &str) -> u16 {
    seen.split([' ', ',']).next().and_then(|word| word.parse().ok()).unwrap_or(200)
}

/// The word of a class in records.
fn word(class: OutcomeClass) -> String {
    serde_json::from_value(json!(class)).unwrap()
}

fn delivery(view: Delivery) -> &'static str {
    match view {
        Delivery::Answered => "answered",
        Delivery::NotSent => "not sent",
        Delivery::Unknown => "unknown",
        Delivery::Begun => "begun",
    }
}
