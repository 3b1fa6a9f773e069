//! The longest that an account is kept out without being tried again.

use std::time::Duration;

/// No cool-down and no refusal keeps an account out for longer than this without a probe, whatever end it
/// names: limits are often lifted early, and a probe costs one request. Quota that the provider's own figures
/// show to be exhausted needs none: the figures are asked for again instead.
pub(crate) const LONGEST_WITHOUT_PROBE: Duration = Duration::from_secs(15 * 60);
