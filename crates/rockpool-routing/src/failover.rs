//! What to do after an attempt: the whole failover rule in one exhaustive match.

use crate::Class;

/// How far the answer has come downstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing but lifecycle events arrived, and those are held back.
    Held,
    /// The first output went downstream: nothing can be undone.
    Committed,
}

/// A remedy that may be tried once per account and request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remedy {
    /// Still to be had.
    #[default]
    Untried,
    /// Tried, or impossible.
    Spent,
}

/// The remedies left for the account that was just tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remedies {
    /// Getting a new bearer.
    pub refresh: Remedy,
    /// Taking the encrypted reasoning out of the history.
    pub strip: Remedy,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hand the answer to the tool as it is.
    Return,
    /// Get a new bearer and try the same account again.
    RefreshAndRetry,
    /// Take the encrypted reasoning out and try the same account again.
    StripAndRetry,
    /// Try the next account; the answer stands if there is none.
    TryNext,
}

/// Decides after an attempt of class `class`.
pub fn verdict(progress: Progress, class: Class, remedies: Remedies) -> Verdict {
    match (progress, class) {
        (Progress::Committed, _) => Verdict::Return,
        (Progress::Held, Class::Success | Class::Rejected | Class::Abandoned) => Verdict::Return,
        (Progress::Held, Class::Unauthorized) => match remedies.refresh {
            Remedy::Untried => Verdict::RefreshAndRetry,
            Remedy::Spent => Verdict::TryNext,
        },
        (Progress::Held, Class::ForeignCiphertext) => match remedies.strip {
            Remedy::Untried => Verdict::StripAndRetry,
            // Perhaps the next account made it.
            Remedy::Spent => Verdict::TryNext,
        },
        (
            Progress::Held,
            Class::UsageLimit { .. }
            | Class::RateLimited { .. }
            | Class::MissingWorkspace
            | Class::Forbidden
            | Class::Billing
            | Class::Unsuitable
            | Class::Failure { .. },
        ) => Verdict::TryNext,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [Class; 12] = [
        Class::Success,
        Class::Rejected,
        Class::Unauthorized,
        Class::UsageLimit { resets_at: None },
        Class::RateLimited { retry_after: None },
        Class::MissingWorkspace,
        Class::Forbidden,
        Class::Billing,
        Class::Unsuitable,
        Class::ForeignCiphertext,
        Class::FAILURE,
        Class::Abandoned,
    ];

    #[test]
    fn nothing_is_retried_after_the_first_byte() {
        for class in CLASSES {
            assert_eq!(
                verdict(Progress::Committed, class, Remedies::default()),
                Verdict::Return,
                "{class:?}"
            );
        }
    }

    #[test]
    fn a_refused_bearer_is_refreshed_once_and_then_the_next_account_is_tried() {
        let spent = Remedies { refresh: Remedy::Spent, ..Remedies::default() };
        assert_eq!(
            verdict(Progress::Held, Class::Unauthorized, Remedies::default()),
            Verdict::RefreshAndRetry
        );
        assert_eq!(verdict(Progress::Held, Class::Unauthorized, spent), Verdict::TryNext);
    }

    #[test]
    fn foreign_ciphertext_is_taken_out_once_and_then_its_maker_is_looked_for() {
        let spent = Remedies { strip: Remedy::Spent, ..Remedies::default() };
        assert_eq!(
            verdict(Progress::Held, Class::ForeignCiphertext, Remedies::default()),
            Verdict::StripAndRetry
        );
        assert_eq!(verdict(Progress::Held, Class::ForeignCiphertext, spent), Verdict::TryNext);
    }

    #[test]
    fn what_every_account_would_answer_is_returned_and_the_rest_moves_on() {
        for class in CLASSES {
            let expected = match class {
                Class::Success | Class::Rejected | Class::Abandoned => Verdict::Return,
                Class::Unauthorized => Verdict::RefreshAndRetry,
                Class::ForeignCiphertext => Verdict::StripAndRetry,
                Class::UsageLimit { .. }
                | Class::RateLimited { .. }
                | Class::MissingWorkspace
                | Class::Forbidden
                | Class::Billing
                | Class::Unsuitable
                | Class::Failure { .. } => Verdict::TryNext,
            };
            assert_eq!(verdict(Progress::Held, class, Remedies::default()), expected, "{class:?}");
        }
    }
}
