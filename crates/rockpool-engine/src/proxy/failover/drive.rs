//! The one way of a request over its accounts, whatever its shape: HTTP, a WebSocket's handshake, or one of
//! its turns. A shape asks [`Drive::next`] what to do (a handshake, which carries no request yet, asks
//! [`Drive::next_to_dial`]), sends, and says what became of it; which account comes next, with which bearer, in which form the history goes, and what is noted of it, is decided here.
//!
//! The rule itself is [`rockpool_routing::verdict`]; [`Candidates`] keeps what it has to know of the attempts
//! before.

use std::sync::Arc;

use rockpool_routing::{AccountId, Candidate, Class, ConversationKey, ConversationPin, Delivery};

use super::attempt::{AttemptOutcome, Outgoing};
use super::bearer_choice::BearerChoice;
use super::candidates::{Candidates, Next};
use super::context::RequestContext;
use super::failing_turns::TurnDigest;
use super::lease::Lease;
use crate::proxy::record::OpenRecord;
use crate::proxy::request::headers::TurnState;
use crate::proxy::request::payload::Payload;

/// What a shape has to do next.
pub(crate) enum Step {
    /// Send this, under this hold on the account, and say what became of it.
    Send(Lease, Box<Outgoing>),
    /// No account is left that could be asked.
    NoneLeft,
    /// Only this account, which the conversation is pinned to, could go on with it, and it may not be asked, or has failed.
    PinnedUnavailable(AccountId),
}

/// What becomes of an attempt that failed, or was answered, before anything went to the tool.
pub(crate) enum After {
    /// Its answer is the tool's. The hold goes on until that has ended.
    Answer(Lease),
    /// Ask [`Drive::next`] again.
    GoOn,
}

/// What the failover rule says of an attempt or a connection that came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It stands: by the rule, no other attempt would help.
    Stands,
    /// Another attempt may follow: ask [`Drive::next`] again.
    GoOn,
}

/// What is done when all chosen accounts came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenNoneLeft {
    /// The request ends: they were chosen a moment ago.
    Stop,
    /// The router is asked again: its choice is as old as the connection.
    ChooseAgain,
}

/// One request on its way.
pub(crate) struct Drive {
    context: Arc<RequestContext>,
    candidates: Candidates,
    when_none_left: WhenNoneLeft,
    /// As it was when the accounts were chosen.
    pin: Option<ConversationPin>,
    /// The conversation that the answer puts on its account.
    places: Option<ConversationKey>,
    failures: FailuresInside,
    record: OpenRecord,
}

/// How often the turn has failed inside an answer that began well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailuresInside {
    /// Nothing was sent yet.
    Unasked,
    /// It is known to fail: where it is sent to one account, it is sent to no other.
    Known,
    None,
    One,
    /// On a first account, and it is on its way to another.
    OneAndAsked(TurnDigest),
}

impl Drive {
    /// The way of a request over `candidates`, which were chosen with `pin` in mind.
    pub(crate) fn new(
        context: &Arc<RequestContext>,
        candidates: &[Candidate],
        pin: Option<ConversationPin>,
        when_none_left: WhenNoneLeft,
        record: OpenRecord,
    ) -> Self {
        Self {
            context: Arc::clone(context),
            candidates: Candidates::new(candidates),
            when_none_left,
            pin,
            places: context.placed_conversation(),
            failures: FailuresInside::Unasked,
            record,
        }
    }

    /// The answer leaves the conversation where it is: it is none, as that of a warm-up.
    pub(crate) fn leaves_conversation(&mut self) {
        self.places = None;
    }

    pub(crate) fn record(&mut self) -> &mut OpenRecord {
        &mut self.record
    }

    pub(crate) fn into_record(self) -> OpenRecord {
        self.record
    }

    /// The account to dial, for a handshake that carries no request yet, with the bearer and the turn state
    /// that go with it.
    pub(crate) fn next_to_dial(&self) -> Option<(AccountId, BearerChoice, TurnState)> {
        let account = self.candidates.current()?;
        Some((account, self.candidates.bearer_choice(), self.context.turn_state(account, self.pin)))
    }

    /// What to do now.
    pub(crate) fn next(&mut self, payload: &mut Payload) -> Step {
        self.look_for_failures(payload);
        loop {
            let Some(account) = self.candidates.current() else {
                match self.look_again() {
                    Next::Account(_) => continue,
                    Next::NoneLeft | Next::Return | Next::Refresh | Next::Strip => return Step::NoneLeft,
                }
            };
            // The body first: a lease may be the account's only probe, and one that comes to nothing wastes it.
            let relation = self.candidates.origin().relation(self.pin, account);
            let body = match (payload.for_relation(relation), self.pin) {
                (Ok(body), _) => body,
                // Nothing is foreign to a conversation without a pin, so this does not come about.
                (Err(_), None) => return Step::NoneLeft,
                (Err(_), Some(pin)) => match self.candidates.prefer(pin.account) {
                    // This one cannot read the history and the pinned one can: it comes first, whatever the
                    // strategy has said.
                    Next::Account(_) => continue,
                    Next::NoneLeft | Next::Return | Next::Refresh | Next::Strip => {
                        return Step::PinnedUnavailable(pin.account);
                    }
                },
            };
            let (core, model) = (self.context.core(), self.context.routed_model(self.record.model()));
            let Some(lease) = Lease::begin(core, account, model, self.places.clone()) else {
                self.pass_over(account);
                continue;
            };
            if self.failures == FailuresInside::Known {
                self.candidates.keep_current_only();
                self.when_none_left = WhenNoneLeft::Stop;
            }
            let bearer_choice = self.candidates.bearer_choice();
            let turn_state = self.context.turn_state(account, self.pin);
            let outgoing = Box::new(Outgoing { account, bearer_choice, body, turn_state });
            return Step::Send(lease, outgoing);
        }
    }

