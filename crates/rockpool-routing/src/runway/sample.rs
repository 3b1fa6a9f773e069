//! What the provider said of an account's windows at one moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Window;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When it was said.
    pub at: Timestamp,
    pub windows: Vec<Window>,
}
