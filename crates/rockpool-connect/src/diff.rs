//! A change as it is shown to a person.

use similar::TextDiff;

use crate::mask::masked;

/// A unified diff with three lines of context, secrets masked. Lines that differ only in a secret still show.
pub(crate) fn shown(name: &str, before: Option<&str>, after: Option<&str>) -> String {
    let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
    let diff = TextDiff::from_lines(old, new);
    let names = (before.map_or("/dev/null", |_| name), after.map_or("/dev/null", |_| name));
    let unified = diff.unified_diff().context_radius(3).header(names.0, names.1).to_string();
    unified.split_inclusive('\n').map(masked).collect()
}
