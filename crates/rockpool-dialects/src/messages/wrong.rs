//! What is wrong with a part of a request, and where.

use std::fmt::Display;

use crate::refusal::Refusal;

/// A refusal whose place is not yet known in full.
#[derive(Debug)]
pub(super) struct Wrong {
    kind: Kind,
    path: String,
    reason: String,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Invalid,
    Unsupported,
}

impl Wrong {
    pub(super) fn invalid(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Invalid, path: path.into(), reason: reason.into() }
    }

    pub(super) fn unsupported(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Unsupported, path: path.into(), reason: reason.into() }
    }

    pub(super) fn reason(self) -> String {
        self.reason
    }

    /// The same, seen from further out: `text` inside `content.1` is `content.1.text`, as Anthropic writes it.
    pub(super) fn inside(self, outer: impl Display) -> Self {
        let path = if self.path.is_empty() { outer.to_string() } else { format!("{outer}.{}", self.path) };
        Self { path, ..self }
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        // Anthropic's errors have no member for the parameter: the text has to name it.
        let reason = format!("{}: {}", wrong.path, wrong.reason);
        match wrong.kind {
            Kind::Invalid => Self::Invalid { param: wrong.path, reason },
            Kind::Unsupported => Self::Unsupported { param: wrong.path, reason },
        }
    }
}