    /// Decides after an attempt; one that is not the answer is noted, and its account let go.
    pub(crate) fn after(&mut self, lease: Lease, outcome: &AttemptOutcome) -> After {
        if outcome.sent.may_be_billed_twice() {
            self.candidates.repeated();
        }
        let next = self.candidates.after(outcome.class, outcome.delivery, outcome.bearer);
        if next == Next::Return {
            return After::Answer(lease);
        }
        let account = lease.account();
        self.close(lease, outcome);
        self.learn_refused(account, next, outcome);
        self.learn_failing(outcome);
        After::GoOn
    }

    /// A turn that failed alike on two accounts within the minute is asked of one account only.
    fn look_for_failures(&mut self, payload: &Payload) {
        let failing = &self.context.plane.failing_turns;
        let tenant = self.context.caller.client.tenant;
        match self.failures {
            FailuresInside::Unasked => {
                let known = failing.contains(tenant, payload.original());
                self.failures = if known { FailuresInside::Known } else { FailuresInside::None };
            }
            FailuresInside::One => {
                self.failures = FailuresInside::OneAndAsked(failing.digest(tenant, payload.original()));
            }
            FailuresInside::Known | FailuresInside::None | FailuresInside::OneAndAsked(_) => {}
        }
    }

    fn learn_failing(&mut self, outcome: &AttemptOutcome) {
        let inside =
            outcome.delivery == Delivery::Answered && outcome.status.is_none_or(|status| status < 400);
        if !inside || !matches!(outcome.class, Class::Failure { .. }) {
            return;
        }
        match self.failures {
            FailuresInside::Unasked | FailuresInside::None => self.failures = FailuresInside::One,
            FailuresInside::Known => {
                // Another minute.
                self.failures = FailuresInside::One;
            }
            FailuresInside::One => {}
            FailuresInside::OneAndAsked(turn) => self.context.plane.failing_turns.add(turn),
        }
    }

    /// Decides after a connection that was refused, for which nothing of the request was sent.
    pub(crate) fn after_refusal(
        &mut self,
        account: AccountId,
        lease: Option<Lease>,
        outcome: &AttemptOutcome,
    ) -> Decision {
        self.record.tried(account, outcome.noted());
        if let Some(lease) = lease {
            lease.finish(outcome.class);
        }
        // Whatever became of it, nothing was worked on.
        let next = self.candidates.after(outcome.class, Delivery::NotSent, outcome.bearer);
        self.learn_refused(account, next, outcome);
        match next {
            Next::Return | Next::Strip => Decision::Stands,
            Next::Refresh | Next::Account(_) | Next::NoneLeft => Decision::GoOn,
        }
    }

    /// Notes how an attempt ended, and lets its account go.
    pub(crate) fn close(&mut self, lease: Lease, outcome: &AttemptOutcome) {
        self.record.tried(lease.account(), outcome.noted());
        lease.finish(outcome.class);
    }

    /// The request may have been worked on, and goes out again all the same.
    pub(crate) fn repeated(&mut self) {
        self.candidates.repeated();
    }

    /// Leaves the present account out.
    pub(crate) fn advance(&mut self) {
        self.candidates.advance();
    }

    /// An account that was refused with a fresh bearer too would only have its tokens rotated by another try.
    fn learn_refused(&self, account: AccountId, next: Next, outcome: &AttemptOutcome) {
        if next.leaves_refused(outcome.class, outcome.bearer) {
            self.context.core().bearer_refused(account);
        }
    }

    /// Another request is finding out whether this account is back.
    fn pass_over(&mut self, account: AccountId) {
        let model = self.context.routed_model(self.record.model());
        let obstacle = self.context.core().routing.read(|router, now| router.obstacle(account, model, now));
        if let Some(obstacle) = obstacle {
            self.record.skipped(account, obstacle);
        }
        self.candidates.advance();
    }

    /// Looks for accounts that were not met yet.
    fn look_again(&mut self) -> Next {
        match self.when_none_left {
            WhenNoneLeft::Stop => Next::NoneLeft,
            WhenNoneLeft::ChooseAgain => {
                let ask = self.context.ask(self.record.model());
                let found = self.context.core().routing.choose(&ask);
                self.record.chosen_again(&found);
                self.candidates.extend(&found.candidates);
                self.candidates.advance()
            }
        }
    }
}
