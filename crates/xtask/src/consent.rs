//! Asking before anything on the system is changed.

use std::io::{BufRead, IsTerminal};

use crate::say;

/// Whether system packages may be installed without a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    Ask,
    Given,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// There is no terminal to ask on.
    NobodyToAsk,
}

pub(crate) fn obtain(consent: Consent, question: &str) -> Answer {
    match consent {
        Consent::Given => Answer::Yes,
        Consent::Ask if !std::io::stdin().is_terminal() => Answer::NobodyToAsk,
        Consent::Ask => {
            say::question(question);
            let mut line = String::new();
            match std::io::stdin().lock().read_line(&mut line) {
                Ok(_) => understood(&line),
                Err(_) => Answer::NobodyToAsk,
            }
        }
    }
}

fn understood(line: &str) -> Answer {
    match line.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        assert_eq!(understood("y\n"), Answer::Yes);
        assert_eq!(understood("Yes\n"), Answer::Yes);
        for line in ["\n", "", "n\n", "yep maybe\n"] {
            assert_eq!(understood(line), Answer::No);
        }
    }
}
