//! What a tool is configured with.

/// A client's key, and the base address that belongs to it.
#[derive(Clone, Debug)]
pub struct Key {
    /// `rp_…` or `rpu_…`.
    pub secret: String,
    /// Ends in `/v1`.
    pub base_url: String,
}
