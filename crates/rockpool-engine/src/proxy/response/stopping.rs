//! By which status a tool stops asking when the pool is dry for long. Where a tool asks again whatever a 429 says, it
//! is told 402, which none of them repeats; the sentence and its form stay the same.

use http::{HeaderMap, Response, StatusCode, header};

/// Marks an answer of Rockpool's own after which asking again is no use for long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LongWait;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopsAt {
    /// A 429 with `x-should-retry: false`: the libraries of OpenAI and Anthropic, Claude Code, the Copilot CLI; and
    /// the Codex CLI, by the error's type.
    TooManyRequests,
    /// It repeats every 429.
    PaymentRequired,
}

/// What the tool behind a request listens to, by the name that it gives itself (tried with opencode 1.18.33,
/// Continue's `cn` 1.5.47 and Qwen Code 0.24.4).
pub(crate) fn of(headers: &HeaderMap) -> StopsAt {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The AI SDK, on which opencode and Cline stand, repeats 408, 409, 429 and 5xx and reads no header about it.
    let ai_sdk = agent.split(' ').any(|product| product.starts_with("ai-sdk") || product.starts_with("ai/"));
    if ai_sdk || bundled_library(agent) || qwen_code(agent, headers) {
        return StopsAt::PaymentRequired;
    }
    StopsAt::TooManyRequests
}

/// It waits a minute after every 429 and asks again, ten times. Over messages it goes by the name of Claude Code, but
/// without that one's session (seen in 0.24.4).
fn qwen_code(agent: &str, headers: &HeaderMap) -> bool {
    let borrowed = agent.starts_with("claude-cli/") && !headers.contains_key("x-claude-code-session-id");
    agent.starts_with("QwenCode/") || borrowed
}

/// OpenAI's or Anthropic's library for JavaScript, packed into a tool by a bundler that shortened the name of its class
/// (`ls/JS 5.23.2`, Continue's). The library would stop, but such tools have a loop of their own around it.
fn bundled_library(agent: &str) -> bool {
    let name = agent.split_once("/JS ").map(|(name, _)| name);
    name.is_some_and(|name| name.len() <= 3)
}

/// The same answer with the status at which the tool stops, where it tells of a long wait.
pub(crate) fn stop<B>(response: &mut Response<B>, stops_at: StopsAt) {
    if response.extensions().get::<LongWait>().is_none() {
        return;
    }
    match stops_at {
        StopsAt::TooManyRequests => {}
        StopsAt::PaymentRequired => *response.status_mut() = StatusCode::PAYMENT_REQUIRED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn each_tool_is_told_by_the_status_at_which_it_stops() {
        let (too_many, payment) = (StopsAt::TooManyRequests, StopsAt::PaymentRequired);
        for (agent, expected) in [
            ("opencode/1.18.33 ai-sdk/provider-utils/4.0.23 runtime/bun/1.3.14", payment),
            (
                "opencode/1.18.33 (linux 6.18.44; x64) ai-sdk/provider-utils/4.0.40 runtime/bun/1.3.14",
                payment,
            ),
            ("ai-sdk/openai-compatible/3.0.37 ai-sdk/provider-utils/5.0.30 runtime/bun/1.3.13", payment),
            ("ai-sdk-openai/4.0.118 ai-sdk-provider-utils/5.0.81 node.js/24", payment),
            ("ai/7.0.173 ai-sdk-provider-utils/5.0.81 node.js/24", payment),
            ("ls/JS 5.23.2", payment),
            ("QwenCode/0.24.4 (linux; x64)", payment),
            ("OpenAI/JS 5.20.1", too_many),
            ("OpenAI/Python 3.57.0", too_many),
            ("Anthropic/JS 0.94.0", too_many),
            ("AzureOpenAI/JS 7.59.0", too_many),
            ("Agents/JavaScript 0.20.0", too_many),
            ("claude-cli/0.24.4 (external, cli)", payment),
            ("codex_exec/0.171.0 (Debian 12.0.0; x86_64) xterm (codex_exec; 0.171.0)", too_many),
            ("pydantic-ai/2.68.0", too_many),
            ("", too_many),
        ] {
            let headers = HeaderMap::from_iter([(header::USER_AGENT, HeaderValue::from_static(agent))]);
            assert_eq!(of(&headers), expected, "{agent}");
        }
        assert_eq!(of(&HeaderMap::new()), too_many);
        let mut claude_code = HeaderMap::new();
        claude_code
            .insert(header::USER_AGENT, HeaderValue::from_static("claude-cli/2.1.332 (external, sdk-cli)"));
        claude_code.insert("x-claude-code-session-id", HeaderValue::from_static("1"));
        assert_eq!(of(&claude_code), too_many);
    }

    #[test]
    fn only_a_long_wait_of_ones_own_is_told_by_another_status() {
        let status = |mark: Option<LongWait>, stops_at| {
            let mut response = Response::builder().status(429).body(()).unwrap();
            mark.map(|mark| response.extensions_mut().insert(mark));
            stop(&mut response, stops_at);
            response.status().as_u16()
        };
        assert_eq!(status(Some(LongWait), StopsAt::PaymentRequired), 402);
        assert_eq!(status(Some(LongWait), StopsAt::TooManyRequests), 429);
        assert_eq!(status(None, StopsAt::PaymentRequired), 429);
    }
}
