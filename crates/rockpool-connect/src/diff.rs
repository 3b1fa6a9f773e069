//! A change as it is shown to a person.

use similar::{ChangeTag, TextDiff};

use crate::format::Format;
use crate::readable::Readable;

/// A unified diff of the changed lines alone: what stands around them is the person's and may be secret. Lines that differ only
/// in what is not shown still show.
pub(crate) fn shown(
    name: &str,
    format: Format,
    before: Option<&str>,
    after: Option<&str>,
    readable: &Readable,
) -> String {
    let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
    let (old_shown, new_shown) = (readable.shown(format, old), readable.shown(format, new));
    let (old_shown, new_shown) = (lines(&old_shown), lines(&new_shown));
    let (old, new) = (lines(old), lines(new));
    let diff = TextDiff::from_slices(&old, &new);
    let names = (before.map_or("/dev/null", |_| name), after.map_or("/dev/null", |_| name));
    let mut out = format!("--- {}\n+++ {}\n", names.0, names.1);
    for hunk in diff.unified_diff().context_radius(0).iter_hunks() {
        out.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let (shown, index) = match change.tag() {
                ChangeTag::Insert => (&new_shown, change.new_index()),
                ChangeTag::Delete | ChangeTag::Equal => (&old_shown, change.old_index()),
            };
            let line = index.and_then(|index| shown.get(index)).copied().unwrap_or("…");
            let end = if line.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
            out.push_str(&format!("{}{line}{end}", change.tag()));
        }
    }
    out
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
