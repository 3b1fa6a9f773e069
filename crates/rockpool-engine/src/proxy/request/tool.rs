//! What a tool calls itself, by its `user-agent` (RFC 9110 §10.1.5): `codex_exec`, `claude-cli`, `OpenAI/Python`.

use http::{HeaderMap, header};

/// Characters of a name that are kept.
const LONGEST: usize = 40;

/// The name of the first product, without its version. `None` where there is none, or one that does not read like a
/// name.
pub(crate) fn name(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let end = version_start(agent).unwrap_or(agent.len());
    let name = agent[..end].trim_end_matches(['/', ' ', ';', ',']).trim_start();
    let readable = |c: char| c.is_ascii_alphanumeric() || " -_./@+".contains(c);
    let whole = !name.is_empty() && name.chars().all(readable);
    whole.then(|| name.chars().take(LONGEST).collect::<String>().trim_end().to_owned())
}

/// Where the version or a comment begins. Some libraries write a second word of the name behind the slash.
fn version_start(agent: &str) -> Option<usize> {
    let follows = |index: usize| agent.as_bytes().get(index + 1).copied();
    agent.char_indices().find_map(|(index, c)| match c {
        '/' | ' ' => {
            follows(index).filter(|next| next.is_ascii_digit() || b"(v[".contains(next)).map(|_| index)
        }
        '(' | '[' | ';' | ',' => Some(index),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn named(agent: &str) -> Option<String> {
        let value = HeaderValue::from_bytes(agent.as_bytes()).unwrap();
        name(&[(header::USER_AGENT, value)].into_iter().collect())
    }

    #[test]
    fn a_tool_is_called_by_its_first_product_without_the_version() {
        for (agent, expected) in [
            ("codex_exec/0.171.0 (Debian 12.0.0; x86_64) dumb (codex_exec; 0.171.0)", "codex_exec"),
            ("Codex Desktop/1.0", "Codex Desktop"),
            ("claude-cli/2.1.9 (external, cli)", "claude-cli"),
            ("OpenAI/Python 3.57.0", "OpenAI/Python"),
            ("Anthropic/JS 0.60.0", "Anthropic/JS"),
            ("opencode/1.0.1 ai-sdk/provider-utils/3.0.9 runtime/node.js/22", "opencode"),
            ("GitHubCopilotChat/v0.33", "GitHubCopilotChat"),
            ("node", "node"),
            ("litellm (proxy)", "litellm"),
        ] {
            assert_eq!(named(agent).as_deref(), Some(expected), "{agent}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_kept_and_a_long_one_is_cut() {
        for agent in ["", "/1.0", "(comment)", "<script>/1.0", "công cụ/1.0"] {
            assert_eq!(named(agent), None, "{agent}");
        }
        assert_eq!(name(&HeaderMap::new()), None);
        assert_eq!(named(&format!("{}/1.0", "a".repeat(500))).map(|name| name.len()), Some(LONGEST));
    }
}
