//! Turns what came back from one attempt into the class of its outcome.

use std::time::Duration;

use jiff::Timestamp;

use crate::health::Outcome;
use crate::quota::LimitFamily;

/// Where the signals of an attempt come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The status of an HTTP answer, or of an error frame on a WebSocket.
    Status(u16),
    /// The status of an answer to something that only some accounts have, such as images.
    Aside(u16),
    /// An error event inside an answer whose status said success.
    Event,
    /// No answer: the connection could not be made, or broke.
    Connection,
}

/// What one attempt showed.
#[derive(Clone, Copy, Debug)]
pub struct Signals<'a> {
    pub origin: Origin,
    /// The provider's error code, else its error type, where the body has one.
    pub code: Option<&'a str>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// When an exhausted limit resets.
    pub resets_at: Option<Timestamp>,
    /// The limit of single models that the answer was counted against; `None` for the account's own.
    pub family: Option<LimitFamily>,
}

impl Signals<'_> {
    /// A plain status without further detail.
    pub fn status(status: u16) -> Self {
        Self { origin: Origin::Status(status), code: None, retry_after: None, resets_at: None, family: None }
    }

    /// A connection that failed.
    pub fn connection() -> Self {
        Self { origin: Origin::Connection, code: None, retry_after: None, resets_at: None, family: None }
    }
}

/// The outcome of an attempt, as far as routing is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Success,
    /// The request itself is at fault; every account would answer the same.
    Rejected,
    /// The bearer was refused.
    Unauthorized,
    /// A usage limit is reached.
    UsageLimit {
        /// When it resets, where the answer says so.
        resets_at: Option<Timestamp>,
    },
    /// A limit of single models is reached; the account serves others.
    ModelLimit {
        /// The limit that is reached.
        family: LimitFamily,
        /// When it resets, where the answer says so.
        resets_at: Option<Timestamp>,
    },
    /// Asked to slow down.
    RateLimited {
        /// For how long, where the answer says so.
        retry_after: Option<Duration>,
    },
    /// The login does not belong to the account's workspace any more.
    MissingWorkspace,
    /// The account or its workspace is refused.
    Forbidden,
    /// Payment, or another plan, is asked for.
    Billing,
    /// This account cannot serve this request (a model its plan lacks); its health is not in question.
    Unsuitable,
    /// The history holds ciphertext that was made for another account.
    ForeignCiphertext,
    /// The provider or the way to it failed.
    Failure {
        /// How long the provider asks to wait, where it says so.
        retry_after: Option<Duration>,
    },
    /// The tool went away before there was an outcome.
    Abandoned,
}

impl Class {
    /// The name in activity records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Rejected => "rejected",
            Self::Unauthorized => "unauthorized",
            Self::UsageLimit { .. } => "usage_limit",
            Self::ModelLimit { .. } => "model_limit",
            Self::RateLimited { .. } => "rate_limited",
            Self::MissingWorkspace => "missing_workspace",
            Self::Forbidden => "forbidden",
            Self::Billing => "billing",
            Self::Unsuitable => "unsuitable",
            Self::ForeignCiphertext => "foreign_ciphertext",
            Self::Failure { .. } => "failure",
            Self::Abandoned => "abandoned",
        }
    }
}

impl Class {
    /// A failure without further detail.
    pub const FAILURE: Self = Self::Failure { retry_after: None };

    /// What the outcome says of the account's health; `None` where it says nothing.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Success => Some(Outcome::Success),
            Self::Unauthorized
            | Self::UsageLimit { .. }
            | Self::RateLimited { .. }
            | Self::MissingWorkspace
            | Self::Forbidden
            | Self::Billing
            | Self::Failure { .. } => Some(Outcome::Failure),
            Self::ModelLimit { .. }
            | Self::Rejected
            | Self::Unsuitable
            | Self::ForeignCiphertext
            | Self::Abandoned => None,
        }
    }
}

/// Classifies an attempt. A known code outranks the status, for the provider hides failures in a 200
/// and repeats the same code over HTTP, SSE and WebSocket.
pub fn classify(signals: &Signals<'_>) -> Class {
    signals.code.and_then(|code| by_code(code, signals)).unwrap_or_else(|| by_origin(signals))
}

fn by_code(code: &str, signals: &Signals<'_>) -> Option<Class> {
    let class = match code {
        "usage_limit_reached" => usage_limit(signals),
        "insufficient_quota"
        | "credit_balance_exhausted"
        | "organization_spend_limit_exceeded"
        | "project_spend_limit_exceeded"
        | "organization_usage_limit_exceeded"
        | "billing_hard_limit_reached" => Class::UsageLimit { resets_at: signals.resets_at },
        "usage_not_included" => Class::Billing,
        "invalid_workspace_selected" => Class::MissingWorkspace,
        "deactivated_workspace" => Class::Forbidden,
        "token_invalidated" | "token_expired" | "token_revoked" => Class::Unauthorized,
        "invalid_encrypted_content" => Class::ForeignCiphertext,
        "model_not_supported_with_chatgpt_account" => Class::Unsuitable,
        "rate_limit_exceeded" | "rate_limit_reached" | "slow_down" => {
            Class::RateLimited { retry_after: signals.retry_after }
        }
        "server_is_overloaded" | "server_error" | "overloaded_error" => failure(signals),
        "context_length_exceeded"
        | "cyber_policy"
        | "invalid_prompt"
        | "model_not_found"
        | "unsupported_value"
        | "previous_response_not_found"
        | "websocket_connection_limit_reached"
        | "unsupported_country_region_territory" => Class::Rejected,
        _ => return None,
    };
    Some(class)
}

