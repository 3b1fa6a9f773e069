//! Random choices from one random number: cheap to draw in tests, where strategies of strategies are not.

use proptest::prelude::*;

/// A number that is divided up, choice by choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// One of so many.
    pub(crate) fn below(&mut self, choices: u64) -> u64 {
        let choice = self.0 % choices;
        self.0 /= choices;
        choice
    }

    /// One of these; the likelier, the more often it is listed.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// What `make` makes of a random number.
pub(crate) fn random<T: std::fmt::Debug>(make: impl Fn(&mut Random) -> T) -> impl Strategy<Value = T> {
    any::<u64>().prop_map(move |number| make(&mut Random(number)))
}
