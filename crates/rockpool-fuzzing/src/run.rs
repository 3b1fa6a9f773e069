//! Runs targets in turns, and keeps what they find.

use std::fs;
use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;

use crate::corpus;
use crate::fuzzer::{self, Crash, Ran};
use crate::places::Places;
use crate::record::{self, Record};
use crate::statistics::Coverage;
use crate::table;
use crate::target::Target;

/// The longest time after which a run is written down, so that one which is ended before its time loses no more.
const TURN: Duration = Duration::from_secs(600);

/// Gives each target its time, in turns; one that crashes is left out from then on. The number of crashes.
pub(crate) fn record(places: &Places, targets: &[Target], each: Duration) -> anyhow::Result<usize> {
    // Now, when the targets have just been built: the checkout may change while they run.
    let commit = record::commit(&places.root)?;
    let mut left: Vec<(Target, Duration)> = targets.iter().map(|target| (*target, each)).collect();
    let mut crashes = 0;
    while !left.is_empty() {
        let mut next = Vec::new();
        for (target, time) in left {
            match turn(places, target, time.min(TURN), &commit)? {
                Some(crash) => {
                    crashes += 1;
                    tell(target, &crash)?;
                }
                None if time > TURN => next.push((target, time.saturating_sub(TURN))),
                None => {}
            }
        }
        left = next;
    }
    Ok(crashes)
}

/// As [`record`], on copies of what is kept, and nothing is written down.
pub(crate) fn check(places: &Places, targets: &[Target], each: Duration) -> anyhow::Result<usize> {
    let mut crashes = 0;
    for target in targets {
        let corpus = places.work(*target).join("corpus");
        corpus::unpack(&places.kept(*target), &corpus)?;
        let ran = fuzzer::run(places, *target, &corpus, each)?;
        say(&told(*target, &ran))?;
        if let Some(crash) = ran.crash {
            crashes += 1;
            tell(*target, &crash)?;
        }
    }
    Ok(crashes)
}

fn turn(places: &Places, target: Target, time: Duration, commit: &str) -> anyhow::Result<Option<Crash>> {
    let (corpus, merged) = (places.work(target).join("corpus"), places.work(target).join("merged"));
    corpus::unpack(&places.kept(target), &corpus)?;
    let ran = fuzzer::run(places, target, &corpus, time)?;
    say(&told(target, &ran))?;
    corpus::empty(&merged)?;
    let coverage = fuzzer::merge(places, target, &corpus, &merged)?;
    keep(places, target, &ran, coverage)?;
    let kept = places.work(target).join("kept");
    corpus::unpack(&places.kept(target), &kept)?;
    let size = corpus::size(&kept)?;
    let record = Record {
        at: record::now(),
        commit: commit.to_owned(),
        target,
        processor_seconds: ran.processor.as_secs_f64(),
        executions: ran.executions,
        crashes: u64::from(ran.crash.is_some()),
        inputs: size.inputs,
        bytes: size.bytes,
        edges: coverage.edges,
        features: coverage.features,
    };
    record::append(&places.records(), &record)?;
    table::write(&places.document(), &record::read(&places.records())?)?;
    Ok(ran.crash)
}

/// In the place of what was kept, if it reaches more.
fn keep(places: &Places, target: Target, ran: &Ran, coverage: Coverage) -> anyhow::Result<()> {
    let kept = places.kept(target);
    let grew = ran.began.is_none_or(|began| coverage.features > began.features);
    if !grew && kept.exists() {
        return Ok(());
    }
    let new = places.work(target).join("new.tar.gz");
    corpus::pack(&places.work(target).join("merged"), &new)?;
    let above = kept.parent().unwrap_or(&kept);
    fs::create_dir_all(above).with_context(|| format!("creating {}", above.display()))?;
    fs::copy(&new, &kept).map(drop).with_context(|| format!("writing {}", kept.display()))
}

fn told(target: Target, ran: &Ran) -> String {
    let seconds = ran.processor.as_secs_f64();
    format!("{target}: {seconds:.1} s of processor time, {} executions", ran.executions)
}

fn tell(target: Target, crash: &Crash) -> anyhow::Result<()> {
    let (inputs, log) = (crash.inputs.display(), crash.log.display());
    say(&format!("{target}: AN INPUT DOES NOT PASS. It is in {inputs}; what it did is at the end of {log}."))
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{line}").context("writing to standard output")
}
