//! Writes an object anew with some of its members changed; all others are copied byte for byte.

use crate::json;

/// What becomes of one member.
pub(crate) struct Edit<'a> {
    name: &'a str,
    change: Change<'a>,
}

enum Change<'a> {
    Set(&'a [u8]),
    Fill(&'a [u8]),
    Remove,
}

impl<'a> Edit<'a> {
    /// The member has this value (JSON), whatever it had.
    pub(crate) fn set(name: &'a str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { name, change: Change::Set(value.as_ref()) }
    }

    /// The member has this value (JSON) where it is missing or null.
    pub(crate) fn fill(name: &'a str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { name, change: Change::Fill(value.as_ref()) }
    }

    pub(crate) fn remove(name: &'a str) -> Self {
        Self { name, change: Change::Remove }
    }
}

/// The object with its members changed; what is no object counts as an empty one.
pub(crate) fn object(text: &[u8], edits: &[Edit<'_>]) -> Vec<u8> {
    let members = json::members(text).unwrap_or_default();
    let mut out = Vec::with_capacity(text.len() + 64 * edits.len());
    out.push(b'{');
    for member in &members {
        let edit = edits.iter().find(|edit| member.is_named(text, edit.name));
        match edit.map(|edit| (edit.name, &edit.change)) {
            Some((_, Change::Remove)) => {}
            Some((name, Change::Set(value))) => write(&mut out, name, value),
            Some((name, Change::Fill(value))) if &text[member.value.clone()] == b"null" => {
                write(&mut out, name, value);
            }
            Some((_, Change::Fill(_))) | None => {
                separate(&mut out);
                out.extend_from_slice(&text[member.range()]);
            }
        }
    }
    for edit in edits {
        match edit.change {
            Change::Set(value) | Change::Fill(value) => {
                if !members.iter().any(|member| member.is_named(text, edit.name)) {
                    write(&mut out, edit.name, value);
                }
            }
            Change::Remove => {}
        }
    }
    out.push(b'}');
    out
}

/// JSON values with commas between them.
pub(crate) fn join<'a>(values: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for value in values {
        if !out.is_empty() {
            out.push(b',');
        }
        out.extend_from_slice(value);
    }
    out
}

/// The names of this crate need no escapes.
fn write(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    separate(out);
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value);
}

fn separate(out: &mut Vec<u8>) {
    if out.len() > 1 {
        out.push(b',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, edits: &[Edit<'_>]) -> String {
        String::from_utf8(object(text.as_bytes(), edits)).unwrap()
    }

    #[test]
    fn what_is_not_named_stays_as_it_was_written() {
        let text = r#"{ "a" : [1, 2] , "b":"\u00e9","c":null}"#;
        let edits = [Edit::remove("b"), Edit::fill("a", "0"), Edit::fill("c", "3"), Edit::set("d", "4")];
        assert_eq!(edited(text, &edits), r#"{"a" : [1, 2],"c":3,"d":4}"#);
        assert_eq!(edited("{}", &[Edit::remove("b")]), "{}");
        assert_eq!(edited("7", &[Edit::fill("a", "null")]), r#"{"a":null}"#);
    }
}
