//! Plays the weeks: tools ask, the router orders, the provider answers.

use std::collections::BTreeMap;

use rockpool_routing::account::CredentialState;
use rockpool_routing::failover::Remedy;
use rockpool_routing::{
    AccountId, Ask, Class, ConversationKey, Conversations, Delivery, Fate, MoveReason, Outlook, Pool,
    Progress, Remedies, Router, Source, Strategy, TenantId, Ticket, Verdict, verdict,
};
use uuid::Uuid;

use crate::calendar::{COUNTED, Clock, END, MINUTE, second, wall};
use crate::dice::Dice;
use crate::people::{self, Lane};
use crate::provider::{Account, Answer, SEATS, Work};
use crate::score::Score;
use crate::trial::{Request, Trial};
use crate::watch::Watch;

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
    Known(Trial, Ticket, Answer),
    /// An answer has come to its end.
    Ended(Trial, Ticket, u64),
    /// Somebody looks at the accounts.
    Looks,
}

struct Game {
    seed: u64,
    clock: Clock,
    now: u64,
    router: Router,
    pool: Pool,
    accounts: Vec<Account>,
    watch: Watch,
    lanes: Vec<Lane>,
    agenda: BTreeMap<(u64, u64), Event>,
    entries: u64,
    score: Score,
}

/// The account of a seat.
pub(crate) fn account(seat: usize) -> AccountId {
    AccountId(Uuid::from_u128(seat as u128))
}

fn seat(account: AccountId) -> usize {
    account.0.as_u128() as usize
}

/// Plays all weeks.
pub(crate) fn play(seed: u64, strategy: Strategy, conversations: Conversations) -> Score {
    let mut router = Router::default();
    for seat in 0..SEATS.len() {
        router.add_account(account(seat));
    }
    let members = (1..SEATS.len()).map(account).collect();
    let mut game = Game {
        seed,
        clock: Clock::new(),
        now: 0,
        router,
        pool: Pool { owner: account(0), members, strategy, conversations },
        accounts: Account::all(),
        watch: Watch::default(),
        lanes: people::plan(seed),
        agenda: BTreeMap::new(),
        entries: 0,
        score: Score::default(),
    };
    game.plan(0, Event::Looks);
    for lane in 0..game.lanes.len() {
        game.next_turn(lane, 0, game.lanes[lane].begins);
    }
    while let Some(((at, _), event)) = game.agenda.pop_first() {
        if at >= END {
            break;
        }
        game.now = at;
        game.happens(event);
    }
    game.end()
}

