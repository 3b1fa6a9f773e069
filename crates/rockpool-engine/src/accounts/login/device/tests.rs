//! The wait for a device code, under paused time and a scripted issuer.

use std::cell::RefCell;
use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::*;

type Answer = Result<DeviceAnswer, DevicePollError>;

/// Answers in order; the last one stays.
struct ScriptedIssuer {
    answers: RefCell<VecDeque<Answer>>,
    started: Instant,
    /// Seconds since the start at which it was asked.
    asked: RefCell<Vec<u64>>,
    told: RefCell<Vec<Option<String>>>,
}

impl ScriptedIssuer {
    fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: RefCell::new(answers.into_iter().collect()),
            started: Instant::now(),
            asked: RefCell::default(),
            told: RefCell::default(),
        }
    }

    fn ask(&self) -> BoxFuture<'static, Answer> {
        self.asked.borrow_mut().push(self.started.elapsed().as_secs());
        let mut answers = self.answers.borrow_mut();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(std::future::ready(answer.unwrap()))
    }

    async fn waited(&self, clock: &Clock) -> DeviceEnd {
        let code = DeviceCode::of_test(Duration::from_secs(5), start() + SignedDuration::from_mins(15));
        wait(&code, clock, || self.ask(), |words| self.told.borrow_mut().push(words)).await
    }
}

fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn standing() -> Clock {
    Clock::manual(start())
}

fn approved() -> Answer {
    Ok(DeviceAnswer::Approved(DeviceGrant::of_test()))
}

fn passing() -> Answer {
    Err(DevicePollError::Passing("no connection".to_owned()))
}

#[tokio::test(start_paused = true)]
async fn it_asks_at_once_and_then_at_the_codes_interval() {
    let issuer = ScriptedIssuer::answering([
        Ok(DeviceAnswer::Pending),
        Ok(DeviceAnswer::Pending),
        Ok(DeviceAnswer::Pending),
        approved(),
    ]);
    assert!(matches!(issuer.waited(&standing()).await, DeviceEnd::Approved(_)));
    assert_eq!(*issuer.asked.borrow(), [0, 5, 10, 15]);
}

#[tokio::test(start_paused = true)]
async fn it_asks_more_slowly_for_good_when_it_is_told_to() {
    let issuer = ScriptedIssuer::answering([
        Ok(DeviceAnswer::SlowDown),
        Ok(DeviceAnswer::Pending),
        Ok(DeviceAnswer::SlowDown),
        Ok(DeviceAnswer::Pending),
        approved(),
    ]);
    assert!(matches!(issuer.waited(&standing()).await, DeviceEnd::Approved(_)));
    assert_eq!(*issuer.asked.borrow(), [0, 10, 20, 35, 50]);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_nobody_enters_expires_after_its_time_and_not_before() {
    let issuer = ScriptedIssuer::answering([Ok(DeviceAnswer::Pending)]);
    assert!(matches!(issuer.waited(&standing()).await, DeviceEnd::Expired));
    assert_eq!(issuer.asked.borrow().last(), Some(&900));
}

#[tokio::test(start_paused = true)]
async fn a_lost_network_is_told_and_outlived_and_the_last_hope_is_fifteen_minutes() {
    let issuer = ScriptedIssuer::answering([
        Ok(DeviceAnswer::Pending),
        passing(),
        passing(),
        passing(),
        passing(),
        Ok(DeviceAnswer::Pending),
        approved(),
    ]);
    assert!(matches!(issuer.waited(&standing()).await, DeviceEnd::Approved(_)));
    assert_eq!(*issuer.asked.borrow(), [0, 5, 15, 35, 65, 95, 100]);
    let told = issuer.told.take();
    assert!(told[0].as_ref().unwrap().contains("no connection"), "{told:?}");
    assert_eq!(told.last(), Some(&None), "the trouble is over, and so is its sentence");
    let never = ScriptedIssuer::answering([passing()]);
    assert!(matches!(never.waited(&standing()).await, DeviceEnd::Expired));
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_past_the_end_asks_once_more_and_then_gives_up() {
    for (last, approved_meanwhile) in [(approved(), true), (Ok(DeviceAnswer::Pending), false)] {
        let clock = standing();
        let issuer = ScriptedIssuer::answering([Ok(DeviceAnswer::Pending), last]);
        let asleep = async {
            sleep(Duration::from_secs(1)).await;
            clock.advance(Duration::from_hours(8));
        };
        let (end, ()) = tokio::join!(issuer.waited(&clock), asleep);
        assert_eq!(matches!(end, DeviceEnd::Approved(_)), approved_meanwhile);
        assert_eq!(*issuer.asked.borrow(), [0, 5]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_it_with_a_sentence_that_names_the_way_on() {
    for (answer, words) in [
        (DevicePollError::Declined, "allow access"),
        (DevicePollError::Refused { status: 400, code: "invalid_grant".to_owned() }, "for a new code"),
    ] {
        let issuer = ScriptedIssuer::answering([Ok(DeviceAnswer::Pending), Err(answer)]);
        let DeviceEnd::Failed(sentence) = issuer.waited(&standing()).await else { panic!("not failed") };
        assert!(sentence.contains(words), "{sentence}");
    }
    let issuer = ScriptedIssuer::answering([Err(DevicePollError::Expired)]);
    assert!(matches!(issuer.waited(&standing()).await, DeviceEnd::Expired));
}
