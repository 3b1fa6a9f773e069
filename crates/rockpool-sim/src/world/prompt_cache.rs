//! How much of a prompt an account has seen before, so that moving a conversation costs what it really costs.

use std::collections::HashMap;

use crate::world::people::SeatId;

#[derive(Debug, Default)]
pub(crate) struct PromptCaches {
    seen: HashMap<(SeatId, String), u64>,
}

impl PromptCaches {
    /// How many of `tokens` are cached under this key; from now on all of them are.
    pub(crate) fn read_and_fill(&mut self, seat: &SeatId, key: &str, tokens: u64) -> u64 {
        if key.is_empty() {
            return 0;
        }
        let seen = self.seen.entry((seat.clone(), key.to_owned())).or_default();
        let cached = tokens.min(*seen);
        *seen = tokens;
        cached
    }
}
