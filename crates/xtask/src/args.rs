//! The command line: what may be asked of `cargo xtask`, and its usage text.

use std::path::PathBuf;

use crate::consent::Consent;
use crate::failure::Failure;

pub(crate) const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

  run [--rehearsal] [--headless] [--yes]
                              install what is missing, build Rockpool and start it: in the tray where there is a
                              display, else as a server whose dashboard opens in a browser
  test [--full] [--yes]       install what is missing and run every test
  figures [--at PATH]         print what can be counted in the Rust sources, as a table
  cost ARGUMENTS              measure what a request and an event cost two builds of `rockpool`, as tables;
                              `cost --help` lists the arguments
  dependencies                write docs/measurements/dependencies.md: how many packages the programs are made of, what
                              runs while they are compiled, and where `unsafe` stands
  sbom                        write what the programs and the dashboard are made of, as CycloneDX
  advisories [--keep]         ask the RustSec database about the packages in use; ROCKPOOL_ADVISORY_DB names a clone
  prices                      write the engine's table of list prices anew, out of the package that is pinned in
                              `tests/tools/genai-prices`
  fuzz [--minutes N] [TARGET ...]
                              run the fuzz targets, each for N minutes of processor time (1 unless told otherwise),
                              keep what they find and write it down in docs/fuzzing.md
  tools-table                 write what the last test run found of each tool into docs/tools.md

  --rehearsal   start against the bundled simulated provider; no account is needed
  --headless    start the server, also where there is a display
  --full        add licences, bans and duplicates, advisories of RustSec and npm, bills of materials, the table of prices,
                screenshots of the UI, the release build, mutants of the routing crate, a minute of each fuzz target, the
                whole matrix of tools, and fifty times as many cases of each property test
  --keep        keep a copy of the database in this repository, for where it is out of reach
  --at PATH     count in another checkout
  --yes         install missing system packages without asking
  --help        show this text";

/// Where the person looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the tray where there is a display, else in a browser.
    WhereverPossible,
    /// In a browser.
    Headless,
}

/// Which installation is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Real,
    Rehearsal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What every change must pass; at most 35 minutes cold on two cores.
    Landing,
    Full,
}

/// What becomes of the database of advisories after it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Nothing,
    /// It becomes the copy in this repository.
    Copy,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Run {
        face: Face,
        place: Place,
        consent: Consent,
    },
    Test {
        depth: Depth,
        consent: Consent,
    },
    /// Of this checkout, or of the one that is named.
    Figures {
        at: Option<PathBuf>,
    },
    Prices,
    Dependencies,
    Sbom,
    Advisories {
        keep: Keep,
    },
    /// Arguments of the program that measures, as typed.
    Cost {
        args: Vec<String>,
    },
    ToolsTable,
    Fuzz {
        /// Of processor time, for each target.
        minutes: u64,
        /// All where none is named.
        targets: Vec<String>,
    },
}

pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let Some(command) = args.next() else {
        return Err(Failure::Usage(USAGE.to_owned()));
    };
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Task::Help),
        "run" => run(args),
        "test" => test(args),
        "figures" => figures(args),
        "prices" => alone(Task::Prices, "prices", args),
        "dependencies" => alone(Task::Dependencies, "dependencies", args),
        "sbom" => alone(Task::Sbom, "sbom", args),
        "tools-table" => alone(Task::ToolsTable, "tools-table", args),
        "advisories" => advisories(args),
        "fuzz" => fuzz(args),
        "cost" => Ok(Task::Cost { args: args.collect() }),
        other => Err(Failure::Usage(format!("there is no command `{other}`.\n\n{USAGE}"))),
    }
}

fn run(args: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let (mut face, mut place, mut consent) = (Face::Real, Place::WhereverPossible, Consent::Ask);
    for arg in args {
        match arg.as_str() {
            "--rehearsal" => face = Face::Rehearsal,
            "--headless" => place = Place::Headless,
            "--yes" => consent = Consent::Given,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(unknown("run", other)),
        }
    }
    Ok(Task::Run { face, place, consent })
}

fn test(args: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let (mut depth, mut consent) = (Depth::Landing, Consent::Ask);
    for arg in args {
        match arg.as_str() {
            "--full" => depth = Depth::Full,
            "--yes" => consent = Consent::Given,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(unknown("test", other)),
        }
    }
    Ok(Task::Test { depth, consent })
}

fn figures(mut args: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let mut at = None;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--at" => match args.next() {
                Some(path) => at = Some(PathBuf::from(path)),
                None => return Err(Failure::Usage(format!("`--at` needs a path.\n\n{USAGE}"))),
            },
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(unknown("figures", other)),
        }
    }
    Ok(Task::Figures { at })
}

