//! How a sign-in page is shown to the person.

/// Opens an address for the person to see.
pub trait Browser: Send + Sync {
    /// Opens `url` in the system's browser, or says why that cannot be done. Must not wait for the page.
    fn open(&self, url: &str) -> Result<(), String>;

    /// Whether there is anything that [`Browser::open`] could open.
    fn is_there(&self) -> bool {
        true
    }
}

/// A host without a display: the person opens the address by hand.
#[derive(Debug)]
pub struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _url: &str) -> Result<(), String> {
        Err("this process has no browser; open the address by hand".to_owned())
    }

    fn is_there(&self) -> bool {
        false
    }
}
