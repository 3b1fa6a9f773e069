//! How well an account has been doing lately.
//!
//! # Formula (the seed system's, with its test vectors)
//!
//! `rate` is the share of successes in percent, rounded half up. `score` is the rate, less 15 for each
//! failure in the present streak (45 at most), less 10 if nothing ever succeeded, within 0–100.
//! No sample is `idle`; a streak of three or a score under 40 is `critical`; under 80 is `degraded`.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Outcomes kept per account.
const SAMPLE: usize = 120;

/// How an attempt on an account ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The account served the request.
    Success,
    /// The account failed it.
    Failure,
}

/// The four health states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Nothing is known yet.
    #[default]
    Idle,
    /// Score 80 or more.
    Healthy,
    /// Score 40 to 79.
    Degraded,
    /// Score under 40, or three failures in a row.
    Critical,
}

/// A summary of the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthReport {
    /// The state that the other figures give.
    pub state: HealthState,
    /// 0 to 100.
    pub score: u8,
    /// Successes in whole percent.
    pub success_rate: u8,
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// Outcomes in the sample, 120 at most.
    pub sample: u32,
}

/// The bounded sample of one account, newest last.
#[derive(Clone, Debug, Default)]
pub struct Health {
    outcomes: VecDeque<Outcome>,
}

impl Health {
    /// Adds the newest outcome, dropping the oldest beyond the bound.
    pub fn record(&mut self, outcome: Outcome) {
        if self.outcomes.len() == SAMPLE {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back(outcome);
    }

    /// Failures since the last success.
    pub fn consecutive_failures(&self) -> u32 {
        let streak = self.outcomes.iter().rev().take_while(|outcome| **outcome == Outcome::Failure).count();
        streak as u32
    }

    /// The summary by the formula above.
    pub fn report(&self) -> HealthReport {
        let sample = self.outcomes.len() as u32;
        let successes = self.outcomes.iter().filter(|outcome| **outcome == Outcome::Success).count() as u32;
        let consecutive_failures = self.consecutive_failures();
        if sample == 0 {
            return HealthReport {
                state: HealthState::Idle,
                score: 0,
                success_rate: 0,
                consecutive_failures,
                sample,
            };
        }
        let success_rate = (200 * successes + sample) / (2 * sample);
        let never = if successes == 0 { 10 } else { 0 };
        let score =
            success_rate.saturating_sub((15 * consecutive_failures).min(45)).saturating_sub(never).min(100);
        let state = match score {
            _ if consecutive_failures >= 3 => HealthState::Critical,
            0..40 => HealthState::Critical,
            40..80 => HealthState::Degraded,
            80.. => HealthState::Healthy,
        };
        HealthReport {
            state,
            score: score as u8,
            success_rate: success_rate as u8,
            consecutive_failures,
            sample,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newest first: `F` a failure, `S` a success.
    fn report(newest_first: &str) -> (u8, u8, HealthState) {
        let mut health = Health::default();
        for letter in newest_first.chars().rev() {
            health.record(if letter == 'S' { Outcome::Success } else { Outcome::Failure });
        }
        let report = health.report();
        (report.success_rate, report.score, report.state)
    }

    #[test]
    fn the_seeds_vectors_hold() {
        use HealthState::*;
        let long = |head: &str, successes: usize, failures: usize| {
            format!("{head}{}{}", "S".repeat(successes), "F".repeat(failures))
        };
        assert_eq!(report(""), (0, 0, Idle));
        assert_eq!(report("S"), (100, 100, Healthy));
        assert_eq!(report("F"), (0, 0, Critical));
        assert_eq!(report("FS"), (50, 35, Critical));
        assert_eq!(report("SF"), (50, 50, Degraded));
        assert_eq!(report("FSSS"), (75, 60, Degraded));
        assert_eq!(report(&long("F", 9, 0)), (90, 75, Degraded));
        assert_eq!(report(&long("FF", 8, 0)), (80, 50, Degraded));
        assert_eq!(report(&long("FFF", 97, 0)), (97, 52, Critical));
        assert_eq!(report("SSSSF"), (80, 80, Healthy));
        assert_eq!(report(&long("", 79, 21)), (79, 79, Degraded));
        assert_eq!(report(&long("F", 19, 0)), (95, 80, Healthy));
        assert_eq!(report(&long("S", 0, 9)), (10, 10, Critical));
    }

    #[test]
    fn only_the_newest_120_outcomes_count() {
        assert_eq!(report(&("S".repeat(120) + &"F".repeat(50))), (100, 100, HealthState::Healthy));
    }
}
