//! The system's browser as the engine's port.

use rockpool_engine::Browser;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt as _;

/// Opens addresses in the person's own browser.
pub(crate) struct SystemBrowser(pub(crate) AppHandle);

impl Browser for SystemBrowser {
    /// The opener takes anything, files and programs too: only web addresses get that far.
    fn open(&self, url: &str) -> Result<(), String> {
        if !is_web_address(url) {
            return Err(format!("{url} is not a web address"));
        }
        self.0.opener().open_url(url, None::<&str>).map_err(|error| error.to_string())
    }
}

/// Whether `url` is for a browser.
pub(crate) fn is_web_address(url: &str) -> bool {
    tauri::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_reach_the_system() {
        assert!(is_web_address("https://auth.openai.com/oauth/authorize?x=1"));
        for url in ["file:///etc/passwd", "javascript:alert(1)", "xterm", "--help", "https://"] {
            assert!(!is_web_address(url), "{url}");
        }
    }
}
