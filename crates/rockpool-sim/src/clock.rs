//! The simulator's clock: the system's, or one that stands still, and either can be moved forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A shared handle on the time that token lifetimes and quota resets are measured by.
///
/// Delays that a script orders (see [`crate::Action`]) run on tokio's timer instead.
#[derive(Clone, Debug)]
pub struct SimClock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: Source,
    moved_by_ms: AtomicI64,
}

#[derive(Debug)]
enum Source {
    System,
    Still { unix_ms: i64 },
}

impl SimClock {
    /// A clock that runs with the system's.
    #[must_use]
    pub fn system() -> Self {
        Self::from_source(Source::System)
    }

    /// A clock that stands at `unix_seconds` and moves only by [`SimClock::advance`].
    #[must_use]
    pub fn still_at(unix_seconds: i64) -> Self {
        Self::from_source(Source::Still { unix_ms: unix_seconds * 1000 })
    }

    fn from_source(source: Source) -> Self {
        Self { inner: Arc::new(Inner { source, moved_by_ms: AtomicI64::new(0) }) }
    }

    /// Moves the clock forward, at once and for every holder of it.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.inner.moved_by_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let base = match self.inner.source {
            Source::System => system_ms(),
            Source::Still { unix_ms } => unix_ms,
        };
        base + self.inner.moved_by_ms.load(Ordering::SeqCst)
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub fn now_seconds(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}

impl Default for SimClock {
    fn default() -> Self {
        Self::system()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A moment as RFC 3339 text, in UTC.
pub(crate) fn rfc3339(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms)
        .map_or_else(|_| "1970-01-01T00:00:00Z".to_owned(), |moment| moment.to_string())
}
