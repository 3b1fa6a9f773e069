//! What a request costs an account, in a unit that all accounts share.

use jiff::Timestamp;

/// Of the price of an input token that is read anew. The provider does not say how it counts tokens
/// against quota; these are the ratios of its list prices (GPT-5 models, 2025 and 2026).
const CACHED: f64 = 0.1;
const OUTPUT: f64 = 8.0;

/// Tokens of an answer, as the provider counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Input, with what came from the prompt cache.
    pub input: u64,
    /// Of these, from the prompt cache.
    pub cached: u64,
    /// Output, with reasoning.
    pub output: u64,
}

impl Tokens {
    /// What they cost, in input tokens that are read anew.
    pub fn work(self) -> f64 {
        let cached = self.cached.min(self.input);
        (self.input - cached) as f64 + CACHED * cached as f64 + OUTPUT * self.output as f64
    }
}

/// Work that an account did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Since when it is counted.
    pub since: Timestamp,
    /// How much it is; not negative.
    pub amount: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_cost_a_tenth_and_output_eight_times_as_much() {
        assert_eq!(Tokens { input: 100, cached: 90, output: 2 }.work(), 10.0 + 9.0 + 16.0);
        assert_eq!(Tokens { input: 10, cached: 90, output: 0 }.work(), 1.0, "no more than there were");
    }
}
