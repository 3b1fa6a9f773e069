//! What is left of several accounts together.

/// `40 %`; `-` where no account counts.
pub(super) fn level(percent: Option<u8>) -> String {
    percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"))
}
