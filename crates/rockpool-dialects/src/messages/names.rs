//! Tool names that are longer than the backend takes. Anthropic allows 128 characters, and tools of MCP servers make
//! use of them.

use std::borrow::Cow;

/// OpenAI's limit for the name of a function, in characters, of which only ASCII ones are allowed.
const LONGEST: usize = 64;
/// Of the name, before an underscore and 16 digits.
const KEPT: usize = LONGEST - 17;

/// The name as the backend gets it: itself, or its beginning and a hash of all of it. The same name becomes the same
/// in every request, or the backend would not find its own calls again.
pub(super) fn short(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST {
        return Cow::Borrowed(name);
    }
    let beginning: String = name.chars().take(KEPT).collect();
    Cow::Owned(format!("{beginning}_{:016x}", hash(name)))
}

/// FNV-1a (RFC 9923), which stays the same in every version of Rust.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_becomes_one_that_the_backend_takes_and_no_other_name_becomes() {
        let long = "mcp__a-server-with-a-very-long-name__and_a_tool_with_a_name_that_is_long_as_well";
        let (one, other) = (short(long), format!("{long}2"));
        assert_eq!(one.len(), LONGEST);
        assert_eq!(one, short(long));
        assert_ne!(one, short(&other));
        assert_eq!(short("Bash"), "Bash");
    }
}
