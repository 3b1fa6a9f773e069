//! Simulates the weeks: tools ask, the router orders, the provider answers.

use std::collections::BTreeMap;

use rockpool_routing::account::CredentialState;
use rockpool_routing::failover::Remedy;
use rockpool_routing::{
    AccountId, AffinityOutcome, Ask, Class, ConversationKey, Conversations, Delivery, MoveReason, Outlook,
    Pool, Progress, Remedies, Router, Source, Strategy, TenantId, Ticket, Verdict, verdict,
};
use uuid::Uuid;

use crate::calendar::{COUNTED, Clock, END, MINUTE, second, wall};
use crate::provider::{Account, Answer, SEATS, Work};
use crate::request::{PendingRequest, Request};
use crate::seeded_random::SeededRandom;
use crate::totals::Totals;
use crate::upkeep::Upkeep;
use crate::workload::{self, Lane};

/// A tool that was refused is used again after so long.
const DISCOURAGED: u64 = 15 * MINUTE;
/// A wait that a tool is asked to take, and takes.
const SHORT_WAIT: u64 = 20;
/// How often a tool tries again, and how long it waits after a failure, doubling: about as the Codex CLI 0.169.0.
const TOOL_RETRIES: u32 = 5;
const TOOL_WAIT: u64 = 2;

enum Event {
    /// A tool asks for its next turn, or again.
    Asks(Request),
    /// The answer to an attempt is known.
    Known(PendingRequest, Ticket, Answer),
    /// An answer has come to its end.
    Ended(PendingRequest, Ticket, u64),
    /// Somebody looks at the accounts.
    Looks,
}

struct Simulation {
    seed: u64,
    clock: Clock,
    now: u64,
    router: Router,
    pool: Pool,
    accounts: Vec<Account>,
    upkeep: Upkeep,
    lanes: Vec<Lane>,
    agenda: BTreeMap<(u64, u64), Event>,
    entries: u64,
    totals: Totals,
}

/// The account of a seat.
pub(crate) fn account(seat: usize) -> AccountId {
    AccountId(Uuid::from_u128(seat as u128))
}

fn seat(account: AccountId) -> usize {
    account.0.as_u128() as usize
}

pub(crate) fn run(seed: u64, strategy: Strategy, conversations: Conversations) -> Totals {
    let mut router = Router::default();
    for seat in 0..SEATS.len() {
        router.add_account(account(seat));
    }
    let members = (1..SEATS.len()).map(account).collect();
    let mut simulation = Simulation {
        seed,
        clock: Clock::new(),
        now: 0,
        router,
        pool: Pool { owner: account(0), members, strategy, conversations },
        accounts: Account::all(),
        upkeep: Upkeep::default(),
        lanes: workload::plan(seed),
        agenda: BTreeMap::new(),
        entries: 0,
        totals: Totals::default(),
    };
    simulation.plan(0, Event::Looks);
    for lane in 0..simulation.lanes.len() {
        simulation.next_turn(lane, 0, simulation.lanes[lane].begins);
    }
    while let Some(((at, _), event)) = simulation.agenda.pop_first() {
        if at >= END {
            break;
        }
        simulation.now = at;
        simulation.happens(event);
    }
    simulation.end()
}

impl Simulation {
    fn plan(&mut self, at: u64, event: Event) {
        self.entries += 1;
        self.agenda.insert((at, self.entries), event);
    }