/// A command that takes no arguments.
fn alone(task: Task, command: &str, mut args: impl Iterator<Item = String>) -> Result<Task, Failure> {
    match args.next().as_deref() {
        None => Ok(task),
        Some("--help" | "-h") => Ok(Task::Help),
        Some(other) => Err(unknown(command, other)),
    }
}

fn fuzz(mut args: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let (mut minutes, mut targets) = (1, Vec::new());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--minutes" => match args.next().and_then(|number| number.parse().ok()) {
                Some(number) if number > 0 => minutes = number,
                Some(_) | None => {
                    return Err(Failure::Usage(format!("`--minutes` needs a number.\n\n{USAGE}")));
                }
            },
            "--help" | "-h" => return Ok(Task::Help),
            other if other.starts_with('-') => return Err(unknown("fuzz", other)),
            _ => targets.push(arg),
        }
    }
    Ok(Task::Fuzz { minutes, targets })
}

fn advisories(args: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let mut keep = Keep::Nothing;
    for arg in args {
        match arg.as_str() {
            "--keep" => keep = Keep::Copy,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(unknown("advisories", other)),
        }
    }
    Ok(Task::Advisories { keep })
}

fn unknown(command: &str, argument: &str) -> Failure {
    Failure::Usage(format!("`{command}` takes no argument `{argument}`.\n\n{USAGE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, Failure> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn run_opens_the_real_installation_and_asks_unless_told_otherwise() {
        let usual = Task::Run { face: Face::Real, place: Place::WhereverPossible, consent: Consent::Ask };
        assert_eq!(parsed("run").unwrap(), usual);
        assert_eq!(
            parsed("run --rehearsal --headless --yes").unwrap(),
            Task::Run { face: Face::Rehearsal, place: Place::Headless, consent: Consent::Given }
        );
    }

    #[test]
    fn test_is_the_landing_set_unless_full_is_asked_for() {
        assert_eq!(
            parsed("test --yes").unwrap(),
            Task::Test { depth: Depth::Landing, consent: Consent::Given }
        );
        assert_eq!(parsed("test --full").unwrap(), Task::Test { depth: Depth::Full, consent: Consent::Ask });
    }

    #[test]
    fn figures_are_of_this_checkout_unless_another_is_named() {
        assert_eq!(parsed("figures").unwrap(), Task::Figures { at: None });
        assert_eq!(parsed("figures --at ../old").unwrap(), Task::Figures { at: Some("../old".into()) });
        assert!(parsed("figures --at").unwrap_err().to_string().contains("needs a path"));
    }

    #[test]
    fn advisories_are_kept_where_that_is_asked_for() {
        assert_eq!(parsed("advisories").unwrap(), Task::Advisories { keep: Keep::Nothing });
        assert_eq!(parsed("advisories --keep").unwrap(), Task::Advisories { keep: Keep::Copy });
    }

    #[test]
    fn what_writes_a_document_takes_no_arguments() {
        assert_eq!(parsed("prices").unwrap(), Task::Prices);
        assert_eq!(parsed("dependencies").unwrap(), Task::Dependencies);
        assert_eq!(parsed("sbom").unwrap(), Task::Sbom);
        assert!(parsed("prices --check").unwrap_err().to_string().contains("`--check`"));
    }

    #[test]
    fn fuzzing_is_a_minute_of_every_target_unless_told_otherwise() {
        assert_eq!(parsed("fuzz").unwrap(), Task::Fuzz { minutes: 1, targets: Vec::new() });
        assert_eq!(
            parsed("fuzz --minutes 60 config").unwrap(),
            Task::Fuzz { minutes: 60, targets: vec!["config".to_owned()] }
        );
        for line in ["fuzz --minutes", "fuzz --minutes 0", "fuzz --minutes long"] {
            assert!(parsed(line).unwrap_err().to_string().contains("needs a number"), "{line}");
        }
    }

    #[test]
    fn what_the_measuring_program_is_told_is_left_to_it() {
        let args = ["--before", "a b", "--help"].map(str::to_owned);
        let line = ["cost".to_owned()].into_iter().chain(args.clone());
        assert_eq!(parse(line).unwrap(), Task::Cost { args: args.to_vec() });
    }

    #[test]
    fn a_wrong_word_is_named_and_ends_in_usage() {
        for (line, word) in [
            ("fly", "`fly`"),
            ("tools-table x", "`x`"),
            ("fuzz --full", "`--full`"),
            ("advisories --copy", "`--copy`"),
            ("run --full", "`--full`"),
            ("test --rehearsal", "`--rehearsal`"),
        ] {
            let failure = parsed(line).unwrap_err();
            assert!(matches!(failure, Failure::Usage(_)));
            assert!(failure.to_string().contains(word), "{failure}");
            assert!(failure.to_string().contains("Usage:"), "{failure}");
        }
    }
}