/// Of the limit codes this is the only one that single models have; the others speak of money.
fn usage_limit(signals: &Signals<'_>) -> Class {
    let resets_at = signals.resets_at;
    signals.family.map_or(Class::UsageLimit { resets_at }, |family| Class::ModelLimit { family, resets_at })
}

fn failure(signals: &Signals<'_>) -> Class {
    Class::Failure { retry_after: signals.retry_after }
}

fn by_origin(signals: &Signals<'_>) -> Class {
    match signals.origin {
        Origin::Connection | Origin::Event => failure(signals),
        // A plan without it, or a filter that stands before this part of the provider alone.
        Origin::Aside(403..=405) => Class::Unsuitable,
        Origin::Status(status) | Origin::Aside(status) => match status {
            100..=299 => Class::Success,
            401 => Class::Unauthorized,
            402 => Class::Billing,
            // A 403 with a code was handled above; one without is a filter on the way.
            403 if signals.code.is_some() => Class::Forbidden,
            403 | 408 => failure(signals),
            429 => Class::RateLimited { retry_after: signals.retry_after },
            400..=499 => Class::Rejected,
            _ => failure(signals),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(status: u16, code: &str) -> Class {
        classify(&Signals { code: Some(code), ..Signals::status(status) })
    }

    #[test]
    fn statuses_without_a_code() {
        let cases = [
            (200, Class::Success),
            (400, Class::Rejected),
            (401, Class::Unauthorized),
            (402, Class::Billing),
            (403, Class::FAILURE),
            (404, Class::Rejected),
            (413, Class::Rejected),
            (429, Class::RateLimited { retry_after: None }),
            (500, Class::FAILURE),
            (503, Class::FAILURE),
            (529, Class::FAILURE),
            (302, Class::FAILURE),
        ];
        for (status, class) in cases {
            assert_eq!(classify(&Signals::status(status)), class, "{status}");
        }
    }

    #[test]
    fn a_code_outranks_the_status() {
        assert_eq!(coded(400, "invalid_encrypted_content"), Class::ForeignCiphertext);
        assert_eq!(coded(429, "usage_limit_reached"), Class::UsageLimit { resets_at: None });
        assert_eq!(coded(403, "invalid_workspace_selected"), Class::MissingWorkspace);
        assert_eq!(coded(429, "usage_not_included"), Class::Billing);
        assert_eq!(coded(404, "model_not_supported_with_chatgpt_account"), Class::Unsuitable);
    }

    #[test]
    fn a_failure_hidden_in_a_stream_is_classed_like_its_twin() {
        let hidden = Signals {
            origin: Origin::Event,
            code: Some("usage_limit_reached"),
            retry_after: None,
            resets_at: None,
            family: None,
        };
        assert_eq!(classify(&hidden), Class::UsageLimit { resets_at: None });
        assert_eq!(classify(&Signals { code: Some("context_length_exceeded"), ..hidden }), Class::Rejected);
        assert_eq!(classify(&Signals { code: Some("made_up"), ..hidden }), Class::FAILURE);
        assert_eq!(classify(&Signals::connection()), Class::FAILURE);
    }

    #[test]
    fn a_limit_of_single_models_is_not_the_accounts() {
        let family = LimitFamily::named("codex_bengalfox").unwrap();
        let limited =
            Signals { code: Some("usage_limit_reached"), family: Some(family), ..Signals::status(429) };
        let class = classify(&limited);
        assert_eq!(class, Class::ModelLimit { family, resets_at: None });
        assert_eq!(class.outcome(), None, "the account's health is not in question");
        let unpaid = Signals { code: Some("insufficient_quota"), ..limited };
        assert_eq!(classify(&unpaid), Class::UsageLimit { resets_at: None });
    }

    #[test]
    fn what_only_some_accounts_have_says_nothing_of_an_accounts_health_where_it_is_missing() {
        let aside = |status, code| {
            classify(&Signals { origin: Origin::Aside(status), code, ..Signals::status(status) })
        };
        for status in [403, 404, 405] {
            assert_eq!(aside(status, None), Class::Unsuitable, "{status}");
            assert_eq!(aside(status, Some("made_up")), Class::Unsuitable, "{status}");
        }
        assert_eq!(aside(403, Some("deactivated_workspace")), Class::Forbidden);
        for status in [200, 400, 401, 429, 500] {
            assert_eq!(aside(status, None), classify(&Signals::status(status)), "{status}");
        }
    }

    #[test]
    fn an_unknown_403_code_blames_the_account_but_a_page_without_one_does_not() {
        assert_eq!(coded(403, "something"), Class::Forbidden);
        assert_eq!(classify(&Signals::status(403)), Class::FAILURE);
    }
}