    /// The lane goes on with `turn` after what happened at `after`.
    fn next_turn(&mut self, lane: usize, turn: usize, after: u64) {
        if let Some(next) = self.lanes[lane].turns.get(turn) {
            let asked = after + next.pause;
            self.plan(asked, Event::Asks(Request { lane, turn, asked, again: 0 }));
        }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Asks(request) => self.asks(request),
            Event::Known(pending, ticket, Answer::Serves { ends, cached, .. }) => {
                self.begins(pending, ticket, ends, cached);
            }
            Event::Known(pending, ticket, Answer::Fails { class, delivery, .. }) => {
                self.fails(pending, ticket, class, delivery);
            }
            Event::Ended(pending, ticket, cached) => self.ends(pending, ticket, cached),
            Event::Looks => {
                let now = self.clock.at(self.now);
                self.upkeep.look(&mut self.router, &mut self.accounts, self.now, now);
                if self.counts(self.now) && self.router.outlook(self.pool.accounts(), now) != Outlook::Serving
                {
                    self.totals.seconds_exhausted += Upkeep::EVERY;
                }
                self.plan(self.now + Upkeep::EVERY, Event::Looks);
            }
        }
    }

    fn counts(&self, second: u64) -> bool {
        (COUNTED..END).contains(&second)
    }

    fn asks(&mut self, request: Request) {
        let name = self.lanes[request.lane].conversation.as_deref();
        let key = name.and_then(|name| ConversationKey::new(TenantId(Uuid::nil()), name));
        let ask = Ask { pool: &self.pool, conversation: key.as_ref(), model: None, pins: &[] };
        let selection = self.router.choose(&ask, self.clock.at(self.now));
        let ahead = selection.candidates.iter().map(|candidate| candidate.account).collect();
        let remedies = Remedies::default();
        self.tries(PendingRequest { request, key, selection, ahead, tried: Vec::new(), remedies });
    }

    fn work(&self, request: &Request) -> Work {
        let turn = self.lanes[request.lane].turns[request.turn];
        Work { context: request.lane as u64, input: turn.input, output: turn.output }
    }

    /// Goes on with the next account that takes the request.
    fn tries(&mut self, mut pending: PendingRequest) {
        let now = self.clock.at(self.now);
        while let Some(account) = pending.ahead.pop_front() {
            let Some(ticket) = self.router.begin(account, now) else {
                pending.passes_over(account, self.router.readiness(account, now));
                continue;
            };
            let work = self.work(&pending.request);
            let (lane, turn) = (pending.request.lane as u64, pending.request.turn as u64);
            let mut random = SeededRandom::of(&[self.seed, lane, turn, self.now, seat(account) as u64]);
            self.upkeep.used(seat(account), self.now);
            let answer = self.accounts[seat(account)].answer(work, self.now, &mut random);
            let known = match answer {
                Answer::Serves { first, .. } => first,
                Answer::Fails { at, .. } => at,
            };
            self.plan(known, Event::Known(pending, ticket, answer));
            return;
        }
        self.gives_up(pending);
    }

    fn fails(&mut self, mut pending: PendingRequest, ticket: Ticket, class: Class, delivery: Delivery) {
        let account = ticket.account();
        if class == Class::Unauthorized {
            // The refresh token is dead as well.
            self.router.set_credentials(account, CredentialState::NeedsReauth);
            pending.remedies.refresh = Remedy::Spent;
        }
        let verdict = verdict(Progress::Held, class, delivery, pending.remedies);
        if delivery.may_be_billed() {
            pending.remedies.replay = Remedy::Spent;
        }
        pending.tried.push((account, class));
        if self.counts(pending.request.asked) {
            self.totals.failed_attempts += 1;
        }
        self.router.attempt_ended(ticket, class, self.clock.at(self.now));
        match verdict {
            Verdict::TryNext => self.tries(pending),
            Verdict::Return | Verdict::RefreshAndRetry | Verdict::StripAndRetry => self.gives_up(pending),
        }
    }

    /// Nobody served the request. The tool comes back with it where that is its habit.
    fn gives_up(&mut self, pending: PendingRequest) {
        let request = pending.request;
        let serves_in = match self.router.outlook(self.pool.accounts(), self.clock.at(self.now)) {
            Outlook::Serving => Some(TOOL_WAIT << request.again),
            Outlook::Until(until) => {
                Some(second(until).saturating_sub(self.now)).filter(|in_| *in_ <= SHORT_WAIT)
            }
            Outlook::NeedsPerson => None,
        };
        if let Some(wait) = serves_in.filter(|_| request.again < TOOL_RETRIES) {
            let again = Request { again: request.again + 1, ..request };
            self.plan(self.now + wait.max(1), Event::Asks(again));
            return;
        }
        if self.counts(request.asked) {
            self.totals.requests += 1;
            let could = self.accounts.iter_mut().any(|account| account.would_serve(self.now));
            self.totals.needless += u64::from(could);
        }
        self.next_turn(request.lane, request.turn + 1, self.now + DISCOURAGED);
    }

    /// The first output comes.
    fn begins(&mut self, pending: PendingRequest, ticket: Ticket, ends: u64, cached: u64) {
        let (account, now) = (ticket.account(), self.clock.at(self.now));
        let ask = Ask { pool: &self.pool, conversation: pending.key.as_ref(), model: None, pins: &[] };
        let outcome = pending.selection.affinity_outcome(&ask, &pending.tried, account);
        if self.counts(pending.request.asked) {
            match outcome {
                AffinityOutcome::Moved { reason, .. } => {
                    let rotates = self.pool.conversations == Conversations::Rotate;
                    assert!(rotates || reason != MoveReason::Rotation, "it moved for no reason");
                    self.totals.moved += 1;
                    let lost = pending.selection.pin.map(|pin| pin.tokens_lost(cached, now.wall));
                    self.totals.tokens_lost += lost.unwrap_or_default();
                }
                AffinityOutcome::None | AffinityOutcome::New | AffinityOutcome::Kept => {}
            }
        }
        self.router.answered(&ticket);
        if let Some(key) = &pending.key {
            self.router.place(key, account, now.wall);
        }
        self.observe(account);
        self.plan(ends, Event::Ended(pending, ticket, cached));
    }

    /// Traffic tells the quota with every answer.
    fn observe(&mut self, account: AccountId) {
        let reading = self.accounts[seat(account)].tell(Source::Headers, self.now);
        self.router.observe(account, reading);
    }

    fn ends(&mut self, pending: PendingRequest, ticket: Ticket, cached: u64) {
        let (account, request) = (ticket.account(), pending.request);
        let work = self.work(&request);
        self.accounts[seat(account)].charge(work, cached, self.now);
        self.router.attempt_ended(ticket, Class::Success, self.clock.at(self.now));
        if let Some(key) = &pending.key {
            self.router.prompt_cached(key, account, work.input, wall(self.now));
        }
        if self.counts(request.asked) {
            self.totals.requests += 1;
            self.totals.served += 1;
            self.totals.input += work.input;
            self.totals.anew += work.input - cached;
        }
        self.next_turn(request.lane, request.turn + 1, self.now);
    }

    fn end(mut self) -> Totals {
        for (account, totals) in self.accounts.iter_mut().zip(&mut self.totals.wasted) {
            account.roll(END - 1);
            for (_, left) in account.wasted.iter().filter(|(at, _)| (COUNTED..END).contains(at)) {
                *totals = (totals.0 + left, totals.1 + 1);
            }
        }
        self.totals
    }
}
