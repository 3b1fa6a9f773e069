//! Processor time, as `/proc` counts it.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// `USER_HZ`, the unit of `/proc/PID/stat`, is 100 per second on every architecture but Alpha and IA-64.
const TICK: Duration = Duration::from_millis(10);

/// Of a process that runs.
pub(crate) fn of(pid: u32) -> anyhow::Result<Duration> {
    read(&format!("/proc/{pid}/stat"), OWN)
}

/// Of all processes that this one has waited for.
pub(crate) fn of_children() -> anyhow::Result<Duration> {
    read("/proc/self/stat", CHILDRENS)
}

/// proc_pid_stat(5): how many fields behind the program's name `utime` is, field 14. `stime` follows.
const OWN: usize = 11;
/// The same of `cutime`, field 16, and `cstime`.
const CHILDRENS: usize = 13;

fn read(path: &str, field: usize) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
    parse(&stat, field).with_context(|| format!("{path} is not as proc(5) says: {stat}"))
}

/// The name stands in parentheses and may hold blanks and parentheses itself.
fn parse(stat: &str, field: usize) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(field);
    let mut next = || fields.next()?.parse::<u32>().ok();
    Some(TICK * next()?.checked_add(next()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_parentheses() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 3000 20 20 0 1 0 100";
        assert_eq!(parse(stat, OWN), Some(Duration::from_secs(2)));
        assert_eq!(parse(stat, CHILDRENS), Some(Duration::from_millis(30_200)));
        assert_eq!(parse("7 (a) S 1", OWN), None);
    }

    #[test]
    fn a_process_that_was_waited_for_counts() {
        let before = of_children().unwrap();
        let busy = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", busy]).status().unwrap().success());
        assert!(of_children().unwrap() > before);
    }
}
