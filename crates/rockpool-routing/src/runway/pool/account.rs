//! One account of a pool, as far as the pool's forecast looks at it.

use crate::runway::forecast::Forecast;

/// Whether an account takes part in the depletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It serves, or will as soon as it has quota.
    Serves,
    /// Paused, or kept out by something that its quota has nothing to do with.
    Out,
}

/// One account of a pool.
#[derive(Clone, Copy, Debug)]
pub struct PoolAccount<'a> {
    pub forecast: &'a Forecast,
    pub part: Part,
}
