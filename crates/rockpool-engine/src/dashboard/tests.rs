//! Links and sessions against a clock that only moves when it is told to.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;

use super::sessions::{DashboardSessions, LINK_LIFE, LONGEST_IDLE, RedeemError, SessionUse};
use crate::host::clock::Clock;

fn clock() -> Clock {
    Clock::manual(Timestamp::from_second(1_800_000_000).unwrap())
}

/// Sessions with one open, and its token.
fn signed_in(clock: &Clock) -> (DashboardSessions, String) {
    let sessions = DashboardSessions::default();
    let token = sign_in(&sessions, clock);
    (sessions, token)
}

fn sign_in(sessions: &DashboardSessions, clock: &Clock) -> String {
    let link = sessions.new_link(clock.now());
    let token = sessions.redeem(link.secret.expose_secret(), clock.now()).unwrap();
    token.expose_secret().to_owned()
}

#[test]
fn a_link_works_once_and_for_ten_minutes() {
    let (sessions, clock) = (DashboardSessions::default(), clock());
    let link = sessions.new_link(clock.now());
    assert_eq!(link.expires_at, clock.wall() + LINK_LIFE);
    let late = sessions.new_link(clock.now());
    clock.advance(LINK_LIFE - Duration::from_secs(1));
    let token = sessions.redeem(link.secret.expose_secret(), clock.now()).unwrap();
    assert!(sessions.find(token.expose_secret(), SessionUse::Request, clock.now()).is_some());
    let refused = |secret: &str| sessions.redeem(secret, clock.now()).unwrap_err();
    assert_eq!(refused(link.secret.expose_secret()), RedeemError::Used);
    clock.advance(Duration::from_secs(1));
    assert_eq!(refused(late.secret.expose_secret()), RedeemError::Expired);
    assert_eq!(refused("rpl_of-another-installation"), RedeemError::Unknown);
}

#[test]
fn a_link_is_no_session_and_a_session_no_link() {
    let (sessions, clock) = (DashboardSessions::default(), clock());
    let link = sessions.new_link(clock.now());
    let token = sign_in(&sessions, &clock);
    assert_eq!(sessions.find(link.secret.expose_secret(), SessionUse::Request, clock.now()), None);
    assert_eq!(sessions.redeem(&token, clock.now()).unwrap_err(), RedeemError::Unknown);
}

#[test]
fn a_session_ends_after_idleness_and_each_use_puts_that_off() {
    let clock = clock();
    let (sessions, token) = signed_in(&clock);
    let find = |usage| sessions.find(&token, usage, clock.now());
    clock.advance(LONGEST_IDLE - Duration::from_secs(1));
    assert!(find(SessionUse::Request).is_some());
    clock.advance(LONGEST_IDLE - Duration::from_secs(1));
    assert!(find(SessionUse::EventStream).is_some(), "a stream may begin late");
    clock.advance(Duration::from_secs(1));
    assert_eq!(find(SessionUse::Request), None, "and is no use of the session");
}

#[test]
fn a_laptop_that_slept_and_a_calendar_set_back_keep_nothing_alive() {
    let asleep = clock();
    let (sessions, token) = signed_in(&asleep);
    let mut woken = asleep.now();
    woken.wall += LONGEST_IDLE;
    assert_eq!(sessions.find(&token, SessionUse::Request, woken), None);

    let set_back = clock();
    let (sessions, token) = signed_in(&set_back);
    let mut later = set_back.now();
    later.mono += LONGEST_IDLE;
    later.wall = Timestamp::UNIX_EPOCH;
    assert_eq!(sessions.find(&token, SessionUse::Request, later), None);
}

#[test]
fn a_guesser_is_soon_refused_and_a_minute_later_links_work_again() {
    let (sessions, clock) = (DashboardSessions::default(), clock());
    let link = sessions.new_link(clock.now());
    for guess in 0..20 {
        assert_eq!(sessions.redeem(&format!("rpl_{guess}"), clock.now()).unwrap_err(), RedeemError::Unknown);
    }
    let link = link.secret.expose_secret();
    assert_eq!(sessions.redeem(link, clock.now()).unwrap_err(), RedeemError::TooManyTries);
    clock.advance(Duration::from_secs(60));
    assert!(sessions.redeem(link, clock.now()).is_ok());
}

#[test]
fn links_and_sessions_are_bounded_and_the_oldest_go_first() {
    let (sessions, clock) = (DashboardSessions::default(), clock());
    let mut tokens = Vec::new();
    for _ in 0..33 {
        tokens.push(sign_in(&sessions, &clock));
        clock.advance(Duration::from_secs(1));
    }
    let live = |token: &String| sessions.find(token, SessionUse::Request, clock.now()).is_some();
    assert_eq!(tokens.iter().filter(|token| live(token)).count(), 32);
    assert!(!live(&tokens[0]));

    let oldest = sessions.new_link(clock.now());
    for _ in 0..32 {
        sessions.new_link(clock.now());
    }
    assert_eq!(
        sessions.redeem(oldest.secret.expose_secret(), clock.now()).unwrap_err(),
        RedeemError::Unknown
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_the_end_of_a_session_is_told_by_button_and_by_idleness() {
    let clock = clock();
    let (sessions, token) = signed_in(&clock);
    let sessions = Arc::new(sessions);
    let id = sessions.find(&token, SessionUse::Request, clock.now()).unwrap();
    let waiting = tokio::spawn({
        let (sessions, clock) = (Arc::clone(&sessions), clock.clone());
        async move { sessions.ended(id, &clock).await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    sessions.end(id);
    waiting.await.unwrap();

    let token = sign_in(&sessions, &clock);
    let id = sessions.find(&token, SessionUse::Request, clock.now()).unwrap();
    let mut idle = Box::pin(sessions.ended(id, &clock));
    assert_eq!(idle.as_mut().now_or_never(), None);
    clock.advance(LONGEST_IDLE);
    idle.await;
}
