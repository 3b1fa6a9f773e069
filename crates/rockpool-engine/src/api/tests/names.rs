//! The document's enums have routing's names: the matches do not compile when routing adds one.

use rockpool_routing as routing;
use serde_json::{Value, json};

use crate::api::router::document;

/// Asserts that the document's enum `$name` lists exactly the serialised variants of `$routing`.
macro_rules! assert_same_names {
    ($name:literal, $routing:path, $($variant:ident),+) => {{
        use $routing as Routing;
        let known = |value: Routing| match value { $(Routing::$variant => value),+ };
        let expected: Vec<Value> = vec![$(serde_json::to_value(known(Routing::$variant)).unwrap()),+];
        assert_eq!(document_names($name), json!(expected), $name);
    }};
}

fn document_names(schema: &str) -> Value {
    let document = serde_json::to_value(document()).unwrap();
    let schema = &document["components"]["schemas"][schema];
    let documented = schema["oneOf"].as_array().map(|variants| {
        variants.iter().flat_map(|variant| variant["enum"].as_array().cloned().unwrap_or_default()).collect()
    });
    documented.unwrap_or_else(|| schema["enum"].clone())
}

#[test]
fn the_document_names_routings_enums_as_routing_does() {
    assert_same_names!(
        "Strategy",
        routing::Strategy,
        PrimaryFirst,
        RoundRobin,
        PriorityOrder,
        MostHeadroom,
        SoonestReset
    );
    assert_same_names!("Conversations", routing::Conversations, Stay, Rotate);
    assert_same_names!(
        "AccountState",
        routing::AccountState,
        Ready,
        Paused,
        Exhausted,
        RateLimited,
        NeedsReauth,
        SignInUncertain,
        MissingWorkspace,
        Forbidden,
        Billing,
        VaultLocked,
        Unreachable
    );
    assert_same_names!("Wish", routing::account::Activation, Active, Paused);
    assert_same_names!("WindowKind", routing::WindowKind, FiveHour, Weekly, Monthly, Other);
    assert_same_names!("Source", routing::Source, Usage, Headers, Event);
    assert_same_names!("HealthState", routing::health::HealthState, Idle, Healthy, Degraded, Critical);
}
