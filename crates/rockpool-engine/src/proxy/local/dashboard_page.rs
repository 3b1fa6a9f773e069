//! The dashboard's files over HTTP, and what a browser may do with them.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};

use crate::dashboard::files::{DashboardFile, DashboardFiles, Freshness};
use crate::proxy::response::body::{ProxyBody, whole};
use crate::proxy::response::error_response::ProxyError;

/// What every answer says, so that no other page can frame, read or script this one.
const GUARDS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

const NOT_BUILT: &str = "Rockpool serves here. Tools: /v1. Management: /api/v1.\n\n\
    This program was built without the dashboard. `cargo xtask run --headless` builds it with the dashboard;\n\
    by hand: `npm ci && npm run build` in ui/, then ROCKPOOL_DASHBOARD=required cargo build -p rockpool-cli\n";

/// How the content travels.
#[derive(Clone, Copy)]
enum Coding {
    Plain,
    Gzip,
}

/// The answer to a request for one of `files`; none where the path is no file's.
pub(crate) fn answer<B>(
    files: DashboardFiles,
    request: &Request<B>,
) -> Result<Option<Response<ProxyBody>>, ProxyError> {
    let path = request.uri().path();
    let file = files.find(path);
    if file.is_none() && path != "/" {
        return Ok(None);
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return Err(ProxyError::MethodNotAllowed(path.to_owned()));
    }
    let mut response = match file {
        Some(file) => file_response(file, request.headers()),
        None => not_built(),
    };
    for (name, value) in GUARDS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(Some(response))
}

fn file_response(file: &DashboardFile, asked: &HeaderMap) -> Response<ProxyBody> {
    let coding = coding(asked);
    let (content, etag) = match coding {
        Coding::Plain => (file.plain, format!("\"{}\"", file.hash)),
        Coding::Gzip => (file.gzip, format!("\"{}-gzip\"", file.hash)),
    };
    let known = list(asked, &header::IF_NONE_MATCH).any(|tag| tag.trim_start_matches("W/") == etag);
    let mut response = match known {
        true => Response::new(whole(Bytes::new())),
        false => Response::new(whole(content)),
    };
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    match coding {
        Coding::Plain => {}
        Coding::Gzip => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    let caching = match file.freshness {
        Freshness::Immutable => "public, max-age=31536000, immutable",
        Freshness::Revalidated => "no-cache",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// Gzip where it is named and not refused by a weight of zero (RFC 9110, 12.5.3).
fn coding(asked: &HeaderMap) -> Coding {
    let gzip = list(asked, &header::ACCEPT_ENCODING).any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    });
    if gzip { Coding::Gzip } else { Coding::Plain }
}

/// The entries of a header that is a list.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

fn not_built() -> Response<ProxyBody> {
    let mut response = Response::new(whole(NOT_BUILT));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    const FILES: DashboardFiles = DashboardFiles(&[
        DashboardFile {
            path: "/",
            content_type: "text/html; charset=utf-8",
            hash: "h1",
            freshness: Freshness::Revalidated,
            plain: b"<html>",
            gzip: b"packed html",
        },
        DashboardFile {
            path: "/assets/index-Ab12.js",
            content_type: "text/javascript; charset=utf-8",
            hash: "h2",
            freshness: Freshness::Immutable,
            plain: b"script",
            gzip: b"packed script",
        },
    ]);

    fn ask(path: &str, headers: &[(&str, &str)]) -> Response<ProxyBody> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(FILES, &request.body(()).unwrap()).unwrap().unwrap()
    }

    async fn content(response: Response<ProxyBody>) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn a_file_travels_compressed_to_whoever_takes_that() {
        let packed = ask("/", &[("accept-encoding", "br;q=1.0, gzip;q=0.8")]);
        assert_eq!(packed.headers()["content-encoding"], "gzip");
        assert_eq!(packed.headers()["vary"], "accept-encoding");
        assert_eq!(content(packed).await, "packed html");
        for plain in [None, Some("gzip;q=0"), Some("identity")] {
            let headers: Vec<_> = plain.iter().map(|value| ("accept-encoding", *value)).collect();
            let response = ask("/", &headers);
            assert!(!response.headers().contains_key("content-encoding"), "{plain:?}");
            assert_eq!(content(response).await, "<html>");
        }
    }

    #[tokio::test]
    async fn what_a_browser_has_is_not_sent_again() {
        let first = ask("/", &[("accept-encoding", "gzip")]);
        let etag = first.headers()["etag"].to_str().unwrap().to_owned();
        let again = ask("/", &[("accept-encoding", "gzip"), ("if-none-match", &format!("\"x\", {etag}"))]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()["etag"], etag.as_str());
        assert_eq!(content(again).await, "");
        assert_eq!(ask("/", &[("if-none-match", &etag)]).status(), StatusCode::OK, "this one is plain");
    }

    #[test]
    fn only_names_with_a_hash_are_kept_without_asking() {
        assert_eq!(ask("/", &[]).headers()["cache-control"], "no-cache");
        let kept = ask("/assets/index-Ab12.js", &[]).headers()["cache-control"].clone();
        assert_eq!(kept, "public, max-age=31536000, immutable");
    }

    #[test]
    fn no_other_page_can_frame_read_or_script_it() {
        for path in ["/", "/assets/index-Ab12.js"] {
            let headers = ask(path, &[("origin", "http://evil.example")]).headers().clone();
            let policy = headers["content-security-policy"].to_str().unwrap();
            for part in
                ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]
            {
                assert!(policy.contains(part), "{part}");
            }
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            assert!(headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
            assert!(!headers.contains_key("set-cookie"));
        }
    }

    #[test]
    fn other_paths_are_not_the_dashboards_and_files_are_only_read() {
        let unknown = Request::get("/assets/other.js").body(()).unwrap();
        assert!(answer(FILES, &unknown).unwrap().is_none());
        let posted = Request::post("/").body(()).unwrap();
        assert_eq!(answer(FILES, &posted).unwrap_err().status_code(), 405);
    }

    #[tokio::test]
    async fn a_program_without_the_dashboard_says_how_to_build_it() {
        let request = Request::get("/").body(()).unwrap();
        let response = answer(DashboardFiles::default(), &request).unwrap().unwrap();
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        let text = content(response).await;
        assert!(String::from_utf8_lossy(&text).contains("cargo xtask run --headless"));
    }
}
