//! On which machine, with which compiler at hand and under what load a run took place.

use std::fmt;
use std::fs;
use std::process::Command;

use rockpool_engine::Clock;
use serde::Serialize;

use crate::process::TICK_MICROS;

const UNKNOWN: &str = "unknown";

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// RFC 3339.
    at: String,
    /// The one in `PATH`; which one made the programs cannot be seen.
    rustc: String,
    cpu: String,
    /// That this process may use; 0 where the system does not tell.
    cores: usize,
    kernel: String,
    /// Runnable threads on average over 1, 5 and 15 minutes, and more as in proc_loadavg(5).
    load: String,
}

impl Machine {
    pub(crate) fn now() -> Self {
        Self {
            at: Clock::system().wall().to_string(),
            rustc: rustc().unwrap_or_else(|| UNKNOWN.to_owned()),
            cpu: first_cpu_model(&file("/proc/cpuinfo")).unwrap_or(UNKNOWN).to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: file("/proc/sys/kernel/osrelease"),
            load: file("/proc/loadavg"),
        }
    }
}

fn file(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| UNKNOWN.to_owned(), |text| text.trim().to_owned())
}

fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn first_cpu_model(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim())
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, rustc, cpu, cores, kernel, load } = self;
        writeln!(
            f,
            "{at}; {cpu}, {cores} cores; Linux {kernel}; {rustc} in PATH; load at the start: {load}."
        )?;
        write!(f, "CPU time is counted in steps of {} ms.", TICK_MICROS / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_named_by_its_model() {
        let cpuinfo =
            "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Example CPU @ 2.50GHz\n\nprocessor\t: 1\n";
        assert_eq!(first_cpu_model(cpuinfo), Some("Example CPU @ 2.50GHz"));
        assert_eq!(first_cpu_model("processor\t: 0\n"), None);
    }
}
