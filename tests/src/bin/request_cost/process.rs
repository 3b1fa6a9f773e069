//! What `/proc` tells of a process: CPU time and resident memory.

use std::ops::Sub;
use std::path::PathBuf;
use std::{fs, io};

use serde::Serialize;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("reading {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is not as proc(5) says: {text}")]
    Format { path: PathBuf, text: String },
}

/// CPU time in microseconds, in steps of [`TICK_MICROS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CpuTime {
    #[serde(rename = "user_us")]
    pub(crate) user: u64,
    #[serde(rename = "system_us")]
    pub(crate) system: u64,
}

/// `USER_HZ`, the unit of `/proc/PID/stat`, is 100 per second on every architecture but Alpha and IA-64.
pub(crate) const TICK_MICROS: u64 = 10_000;

impl CpuTime {
    /// Of all threads of a process, ended ones too.
    pub(crate) fn of(pid: u32) -> Result<Self, ProcessError> {
        read(pid, "stat", Self::parse)
    }

    /// proc_pid_stat(5): `utime` is field 14 and `stime` field 15. The second field is the program's name in
    /// parentheses, which may hold blanks and parentheses itself.
    fn parse(stat: &str) -> Option<Self> {
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_ascii_whitespace().skip(11);
        let mut next = || fields.next()?.parse::<u64>().ok();
        Some(Self { user: next()? * TICK_MICROS, system: next()? * TICK_MICROS })
    }

    pub(crate) const fn total(self) -> u64 {
        self.user + self.system
    }
}

impl Sub for CpuTime {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self { user: self.user - earlier.user, system: self.system - earlier.system }
    }
}

/// `VmRSS` in KiB.
pub(crate) fn resident_kib(pid: u32) -> Result<u64, ProcessError> {
    read(pid, "status", parse_resident_kib)
}

fn parse_resident_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn read<T>(pid: u32, file: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, ProcessError> {
    let path = PathBuf::from(format!("/proc/{pid}/{file}"));
    match fs::read_to_string(&path) {
        Ok(text) => parse(&text).ok_or(ProcessError::Format { path, text }),
        Err(source) => Err(ProcessError::Read { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_behind_a_name_with_blanks_and_parentheses() {
        let stat = "4242 (a) b (c) 1 R) S 1 4242 4242 0 -1 4194560 900 0 3 0 \
                    123 45 6 7 20 0 4 0 8675 223000 1500 18446744073709551615 1 1";
        assert_eq!(CpuTime::parse(stat), Some(CpuTime { user: 1_230_000, system: 450_000 }));
    }

    #[test]
    fn a_stat_that_ends_early_is_no_cpu_time() {
        assert_eq!(CpuTime::parse("4242 (rockpool) S 1 4242"), None);
        assert_eq!(CpuTime::parse(""), None);
    }

    #[test]
    fn what_was_used_meanwhile_is_the_difference() {
        let used = CpuTime { user: 50_000, system: 30_000 } - CpuTime { user: 20_000, system: 20_000 };
        assert_eq!(used, CpuTime { user: 30_000, system: 10_000 });
        assert_eq!(used.total(), 40_000);
    }

    #[test]
    fn resident_memory_is_read_in_kib() {
        assert_eq!(
            parse_resident_kib("VmHWM:\t   20000 kB\nVmRSS:\t   18432 kB\nThreads:\t4\n"),
            Some(18_432)
        );
        assert_eq!(parse_resident_kib("Name:\trockpool\n"), None);
    }

    #[test]
    fn a_process_that_is_gone_is_named() {
        let error = CpuTime::of(0).unwrap_err().to_string();
        assert!(error.contains("/proc/0/stat"), "{error}");
    }
}
