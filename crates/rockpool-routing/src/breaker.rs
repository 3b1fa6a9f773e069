//! Whether a tool's WebSocket is worth a try: a circuit breaker over all accounts.
//!
//! # What counts
//!
//! A tool that is told to use HTTP stays there for its whole life (Codex CLI 0.169.0), so the breaker
//! opens only on evidence that the provider's WebSockets fail where its HTTP would not:
//!
//! - a handshake that was answered by something else than an account's own trouble, that broke, or that
//!   was never answered on a connection that stood, on every account that was tried;
//! - a connection that broke before any output of a turn. Connections that were all made before the
//!   last loss count as one: an outage of the network, or a laptop that slept, breaks them together.
//!
//! A provider that cannot be reached at all (no name, no TCP, no TLS) counts for nothing: HTTP takes the
//! same road and would fail too. What an account is refused for counts for nothing either.
//!
//! # When it opens
//!
//! Three handshakes in a row that failed within 30 seconds, or three turns, open it for 30 seconds. Then
//! one handshake at a time is let through as a probe. One that fails opens it again for twice as long, 15
//! minutes at most. One that succeeds puts it on trial: all are let through, the first output closes it,
//! and a failure within 30 seconds opens it again as a failed probe does.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Now;

/// Failures in a row that open it.
const FAILURES: usize = 3;
/// They have to come within this time; a trial lasts as long.
const WITHIN: Duration = Duration::from_secs(30);
/// How long it is open at first.
const FIRST_PERIOD: Duration = Duration::from_secs(30);
/// How long it is open at most. Not the same decision as the longest cool-down of an account: while the breaker
/// is open tools go on over HTTP, so being wrong costs them speed, not service.
const LONGEST_PERIOD: Duration = Duration::from_secs(15 * 60);
/// A probe that told nothing for this long is forgotten. No handshake takes longer than 13 seconds; how long the
/// probe of an account may take is decided by a tool's patience instead.
const PROBE_PATIENCE: Duration = Duration::from_secs(15);

/// What became of a connection to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It took a WebSocket.
    Connected,
    /// It failed a handshake as it would fail any, on every account that was tried.
    HandshakeFailed,
    /// A connection broke in a turn before its first output.
    TurnLost {
        /// When the connection was asked for.
        dialed: Instant,
    },
    /// The first output of a turn came.
    Answered,
}

/// Whether a tool's handshake is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The breaker is closed.
    Pass,
    /// As the one probe.
    Probe,
    /// The breaker is open, or its probe is under way.
    Refuse,
}

/// The breaker of all upstream WebSockets.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    state: State,
    handshakes: Row,
    turns: Row,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    Open {
        until: Instant,
        /// How long it was open or is, to be doubled if the next probe fails. Carried on through the states below.
        period: Duration,
    },
    /// Half open: one handshake is under way, for [`PROBE_PATIENCE`].
    Probing { since: Instant, period: Duration },
    /// The probe had its handshake; no output has shown yet that turns get through.
    Trial { since: Instant, period: Duration },
}

impl Breaker {
    /// Whether a tool's handshake is let through.
    pub fn admit(&mut self, now: Now) -> Admission {
        let now = now.mono;
        match self.state {
            State::Closed | State::Trial { .. } => Admission::Pass,
            State::Open { until, .. } if now < until => Admission::Refuse,
            State::Probing { since, .. } if now < since + PROBE_PATIENCE => Admission::Refuse,
            State::Open { period, .. } | State::Probing { period, .. } => {
                self.state = State::Probing { since: now, period };
                Admission::Probe
            }
        }
    }

    /// Learns what became of a connection.
    pub fn note(&mut self, evidence: Evidence, now: Now) {
        let now = now.mono;
        match (evidence, self.state) {
            (Evidence::Connected, State::Open { period, .. } | State::Probing { period, .. }) => {
                self.state = State::Trial { since: now, period };
            }
            (Evidence::Connected, State::Closed | State::Trial { .. }) => self.handshakes.clear(),
            (Evidence::HandshakeFailed, State::Open { .. }) => {}
            (Evidence::HandshakeFailed, State::Closed | State::Trial { .. } | State::Probing { .. }) => {
                self.handshakes.push(now);
                self.failed(now);
            }
            (Evidence::TurnLost { dialed }, State::Closed | State::Trial { .. }) => {
                if self.turns.last().is_none_or(|before| dialed >= before) {
                    self.turns.push(now);
                    self.failed(now);
                }
            }
            (Evidence::Answered, State::Closed | State::Trial { .. }) => {
                self.state = State::Closed;
                self.turns.clear();
            }
            // Connections from before it opened.
            (Evidence::TurnLost { .. } | Evidence::Answered, State::Open { .. } | State::Probing { .. }) => {}
        }
    }

