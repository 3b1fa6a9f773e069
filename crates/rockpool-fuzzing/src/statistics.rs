//! What libFuzzer says of a run, in the words of its log.

/// Of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Statistics {
    pub(crate) executions: u64,
}

/// Of a corpus: edges of the control flow that it reaches, and libFuzzer's finer count, with how often and by which
/// comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Coverage {
    pub(crate) features: u64,
    pub(crate) edges: u64,
}

impl Statistics {
    /// `stat::number_of_executed_units:`, from `-print_final_stats=1`.
    pub(crate) fn read(log: &str) -> Option<Self> {
        let line = log.lines().rev().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
        Some(Self { executions: line.trim().parse().ok()? })
    }
}

impl Coverage {
    /// Of what a run began with: `#2  INITED cov: 10 ft: 20 …`.
    pub(crate) fn at_start(log: &str) -> Option<Self> {
        let line = log.lines().find(|line| line.contains("INITED"))?;
        let after = |name: &str| {
            let mut words = line.split_whitespace();
            words.find(|word| *word == name)?;
            words.next()?.parse().ok()
        };
        Some(Self { features: after("ft:")?, edges: after("cov:")? })
    }

    /// Of what a merge leaves: `MERGE-OUTER: 3 new files with 20 new features added; 10 new coverage edges`.
    pub(crate) fn merged(log: &str) -> Option<Self> {
        let line = log.lines().rev().find(|line| line.contains("new features added"))?;
        let before = |words: &str| line.split(words).next()?.split_whitespace().next_back()?.parse().ok();
        Some(Self { features: before(" new features added")?, edges: before(" new coverage edges")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runs_figures_are_read_from_its_log() {
        let log = "INFO: seed corpus: files: 3\n#4\tINITED cov: 120 ft: 340 corp: 3/60b exec/s: 0 rss: 30Mb\n\
                   #9\tNEW    cov: 121 ft: 350 corp: 4/70b\nstat::number_of_executed_units: 71234\n";
        assert_eq!(Statistics::read(log), Some(Statistics { executions: 71_234 }));
        assert_eq!(Coverage::at_start(log), Some(Coverage { features: 340, edges: 120 }));
        assert_eq!(Statistics::read("killed"), None);
    }

    #[test]
    fn a_merges_figures_are_read_from_its_log() {
        let log = "MERGE-OUTER: 12 files\n\
                   MERGE-OUTER: 5 new files with 350 new features added; 121 new coverage edges\n";
        assert_eq!(Coverage::merged(log), Some(Coverage { features: 350, edges: 121 }));
        assert_eq!(Coverage::merged(""), None);
    }
}
