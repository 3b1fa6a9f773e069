//! Takes secrets out of lines that are shown.

/// A line as it may be shown: values of settings that are named like secrets, and words that look like keys, are “…”.
pub(crate) fn masked(line: &str) -> String {
    without_key_words(&without_url_passwords(&without_named_secrets(line)))
}

pub(crate) fn is_named_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    NAMES.iter().any(|secret| lower.contains(secret))
}

/// What stands before the `@` of an address.
fn without_url_passwords(line: &str) -> String {
    let mut parts = line.split("://");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let host = part.find(|character: char| character.is_whitespace() || "/?#\"'".contains(character));
        let at = part.get(..host.unwrap_or(part.len())).and_then(|authority| authority.rfind('@'));
        let (hidden, rest) = at.map_or(("", part), |at| ("…", part.get(at..).unwrap_or_default()));
        out.extend(["://", hidden, rest]);
    }
    out
}

const NAMES: [&str; 7] = ["key", "token", "secret", "password", "authorization", "credential", "refresh"];
/// Of Rockpool's own keys, and of OpenAI's, Anthropic's, GitHub's and JWTs.
const PREFIXES: [&str; 8] = ["rpu_", "rp_", "sk-", "rt_", "ghp_", "gho_", "github_pat_", "eyJ"];

fn without_named_secrets(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let mut out = String::new();
    let mut at = 0;
    while let Some(found) =
        NAMES.iter().filter_map(|name| Some(lower.get(at..)?.find(name)? + at + name.len())).min()
    {
        let Some(value) = value_after(line, found) else {
            out.push_str(line.get(at..found).unwrap_or_default());
            at = found;
            continue;
        };
        out.push_str(line.get(at..value.start).unwrap_or_default());
        out.push('…');
        at = value.end;
    }
    out.push_str(line.get(at..).unwrap_or_default());
    out
}

/// The value that belongs to the name which ends at `at`: behind `:` or `=`, with or without quotes.
fn value_after(line: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let rest = line.get(at..)?;
    let sign = rest.find([':', '='])?;
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-\"' ".contains(character);
    if !rest.get(..sign)?.chars().all(is_name) {
        return None;
    }
    let behind = rest.get(sign + 1..)?;
    let start = at + sign + 1 + behind.find(|character: char| !character.is_whitespace())?;
    let value = line.get(start..)?;
    let quote = value.chars().next()?;
    let end = match quote {
        '"' | '\'' => return Some(start + 1..start + 1 + closing(value.get(1..)?, quote)),
        '{' | '[' => return None,
        _ => value.find([',', '}', '\n', '\r']).unwrap_or(value.len()),
    };
    Some(start..start + end)
}

fn closing(value: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in value.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at,
            _ => {}
        }
    }
    value.trim_end_matches(['\n', '\r']).len()
}

fn without_key_words(line: &str) -> String {
    let is_word = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let mut out = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(word);
        match PREFIXES.iter().find(|prefix| head.starts_with(**prefix) && head.len() >= prefix.len() + 8) {
            Some(prefix) => out.extend([prefix, "…"]),
            None => out.push_str(head),
        }
        let gap = tail.find(is_word).unwrap_or(tail.len());
        let (between, next) = tail.split_at(gap);
        out.push_str(between);
        rest = next;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_key_is_masked_wherever_it_stands() {
        assert_eq!(
            masked(r#"url = "http://127.0.0.1:1/k/rpu_abcdefghijkl/v1""#),
            r#"url = "http://127.0.0.1:1/k/rpu_…/v1""#
        );
        assert_eq!(masked("# was sk-proj-abcdefgh"), "# was sk-…");
    }

    #[test]
    fn the_password_of_an_address_is_masked() {
        assert_eq!(masked("u = \"https://ada:x@example.com/v1\""), "u = \"https://…@example.com/v1\"");
        assert_eq!(masked("https://example.com/@x"), "https://example.com/@x");
    }

    #[test]
    fn the_value_of_a_setting_that_is_named_like_a_secret_is_masked() {
        assert_eq!(masked(r#"  "apiKey": "hunter\"2", "x": 1"#), r#"  "apiKey": "…", "x": 1"#);
        assert_eq!(masked("openai-api-key: hunter2"), "openai-api-key: …");
        assert_eq!(masked("experimental_bearer_token = 'x y'"), "experimental_bearer_token = '…'");
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in ["model = \"gpt-5.5\"", "  \"monkey\"", "{\"keys\": {\"a\": 1}}", "é: ü", ""] {
            assert_eq!(masked(line), line);
        }
    }
}
