//! The small pages that the browser shows at the end of a sign-in. No token, code or state is in them.

/// A page with its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) status: u16,
    title: &'static str,
    text: String,
}

impl Page {
    pub(super) fn done() -> Self {
        Self::new(200, "Signed in", "The account is in Rockpool. You can close this page.")
    }

    pub(super) fn already_done() -> Self {
        Self::new(200, "Already done", "This sign-in was completed before. You can close this page.")
    }

    pub(super) fn under_way() -> Self {
        Self::new(200, "Almost there", "Rockpool is finishing this sign-in. You can close this page.")
    }

    pub(super) fn ended() -> Self {
        Self::new(200, "Too late", "This sign-in has ended. Start it again in Rockpool.")
    }

    pub(super) fn failed(why: &str) -> Self {
        Self::new(200, "The sign-in failed", why)
    }

    pub(super) fn yielded() -> Self {
        Self::new(
            200,
            "Port given up",
            "Rockpool has left this port to another sign-in. Its own goes on by pasting the address.",
        )
    }

    pub(super) fn wrong_state() -> Self {
        Self::new(
            400,
            "Not a sign-in of Rockpool",
            "This address belongs to no sign-in that Rockpool has started. If you wanted to sign in, start it again in Rockpool.",
        )
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "Nothing here", "Only the end of a sign-in is found at this address.")
    }

    pub(super) fn bad_request(status: u16) -> Self {
        Self::new(
            status,
            "Not understood",
            "This is not a request that a browser makes at the end of a sign-in.",
        )
    }

    fn new(status: u16, title: &'static str, text: impl Into<String>) -> Self {
        Self { status, title, text: text.into() }
    }

    /// The whole HTTP/1.1 response.
    pub(super) fn response(&self) -> String {
        let body = self.html();
        let reason = if self.status == 200 { "OK" } else { "Refused" };
        format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\n\
             content-security-policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
             connection: close\r\n\r\n{body}",
            self.status,
            body.len()
        )
    }

    fn html(&self) -> String {
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rockpool</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" content=\"no-referrer\">\
             <style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:30rem;\
             margin:20vh auto;padding:0 1.5rem}}h1{{font-size:1.4rem}}</style></head>\
             <body><h1>{}</h1><p>{}</p></body></html>",
            self.title,
            escaped(&self.text)
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_cannot_be_made_to_run_anything_and_tells_nobody_where_it_came_from() {
        let response = Page::failed("<script>alert(1)</script>").response();
        assert!(!response.contains("<script>"), "{response}");
        assert!(response.contains("referrer-policy: no-referrer"), "{response}");
        assert!(response.contains("<title>Rockpool</title>"), "{response}");
    }
}
