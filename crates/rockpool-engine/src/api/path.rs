//! Paths of routes, with names made safe.

/// Where the routes stand.
pub const PREFIX: &str = "/api/v1";

/// The absolute path of a route; a segment that holds a slash or the like cannot leave its place.
pub(super) fn path(segments: &[&str]) -> String {
    let mut path = PREFIX.to_owned();
    for segment in segments {
        path.push('/');
        push_encoded(&mut path, segment);
    }
    path
}

/// The same path with a query parameter, where there is a value.
pub(super) fn with_query(mut path: String, key: &str, value: Option<&str>) -> String {
    if let Some(value) = value {
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(key);
        path.push('=');
        push_encoded(&mut path, value);
    }
    path
}

/// Unreserved characters as they are, all others as `%XX` (RFC 3986, 2.1 and 2.3).
fn push_encoded(path: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
            continue;
        }
        path.push('%');
        for digit in [byte >> 4, byte & 15] {
            path.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        assert_eq!(path(&["accounts", "codex-pro-1"]), "/api/v1/accounts/codex-pro-1");
        assert_eq!(path(&["clients", "a/b? ä"]), "/api/v1/clients/a%2Fb%3F%20%C3%A4");
        assert_eq!(path(&["clients", "a/b?c é"]), "/api/v1/clients/a%2Fb%3Fc%20%C3%A9");
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_the_query() {
        let without = with_query(path(&["activity"]), "limit", None);
        assert_eq!(without, "/api/v1/activity");
        let one = with_query(without, "a", Some("x&b=y"));
        assert_eq!(with_query(one, "c", Some("d")), "/api/v1/activity?a=x%26b%3Dy&c=d");
    }
}
