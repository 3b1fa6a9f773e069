//! libFuzzer's command line, and how it ends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::places::Places;
use crate::processor;
use crate::statistics::{Coverage, Statistics};
use crate::target::Target;

/// Bytes of an input.
const LONGEST: u32 = 4096;
/// Seconds for one input. The slowest of this length takes milliseconds.
const SLOWEST: u32 = 10;
const MOST_MEMORY_MB: u32 = 1024;
/// At once.
const MOST_ALLOCATED_MB: u32 = 64;
/// libFuzzer's exit code for a run that found an input which crashes, is too slow or takes too much memory: 77, 70, 71.
const FOUND: [i32; 3] = [77, 70, 71];

const LOOKS: Duration = Duration::from_millis(200);

/// What one run was.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) processor: Duration,
    pub(crate) executions: u64,
    /// Coverage of what it began with; `None` where it fell over before.
    pub(crate) began: Option<Coverage>,
    pub(crate) crash: Option<Crash>,
}

/// An input that does not pass.
#[derive(Debug)]
pub(crate) struct Crash {
    pub(crate) log: PathBuf,
    pub(crate) inputs: PathBuf,
}

/// Runs a target on a corpus until it has had that much processor time. What it finds goes into the corpus.
pub(crate) fn run(places: &Places, target: Target, corpus: &Path, most: Duration) -> anyhow::Result<Ran> {
    let work = places.work(target);
    let (log, stop, inputs) = (work.join("run.log"), work.join("stop"), work.join("crashes"));
    fs::create_dir_all(&inputs).with_context(|| format!("creating {}", inputs.display()))?;
    if stop.exists() {
        fs::remove_file(&stop).with_context(|| format!("removing {}", stop.display()))?;
    }
    let mut command = Command::new(places.program(target));
    command
        .arg(format!("-dict={}", places.dictionary(target).display()))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-timeout={SLOWEST}"))
        .arg(format!("-rss_limit_mb={MOST_MEMORY_MB}"))
        .arg(format!("-malloc_limit_mb={MOST_ALLOCATED_MB}"))
        .arg(format!("-artifact_prefix={}/", inputs.display()))
        .arg(format!("-stop_file={}", stop.display()))
        .arg("-print_final_stats=1")
        .arg(corpus)
        .arg(places.seeds(target));
    let before = processor::of_children()?;
    let child = start(&mut command, &log)?;
    let status = until(child, most, &stop)?;
    let said = read(&log)?;
    let crash = match status.code() {
        Some(0) => None,
        Some(code) if FOUND.contains(&code) => Some(Crash { log, inputs }),
        Some(_) | None => bail!("{target} ended with {status}: see {}", log.display()),
    };
    Ok(Ran {
        processor: processor::of_children()?.saturating_sub(before),
        executions: Statistics::read(&said).map_or(0, |statistics| statistics.executions),
        began: Coverage::at_start(&said),
        crash,
    })
}

/// Leaves in `merged` the fewest inputs of the corpus that reach as much.
pub(crate) fn merge(
    places: &Places,
    target: Target,
    corpus: &Path,
    merged: &Path,
) -> anyhow::Result<Coverage> {
    let log = places.work(target).join("merge.log");
    let mut command = Command::new(places.program(target));
    command.arg("-merge=1").arg(format!("-max_len={LONGEST}")).arg(format!("-timeout={SLOWEST}"));
    command.arg(merged).arg(corpus).arg(places.seeds(target));
    let status = start(&mut command, &log)?.wait().context("waiting for a merge")?;
    let coverage = Coverage::merged(&read(&log)?).filter(|_| status.success());
    coverage.with_context(|| format!("merging the corpus of {target} failed: see {}", log.display()))
}

fn start(command: &mut Command, log: &Path) -> anyhow::Result<Child> {
    let file = File::create(log).with_context(|| format!("creating {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
    command.spawn().with_context(|| format!("starting {command:?}"))
}

/// By its own clock a run would get less processor time the busier the machine is.
fn until(mut child: Child, most: Duration, stop: &Path) -> anyhow::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().context("waiting for a run")? {
            return Ok(status);
        }
        if !stop.exists() && processor::of(child.id())? >= most {
            fs::write(stop, "stop").with_context(|| format!("writing {}", stop.display()))?;
        }
        thread::sleep(LOOKS);
    }
}

/// A log holds inputs, so it need not be UTF-8.
fn read(log: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(log).with_context(|| format!("reading {}", log.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
