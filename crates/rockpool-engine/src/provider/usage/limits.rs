//! What one answer says of limits: of the account's own, and of those of single models.

use jiff::Timestamp;
use rockpool_routing::{FamilyReading, Reading, UnmeasuredWindow, Window};

/// All that one answer said of an account's limits.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LimitReadings {
    /// Of the account's own limits, where it spoke of them.
    pub(crate) main: Option<Reading>,
    pub(crate) families: Vec<FamilyReading>,
}

impl LimitReadings {
    /// `None` where nothing was said.
    pub(super) fn some(self) -> Option<Self> {
        (self.main.is_some() || !self.families.is_empty()).then_some(self)
    }
}

impl From<Reading> for LimitReadings {
    fn from(reading: Reading) -> Self {
        Self { main: Some(reading), families: Vec::new() }
    }
}

/// The windows of one family, those of which no figure is told apart from the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Windows {
    pub(super) measured: Vec<Window>,
    pub(super) unmeasured: Vec<UnmeasuredWindow>,
}

impl Windows {
    /// Adds one, unless it is a placeholder.
    pub(super) fn add(
        &mut self,
        used_percent: Option<f64>,
        length: Option<u32>,
        resets_at: Option<Timestamp>,
    ) {
        match used_percent {
            Some(used) => self.measured.extend(Window::reported(used, length, resets_at)),
            None => self.unmeasured.extend(UnmeasuredWindow::reported(length, resets_at)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.measured.is_empty() && self.unmeasured.is_empty()
    }
}
