//! What to do after an attempt: the whole failover rule in one exhaustive match.
//!
//! # Send boundary
//!
//! A request that was not sent, or that the provider answered with an error, may go elsewhere: nothing
//! was done for it. One that broke off on the way, or after the provider had begun, may have been billed.
//! It changes nothing at the provider (`store` is false on this backend), and the tool would send it again
//! by itself, so it is sent again once, and counted; a second time is the tool's own decision.

use crate::Class;

/// How far the answer has come downstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing but lifecycle events arrived, and those are held back.
    Held,
    /// The first output went downstream: nothing can be undone.
    Committed,
}

/// Whether a request had reached the provider when its attempt failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// The provider answered it: it knows the request, and says what became of it.
    #[default]
    Answered,
    /// It never left, or nobody read it: nothing was worked on.
    NotSent,
    /// It was on its way when the connection broke: nobody knows.
    Unknown,
    /// The provider had begun to work on it and then fell silent.
    Begun,
}

impl Delivery {
    /// Whether the provider may have worked on the request, and billed it, without an answer.
    pub fn may_be_billed(self) -> bool {
        match self {
            Self::Answered | Self::NotSent => false,
            Self::Unknown | Self::Begun => true,
        }
    }
}

/// A remedy that may be tried once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remedy {
    /// Still to be had.
    #[default]
    Untried,
    /// Tried, or impossible.
    Spent,
}

/// The remedies left for a request and the account that was just tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remedies {
    /// Getting a new bearer; once per account.
    pub refresh: Remedy,
    /// Taking the encrypted reasoning out of the history; once per account.
    pub strip: Remedy,
    /// Sending a request again that may have been worked on; once per request.
    pub replay: Remedy,
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

/// Decides after an attempt of class `class` that had come as far as `delivery`.
pub fn verdict(progress: Progress, class: Class, delivery: Delivery, remedies: Remedies) -> Verdict {
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
            | Class::ModelLimit { .. }
            | Class::RateLimited { .. }
            | Class::MissingWorkspace
            | Class::Forbidden
            | Class::Billing
            | Class::Unsuitable,
        ) => Verdict::TryNext,
        (Progress::Held, Class::Failure { .. }) => match (delivery, remedies.replay) {
            (Delivery::Answered | Delivery::NotSent, _) => Verdict::TryNext,
            (Delivery::Unknown | Delivery::Begun, Remedy::Untried) => Verdict::TryNext,
            (Delivery::Unknown | Delivery::Begun, Remedy::Spent) => Verdict::Return,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [Class; 13] = [
        Class::Success,
        Class::Rejected,
        Class::Unauthorized,
        Class::UsageLimit { resets_at: None },
        Class::ModelLimit { family: crate::LimitFamily::MAIN, resets_at: None },
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
                verdict(Progress::Committed, class, Delivery::Answered, Remedies::default()),
                Verdict::Return,
                "{class:?}"
            );
        }
    }

    #[test]
    fn a_refused_bearer_is_refreshed_once_and_then_the_next_account_is_tried() {
        let spent = Remedies { refresh: Remedy::Spent, ..Remedies::default() };
        assert_eq!(
            verdict(Progress::Held, Class::Unauthorized, Delivery::Answered, Remedies::default()),
            Verdict::RefreshAndRetry
        );
        assert_eq!(verdict(Progress::Held, Class::Unauthorized, Delivery::Answered, spent), Verdict::TryNext);
    }

    #[test]
    fn foreign_ciphertext_is_taken_out_once_and_then_its_maker_is_looked_for() {
        let spent = Remedies { strip: Remedy::Spent, ..Remedies::default() };
        assert_eq!(
            verdict(Progress::Held, Class::ForeignCiphertext, Delivery::Answered, Remedies::default()),
            Verdict::StripAndRetry
        );
        assert_eq!(
            verdict(Progress::Held, Class::ForeignCiphertext, Delivery::Answered, spent),
            Verdict::TryNext
        );
    }

    #[test]
    fn what_every_account_would_answer_is_returned_and_the_rest_moves_on() {
        for class in CLASSES {
            let expected = match class {
                Class::Success | Class::Rejected | Class::Abandoned => Verdict::Return,
                Class::Unauthorized => Verdict::RefreshAndRetry,
                Class::ForeignCiphertext => Verdict::StripAndRetry,
                Class::UsageLimit { .. }
                | Class::ModelLimit { .. }
                | Class::RateLimited { .. }
                | Class::MissingWorkspace
                | Class::Forbidden
                | Class::Billing
                | Class::Unsuitable
                | Class::Failure { .. } => Verdict::TryNext,
            };
            assert_eq!(
                verdict(Progress::Held, class, Delivery::Answered, Remedies::default()),
                expected,
                "{class:?}"
            );
        }
    }

    #[test]
    fn what_may_have_been_billed_is_sent_again_once_and_what_cannot_have_been_as_often_as_it_takes() {
        let spent = Remedies { replay: Remedy::Spent, ..Remedies::default() };
        let after = |delivery, remedies| verdict(Progress::Held, Class::FAILURE, delivery, remedies);
        for delivery in [Delivery::Unknown, Delivery::Begun] {
            assert!(delivery.may_be_billed());
            assert_eq!(after(delivery, Remedies::default()), Verdict::TryNext);
            assert_eq!(after(delivery, spent), Verdict::Return);
        }
        for delivery in [Delivery::Answered, Delivery::NotSent] {
            assert!(!delivery.may_be_billed());
            assert_eq!(after(delivery, spent), Verdict::TryNext);
        }
    }
}
