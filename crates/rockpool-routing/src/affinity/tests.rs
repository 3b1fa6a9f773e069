//! What pins requests to accounts, one sentence each.

use uuid::Uuid;

use super::*;

fn tenant() -> TenantId {
    TenantId(Uuid::from_u128(1))
}

fn id(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

fn key(name: &str) -> ConversationKey {
    ConversationKey::new(tenant(), name).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

#[test]
fn a_conversation_stays_where_it_was_placed_last() {
    let mut affinity = Affinity::default();
    assert_eq!(affinity.conversation_pin(&key("x"), at(0)), None);
    affinity.place(&key("x"), id(1), at(0));
    assert_eq!(affinity.conversation_pin(&key("x"), at(0)), Some(ConversationPin::new(id(1))));
    affinity.place(&key("x"), id(2), at(0));
    let pin = affinity.conversation_pin(&key("x"), at(0)).unwrap();
    assert_eq!((pin.account, pin.history), (id(2), History::Mixed));
    assert_eq!(affinity.len(), 1);
}

#[test]
fn memory_is_bounded_and_the_longest_unused_goes_first() {
    let mut affinity = Affinity::default();
    affinity.place(&key("first"), id(1), at(0));
    affinity.place(&key("second"), id(1), at(0));
    affinity.place(&key("first"), id(1), at(0));
    for n in 0..CAPACITY - 1 {
        affinity.place(&key(&format!("n{n}")), id(1), at(0));
    }
    assert_eq!(affinity.len(), CAPACITY);
    assert!(affinity.conversation_pin(&key("first"), at(0)).is_some());
    assert!(affinity.conversation_pin(&key("second"), at(0)).is_none());
}

#[test]
fn a_week_without_a_request_ends_a_conversations_pin() {
    let mut affinity = Affinity::default();
    affinity.place(&key("x"), id(1), at(0));
    let week = CONVERSATION_LIFE.as_secs();
    assert!(affinity.conversation_pin(&key("x"), at(week - 1)).is_some());
    assert!(affinity.conversation_pin(&key("x"), at(week)).is_none());
    affinity.place(&key("x"), id(2), at(week));
    assert_eq!(affinity.conversation_pin(&key("x"), at(week)), Some(ConversationPin::new(id(2))));
}

#[test]
fn a_turn_is_pinned_to_the_account_that_gave_its_state_for_an_hour() {
    let mut affinity = Affinity::default();
    let state = PinKey::new(tenant(), PinKind::Turn, "opaque").unwrap();
    affinity.pin(&state, id(2), at(0));
    assert_eq!(affinity.pinned_account(&state, at(3599)), Some(id(2)));
    assert_eq!(affinity.pinned_account(&state, at(3600)), None);
    let same_words = PinKey::new(tenant(), PinKind::Response, "opaque").unwrap();
    assert_eq!(affinity.pinned_account(&same_words, at(0)), None);
}

#[test]
fn conversations_and_turns_are_counted_together() {
    let mut affinity = Affinity::default();
    assert!(affinity.is_empty());
    affinity.place(&key("x"), id(1), at(0));
    affinity.pin(&PinKey::new(tenant(), PinKind::Turn, "t").unwrap(), id(1), at(0));
    assert_eq!((affinity.len(), affinity.is_empty()), (2, false));
}

#[test]
fn an_account_that_is_gone_takes_its_pins_along() {
    let mut affinity = Affinity::default();
    let state = PinKey::new(tenant(), PinKind::Turn, "t").unwrap();
    affinity.place(&key("x"), id(1), at(0));
    affinity.place(&key("y"), id(2), at(0));
    affinity.pin(&state, id(1), at(0));
    affinity.forget_account(id(1));
    assert_eq!(affinity.conversation_pin(&key("x"), at(0)), None);
    assert_eq!(affinity.pinned_account(&state, at(0)), None);
    assert_eq!(affinity.len(), 1);
}

#[test]
fn an_over_long_name_is_cut_on_a_character() {
    assert!(key(&"ä".repeat(400)).name.len() <= LONGEST_NAME);
    assert!(ConversationKey::new(tenant(), "  ").is_none());
}

#[test]
fn a_move_costs_what_the_old_account_had_in_its_cache_and_the_new_one_did_not() {
    let mut affinity = Affinity::default();
    affinity.place(&key("x"), id(1), at(0));
    affinity.prompt_cached(&key("x"), id(1), PromptCache { tokens: 9_000, at: at(0) });
    affinity.prompt_cached(&key("x"), id(2), PromptCache { tokens: 1, at: at(0) });
    let pin = affinity.conversation_pin(&key("x"), at(60)).unwrap();
    assert_eq!(pin.tokens_lost(0, at(60)), 9_000);
    assert_eq!(pin.tokens_lost(8_500, at(60)), 500);
    assert_eq!(pin.tokens_lost(10_000, at(60)), 0);
    assert_eq!(pin.tokens_lost(0, at(3600)), 0);
    affinity.place(&key("x"), id(2), at(61));
    assert_eq!(affinity.conversation_pin(&key("x"), at(61)).unwrap().prompt_cache, None);
}