impl Game {
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
            Event::Known(trial, ticket, Answer::Serves { ends, cached, .. }) => {
                self.begins(trial, ticket, ends, cached);
            }
            Event::Known(trial, ticket, Answer::Fails { class, delivery, .. }) => {
                self.fails(trial, ticket, class, delivery);
            }
            Event::Ended(trial, ticket, cached) => self.ends(trial, ticket, cached),
            Event::Looks => {
                let now = self.clock.at(self.now);
                self.watch.look(&mut self.router, &mut self.accounts, self.now, now);
                if self.counts(self.now) && self.router.outlook(self.pool.accounts(), now) != Outlook::Serving
                {
                    self.score.seconds_dry += Watch::EVERY;
                }
                self.plan(self.now + Watch::EVERY, Event::Looks);
            }
        }
    }

    fn counts(&self, second: u64) -> bool {
        (COUNTED..END).contains(&second)
    }

    fn asks(&mut self, request: Request) {
        let name = self.lanes[request.lane].conversation.as_deref();
        let key = name.and_then(|name| ConversationKey::new(TenantId(Uuid::nil()), name));
        let ask = Ask { pool: &self.pool, conversation: key.as_ref(), ties: &[] };
        let selection = self.router.choose(&ask, self.clock.at(self.now));
        let ahead = selection.candidates.iter().map(|candidate| candidate.account).collect();
        let remedies = Remedies::default();
        self.tries(Trial { request, key, selection, ahead, tried: Vec::new(), remedies });
    }

    fn work(&self, request: &Request) -> Work {
        let turn = self.lanes[request.lane].turns[request.turn];
        Work { context: request.lane as u64, input: turn.input, output: turn.output }
    }

    /// Goes on with the next account that takes the request.
    fn tries(&mut self, mut trial: Trial) {
        let now = self.clock.at(self.now);
        while let Some(account) = trial.ahead.pop_front() {
            let Some(ticket) = self.router.begin(account, now) else {
                trial.passes_over(account, self.router.readiness(account, now));
                continue;
            };
            let work = self.work(&trial.request);
            let (lane, turn) = (trial.request.lane as u64, trial.request.turn as u64);
            let mut dice = Dice::of(&[self.seed, lane, turn, self.now, seat(account) as u64]);
            self.watch.used(seat(account), self.now);
            let answer = self.accounts[seat(account)].answer(work, self.now, &mut dice);
            let known = match answer {
                Answer::Serves { first, .. } => first,
                Answer::Fails { at, .. } => at,
            };
            self.plan(known, Event::Known(trial, ticket, answer));
            return;
        }
        self.gives_up(trial);
    }

    fn fails(&mut self, mut trial: Trial, ticket: Ticket, class: Class, delivery: Delivery) {
        let account = ticket.account();
        if class == Class::Unauthorized {
            // The refresh token is dead as well.
            self.router.set_credentials(account, CredentialState::NeedsReauth);
            trial.remedies.refresh = Remedy::Spent;
        }
        let verdict = verdict(Progress::Held, class, delivery, trial.remedies);
        if delivery.may_be_billed() {
            trial.remedies.replay = Remedy::Spent;
        }
        trial.tried.push((account, class));
        if self.counts(trial.request.asked) {
            self.score.failed_attempts += 1;
        }
        self.router.settle(ticket, class, self.clock.at(self.now));
        match verdict {
            Verdict::TryNext => self.tries(trial),
            Verdict::Return | Verdict::RefreshAndRetry | Verdict::StripAndRetry => self.gives_up(trial),
        }
    }

    /// Nobody served the request. The tool comes back with it where that is its habit.
    fn gives_up(&mut self, trial: Trial) {
        let request = trial.request;
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
            self.score.requests += 1;
            let could = self.accounts.iter_mut().any(|account| account.would_serve(self.now));
            self.score.needless += u64::from(could);
        }
        self.next_turn(request.lane, request.turn + 1, self.now + DISCOURAGED);
    }

    /// The first output comes.
    fn begins(&mut self, trial: Trial, ticket: Ticket, ends: u64, cached: u64) {
        let (account, now) = (ticket.account(), self.clock.at(self.now));
        let ask = Ask { pool: &self.pool, conversation: trial.key.as_ref(), ties: &[] };
        let fate = trial.selection.fate(&ask, &trial.tried, account);
        if self.counts(trial.request.asked) {
            match fate {
                Fate::Moved { reason, .. } => {
                    let rotates = self.pool.conversations == Conversations::Rotate;
                    assert!(rotates || reason != MoveReason::Rotation, "it moved for no reason");
                    self.score.moved += 1;
                    let lost = trial.selection.home.map(|home| home.tokens_lost(cached, now.wall));
                    self.score.tokens_lost += lost.unwrap_or_default();
                }
                Fate::None | Fate::New | Fate::Kept => {}
            }
        }
        self.router.answered(&ticket);
        if let Some(key) = &trial.key {
            self.router.place(key, account, now.wall);
        }
        self.observe(account);
        self.plan(ends, Event::Ended(trial, ticket, cached));
    }

    /// Traffic tells the quota with every answer.
    fn observe(&mut self, account: AccountId) {
        let reading = self.accounts[seat(account)].tell(Source::Headers, self.now);
        self.router.observe(account, reading);
    }

    fn ends(&mut self, trial: Trial, ticket: Ticket, cached: u64) {
        let (account, request) = (ticket.account(), trial.request);
        let work = self.work(&request);
        self.accounts[seat(account)].charge(work, cached, self.now);
        self.router.settle(ticket, Class::Success, self.clock.at(self.now));
        if let Some(key) = &trial.key {
            self.router.warm(key, account, work.input, wall(self.now));
        }
        if self.counts(request.asked) {
            self.score.requests += 1;
            self.score.served += 1;
            self.score.input += work.input;
            self.score.anew += work.input - cached;
        }
        self.next_turn(request.lane, request.turn + 1, self.now);
    }

    fn end(mut self) -> Score {
        for (account, score) in self.accounts.iter_mut().zip(&mut self.score.wasted) {
            account.roll(END - 1);
            for (_, left) in account.wasted.iter().filter(|(at, _)| (COUNTED..END).contains(at)) {
                *score = (score.0 + left, score.1 + 1);
            }
        }
        self.score
    }
}
