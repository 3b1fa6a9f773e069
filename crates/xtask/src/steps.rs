//! Runs commands one after the other: says what each is, how long it took, and how to repeat the one that failed.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::say;

#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
    failed: Vec<Failure>,
}

impl Steps {
    /// Runs one step; its failure names the step and the command.
    pub(crate) fn run(&mut self, name: &'static str, invocation: Invocation) -> Result<(), Failure> {
        self.run_with_remedy(name, invocation, None)
    }

    /// As `run`, for a step whose failure has a usual cause that is worth a sentence.
    pub(crate) fn run_with_remedy(
        &mut self,
        name: &'static str,
        invocation: Invocation,
        remedy: Option<&'static str>,
    ) -> Result<(), Failure> {
        self.run_to(name, invocation, &[0], remedy)
    }

    /// As `run_with_remedy`, for a command that has several exit codes for what is no failure.
    pub(crate) fn run_to(
        &mut self,
        name: &'static str,
        invocation: Invocation,
        fine: &[i32],
        remedy: Option<&'static str>,
    ) -> Result<(), Failure> {
        say::line(&format!("\n== {name}\n   {invocation}"));
        #[expect(clippy::disallowed_methods, reason = "how long a step really took is what is told")]
        let started = Instant::now();
        let status = launched(&invocation)?;
        if !status.code().is_some_and(|code| fine.contains(&code)) {
            return Err(Failure::Step { name: name.to_owned(), repeat: Box::new(invocation), remedy });
        }
        let took = started.elapsed();
        say::line(&format!("   {name}: {}", shown(took)));
        self.done.push((name, took));
        Ok(())
    }

    /// Notes a failure that need not keep the steps after it from running: it is told before the last one, and [`Self::failed`]
    /// says that there was one.
    pub(crate) fn go_on_after(&mut self, outcome: Result<(), Failure>) {
        if let Err(failure) = outcome {
            say::problem(&failure.to_string());
            self.failed.push(failure);
        }
    }

    pub(crate) fn failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Runs the step whose own output has to come last: all that this program has to say is said before it.
    pub(crate) fn run_last(
        &self,
        name: &'static str,
        invocation: &Invocation,
    ) -> Result<ExitStatus, Failure> {
        say::line("\n== steps so far");
        for (done, took) in &self.done {
            say::line(&format!("   {:>8}  {done}", shown(*took)));
        }
        let total = self.done.iter().map(|(_, took)| *took).sum();
        say::line(&format!("   {:>8}  together", shown(total)));
        for failure in &self.failed {
            say::problem(&failure.to_string());
        }
        say::line(&format!("\n== {name}\n   {invocation}"));
        launched(invocation)
    }
}

fn launched(invocation: &Invocation) -> Result<ExitStatus, Failure> {
    invocation.status().map_err(Failure::io(format!("starting `{invocation}`")))
}

fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{}m{:02}s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_names_itself_and_how_to_repeat_it() {
        let failure = Steps::default()
            .run_with_remedy("formatting", Invocation::new("false", ["argument"]), Some("Run `cargo fmt`."))
            .unwrap_err()
            .to_string();
        assert!(failure.contains("\"formatting\""), "{failure}");
        assert!(failure.contains("Run `cargo fmt`."), "{failure}");
        assert!(failure.contains("false argument"), "{failure}");
    }

    #[test]
    fn an_exit_code_that_is_no_failure_is_none_here() {
        let three = || Invocation::new("sh", ["-c", "exit 3"]);
        assert!(Steps::default().run_to("mutants", three(), &[0, 3], None).is_ok());
        assert!(Steps::default().run("mutants", three()).is_err());
    }

    #[test]
    fn a_failure_that_the_others_need_not_wait_for_is_not_forgotten() {
        let mut steps = Steps::default();
        steps.go_on_after(Ok(()));
        assert!(!steps.failed());
        steps.go_on_after(Err(Failure::Refused("the database was not reached.".to_owned())));
        steps.go_on_after(Ok(()));
        assert!(steps.run("formatting", Invocation::new("true", [""])).is_ok());
        assert!(steps.failed());
    }

    #[test]
    fn times_are_shown_in_seconds_and_then_in_minutes() {
        assert_eq!(shown(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(shown(Duration::from_secs(125)), "2m05s");
    }
}