    fn failed(&mut self, now: Instant) {
        match self.state {
            State::Open { .. } => {}
            State::Probing { period, .. } => self.open(now, longer(period)),
            State::Trial { since, period } if now < since + WITHIN => self.open(now, longer(period)),
            State::Closed | State::Trial { .. } => {
                self.state = State::Closed;
                if self.handshakes.is_full(now) || self.turns.is_full(now) {
                    self.open(now, FIRST_PERIOD);
                }
            }
        }
    }

    fn open(&mut self, now: Instant, period: Duration) {
        self.state = State::Open { until: now + period, period };
        self.handshakes.clear();
    }
}

fn longer(period: Duration) -> Duration {
    (period * 2).min(LONGEST_PERIOD)
}

/// When the last failures of a kind came, with no success between them.
#[derive(Clone, Debug, Default)]
struct Row(VecDeque<Instant>);

impl Row {
    fn push(&mut self, at: Instant) {
        if self.0.len() == FAILURES {
            self.0.pop_front();
        }
        self.0.push_back(at);
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn last(&self) -> Option<Instant> {
        self.0.back().copied()
    }

    fn is_full(&self, now: Instant) -> bool {
        self.0.len() == FAILURES && self.0.front().is_some_and(|first| now < *first + WITHIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    struct Bench {
        breaker: Breaker,
        now: Now,
    }

    impl Bench {
        #[expect(
            clippy::disallowed_methods,
            reason = "a first moment for a test; all later ones are reckoned from it"
        )]
        fn new() -> Self {
            let now = Now { mono: Instant::now(), wall: Timestamp::UNIX_EPOCH };
            Self { breaker: Breaker::default(), now }
        }

        /// Broken by three handshakes at once.
        fn open() -> Self {
            let mut bench = Self::new();
            for _ in 0..FAILURES {
                bench.note(Evidence::HandshakeFailed);
            }
            assert_eq!(bench.admit(), Admission::Refuse);
            bench
        }

        fn wait(&mut self, time: Duration) {
            self.now.mono += time;
            self.now.wall += SignedDuration::try_from(time).unwrap();
        }

        fn note(&mut self, evidence: Evidence) {
            self.breaker.note(evidence, self.now);
        }

        fn lose_a_new_connection(&mut self) {
            self.note(Evidence::Connected);
            self.note(Evidence::TurnLost { dialed: self.now.mono });
        }

        fn admit(&mut self) -> Admission {
            self.breaker.admit(self.now)
        }

        /// How long every handshake is refused from now on.
        fn refused_for(&mut self) -> Duration {
            let mut waited = Duration::ZERO;
            while self.admit() == Admission::Refuse {
                self.wait(Duration::from_secs(1));
                waited += Duration::from_secs(1);
            }
            waited
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn three_handshakes_in_a_row_that_fail_within_30_seconds_open_it_for_30() {
        let mut bench = Bench::new();
        for _ in 0..2 {
            bench.note(Evidence::HandshakeFailed);
            bench.wait(Duration::from_millis(14_999));
            assert_eq!(bench.admit(), Admission::Pass);
        }
        bench.note(Evidence::HandshakeFailed);
        assert_eq!(bench.refused_for(), Duration::from_secs(30));
    }

    #[test]
    fn failures_that_are_further_apart_or_have_a_success_between_them_do_not_open_it() {
        let mut bench = Bench::new();
        for _ in 0..20 {
            bench.note(Evidence::HandshakeFailed);
            bench.wait(SECOND * 15);
            assert_eq!(bench.admit(), Admission::Pass);
        }
        for _ in 0..20 {
            bench.note(Evidence::HandshakeFailed);
            bench.note(Evidence::HandshakeFailed);
            bench.note(Evidence::Connected);
            assert_eq!(bench.admit(), Admission::Pass);
        }
    }

    #[test]
    fn output_on_old_connections_does_not_hide_that_new_ones_fail() {
        let mut bench = Bench::new();
        for _ in 0..3 {
            bench.note(Evidence::HandshakeFailed);
            bench.note(Evidence::Answered);
        }
        assert_eq!(bench.admit(), Admission::Refuse);
    }

    #[test]
    fn three_turns_in_a_row_that_are_lost_before_output_open_it() {
        let mut bench = Bench::new();
        for _ in 0..3 {
            assert_eq!(bench.admit(), Admission::Pass);
            bench.wait(SECOND);
            bench.lose_a_new_connection();
        }
        assert_eq!(bench.refused_for(), SECOND * 30);
    }

    #[test]
    fn connections_that_break_together_count_as_one() {
        let mut bench = Bench::new();
        let dialed = bench.now.mono;
        bench.wait(SECOND);
        for _ in 0..50 {
            bench.note(Evidence::TurnLost { dialed });
            assert_eq!(bench.admit(), Admission::Pass);
        }
    }

    #[test]
    fn output_between_lost_turns_keeps_it_closed() {
        let mut bench = Bench::new();
        for _ in 0..20 {
            bench.lose_a_new_connection();
            bench.lose_a_new_connection();
            bench.note(Evidence::Answered);
            assert_eq!(bench.admit(), Admission::Pass);
        }
    }

    #[test]
    fn each_probe_that_fails_doubles_the_time_up_to_15_minutes() {
        let mut bench = Bench::open();
        let mut periods = Vec::new();
        for _ in 0..7 {
            periods.push(bench.refused_for().as_secs());
            bench.note(Evidence::HandshakeFailed);
        }
        assert_eq!(periods, [30, 60, 120, 240, 480, 900, 900]);
    }

    #[test]
    fn one_probe_at_a_time_and_the_next_when_it_told_nothing_for_15_seconds() {
        let mut bench = Bench::open();
        bench.wait(SECOND * 30);
        assert_eq!((bench.admit(), bench.admit()), (Admission::Probe, Admission::Refuse));
        bench.wait(Duration::from_millis(14_999));
        assert_eq!(bench.admit(), Admission::Refuse);
        bench.wait(Duration::from_millis(1));
        assert_eq!((bench.admit(), bench.admit()), (Admission::Probe, Admission::Refuse));
    }

    #[test]
    fn a_probe_that_succeeds_puts_it_on_trial_and_output_closes_it() {
        let mut bench = Bench::open();
        bench.wait(SECOND * 30);
        assert_eq!(bench.admit(), Admission::Probe);
        bench.note(Evidence::Connected);
        assert_eq!(bench.admit(), Admission::Pass);
        bench.note(Evidence::Answered);
        bench.note(Evidence::HandshakeFailed);
        assert_eq!(bench.admit(), Admission::Pass, "one failure opens nothing that is closed");
    }

    #[test]
    fn a_failure_on_trial_opens_it_for_twice_as_long() {
        for failure in
            [Bench::lose_a_new_connection, |bench: &mut Bench| bench.note(Evidence::HandshakeFailed)]
        {
            let mut bench = Bench::open();
            bench.wait(SECOND * 30);
            assert_eq!(bench.admit(), Admission::Probe);
            bench.note(Evidence::Connected);
            failure(&mut bench);
            assert_eq!(bench.refused_for(), SECOND * 60);
        }
    }

    #[test]
    fn a_trial_ends_by_itself() {
        let mut bench = Bench::open();
        bench.wait(SECOND * 30);
        assert_eq!(bench.admit(), Admission::Probe);
        bench.note(Evidence::Connected);
        bench.wait(SECOND * 30);
        bench.note(Evidence::HandshakeFailed);
        assert_eq!(bench.admit(), Admission::Pass);
    }

    #[test]
    fn what_old_connections_do_neither_closes_nor_prolongs_it() {
        let mut bench = Bench::open();
        bench.wait(SECOND * 29);
        let dialed = bench.now.mono;
        for evidence in [Evidence::Answered, Evidence::TurnLost { dialed }] {
            bench.note(evidence);
            assert_eq!(bench.admit(), Admission::Refuse, "{evidence:?}");
        }
        assert_eq!(bench.refused_for(), SECOND);
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Wait(u64),
        Note(Evidence),
        /// A connection that is so many milliseconds old.
        Lose(u64),
        Admit,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..40_000_u64).prop_map(Step::Wait),
            Just(Step::Note(Evidence::Connected)),
            Just(Step::Note(Evidence::HandshakeFailed)),
            Just(Step::Note(Evidence::Answered)),
            (0..60_000_u64).prop_map(Step::Lose),
            Just(Step::Admit),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_it_is_bounded_single_probed_and_closes_after_a_success(
            steps in prop::collection::vec(step(), 0..120)
        ) {
            let mut bench = Bench::new();
            let mut failures = 0;
            let mut probed: Option<Instant> = None;
            for step in steps {
                match step {
                    Step::Wait(ms) => bench.wait(Duration::from_millis(ms)),
                    Step::Note(evidence) => {
                        failures += usize::from(evidence == Evidence::HandshakeFailed);
                        bench.note(evidence);
                    }
                    Step::Lose(age) => {
                        failures += 1;
                        let dialed = bench.now.mono - Duration::from_millis(age);
                        bench.note(Evidence::TurnLost { dialed });
                    }
                    Step::Admit => match bench.admit() {
                        Admission::Pass => {}
                        Admission::Refuse => prop_assert!(failures >= FAILURES),
                        Admission::Probe => {
                            let now = bench.now.mono;
                            prop_assert!(probed.is_none_or(|before| now >= before + PROBE_PATIENCE));
                            probed = Some(now);
                        }
                    },
                }
                for row in [&bench.breaker.handshakes, &bench.breaker.turns] {
                    prop_assert!(row.0.len() <= FAILURES);
                }
                let mut later = Bench { breaker: bench.breaker.clone(), now: bench.now };
                later.wait(LONGEST_PERIOD);
                prop_assert_ne!(later.admit(), Admission::Refuse, "it never refuses for longer");
                later.note(Evidence::Connected);
                later.note(Evidence::Answered);
                prop_assert_eq!(later.admit(), Admission::Pass, "a success closes it");
            }
        }
    }
}
