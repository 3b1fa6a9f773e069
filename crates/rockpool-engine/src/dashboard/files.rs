//! The files of the dashboard, as a host embeds them.

/// One file, plain and compressed, so that each is served without work.
#[derive(Clone, Copy, Debug)]
pub struct DashboardFile {
    /// Absolute path, such as `/assets/index-BaRfLEFU.js`; that of the page itself is `/`.
    pub path: &'static str,
    /// Value of `content-type`.
    pub content_type: &'static str,
    /// Hash of the content, in characters that an entity tag may hold (RFC 9110, 8.8.3).
    pub hash: &'static str,
    pub freshness: Freshness,
    pub plain: &'static [u8],
    pub gzip: &'static [u8],
}

/// How long a browser may use a file without asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// For good: the name holds a hash of the content.
    Immutable,
    /// Never: the next version has the same name.
    Revalidated,
}

/// All files; by default there are none, and `/` says how to build them.
#[derive(Clone, Copy, Debug, Default)]
pub struct DashboardFiles(pub &'static [DashboardFile]);

impl DashboardFiles {
    pub(crate) fn find(self, path: &str) -> Option<&'static DashboardFile> {
        self.0.iter().find(|file| file.path == path)
    }
}
