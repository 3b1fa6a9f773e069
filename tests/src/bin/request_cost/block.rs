//! One block: a workload on one server, and what it cost that process.

use std::fmt;
use std::time::Duration;

use rockpool_tests::wait;
use serde::Serialize;
use tokio::task::JoinError;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::build::Build;
use crate::load_error::LoadError;
use crate::process::{CpuTime, ProcessError};
use crate::server::MeasuredServer;
use crate::statistics::percentile;
use crate::workload::Workload;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Round {
    /// In no table's figures: caches, connections and allocators fill.
    WarmUp,
    /// Counts from 1.
    Measured(u32),
}

impl Round {
    /// The warm-up and `measured` more.
    pub(crate) fn all(measured: u32) -> impl Iterator<Item = Self> {
        std::iter::once(Self::WarmUp).chain((1..=measured).map(Self::Measured))
    }

    /// Which build comes first changes from round to round: what the load before has left in caches is not the same
    /// for the first block of a pair and for the second.
    pub(crate) const fn order(self) -> [Build; 2] {
        match self {
            Self::Measured(number) if number % 2 == 0 => [Build::After, Build::Before],
            Self::WarmUp | Self::Measured(_) => [Build::Before, Build::After],
        }
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WarmUp => f.write_str("warm-up"),
            Self::Measured(number) => write!(f, "{number}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Block {
    pub(crate) round: Round,
    pub(crate) build: Build,
    pub(crate) workload: Workload,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Measured(Cost),
    Failed { why: String },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Cost {
    pub(crate) answers: u64,
    pub(crate) events: u64,
    /// What `cpu_us_per_unit` is divided by: requests, events or turns.
    pub(crate) units: u64,
    pub(crate) wall_us: u64,
    #[serde(flatten)]
    pub(crate) cpu: CpuTime,
    pub(crate) cpu_us_per_unit: f64,
    pub(crate) first_output_us_median: f64,
    pub(crate) first_output_us_p99: f64,
}

#[derive(Debug, thiserror::Error)]
enum BlockError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The harness reports by panicking.
    #[error(transparent)]
    Panicked(#[from] JoinError),
}

impl Block {
    pub(crate) async fn measure(
        round: Round,
        build: Build,
        workload: Workload,
        server: &MeasuredServer,
    ) -> Self {
        let outcome = match cost(workload, server).await {
            Ok(cost) => Outcome::Measured(cost),
            Err(error) => Outcome::Failed { why: error.to_string() },
        };
        Self { round, build, workload, outcome }
    }

    pub(crate) const fn cost(&self) -> Option<&Cost> {
        match &self.outcome {
            Outcome::Measured(cost) => Some(cost),
            Outcome::Failed { .. } => None,
        }
    }
}

async fn cost(workload: Workload, server: &MeasuredServer) -> Result<Cost, BlockError> {
    let before = idle_cpu_time(server.pid()).await?;
    let begun = Instant::now();
    let answers = tokio::spawn(workload.run(server.key())).await??;
    let wall = begun.elapsed();
    let cpu = idle_cpu_time(server.pid()).await? - before;
    Ok(Cost::of(workload, &answers, wall, cpu))
}

/// The CPU time once the server rests: what it records in batches belongs to the block whose requests it records.
async fn idle_cpu_time(pid: u32) -> Result<CpuTime, ProcessError> {
    const REST: Duration = Duration::from_millis(200);
    let idle = async {
        let mut last = CpuTime::of(pid)?;
        loop {
            tokio::time::sleep(REST).await;
            let now = CpuTime::of(pid)?;
            if now == last {
                return Ok(now);
            }
            last = now;
        }
    };
    wait::within("the server rests", idle).await
}

impl Cost {
    fn of(workload: Workload, answers: &[Answer], wall: Duration, cpu: CpuTime) -> Self {
        let units = workload.units(answers);
        let first_outputs: Vec<f64> =
            answers.iter().map(|answer| answer.first_output.as_secs_f64() * 1e6).collect();
        Self {
            answers: answers.len() as u64,
            events: answers.iter().map(|answer| answer.events).sum(),
            units,
            wall_us: u64::try_from(wall.as_micros()).unwrap_or(u64::MAX),
            cpu,
            cpu_us_per_unit: cpu.total() as f64 / units as f64,
            first_output_us_median: percentile(&first_outputs, 50),
            first_output_us_p99: percentile(&first_outputs, 99),
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round {}, {}, {:?}: ", self.round, self.workload.name(), self.build)?;
        match &self.outcome {
            Outcome::Measured(cost) => write!(
                f,
                "{:.2} µs of CPU per {}, {} of them in {:.2} s",
                cost.cpu_us_per_unit,
                self.workload.unit(),
                cost.units,
                cost.wall_us as f64 / 1e6
            ),
            Outcome::Failed { why } => write!(f, "failed: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_is_divided_by_requests_or_by_the_events_of_long_streams() {
        let answer = |milliseconds| Answer { events: 10, first_output: Duration::from_millis(milliseconds) };
        let answers = [answer(3), answer(1), answer(2), answer(4)];
        let cpu = CpuTime { user: 1_500, system: 500 };
        let of = |workload| Cost::of(workload, &answers, Duration::from_secs(1), cpu);

        let requests = of(Workload::OneConnection);
        assert_eq!((requests.units, requests.cpu_us_per_unit), (4, 500.0));
        assert_eq!((requests.first_output_us_median, requests.first_output_us_p99), (2_000.0, 4_000.0));
        let events = of(Workload::LongStreams);
        assert_eq!((events.units, events.cpu_us_per_unit), (40, 50.0));
    }

    #[test]
    fn a_warm_up_precedes_the_measured_rounds() {
        let rounds: Vec<_> = Round::all(2).collect();
        assert_eq!(rounds, [Round::WarmUp, Round::Measured(1), Round::Measured(2)]);
    }

    #[test]
    fn either_build_comes_first_in_every_other_round() {
        let firsts: Vec<_> = (1..=4).map(|number| Round::Measured(number).order()[0]).collect();
        assert_eq!(firsts, [Build::Before, Build::After, Build::Before, Build::After]);
        for round in Round::all(4) {
            let order = round.order();
            assert!(Build::ALL.iter().all(|build| order.contains(build)), "{round}: {order:?}");
        }
    }
}
