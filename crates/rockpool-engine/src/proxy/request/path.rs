//! The path that a tool means. A base address typed slightly wrong, with a slash too many, `/v1` twice or not at
//! all, leads to the same place.

use std::borrow::Cow;

/// What the public APIs, and the Codex CLI's base, have below `/v1`, as far as it is known here.
const BELOW_V1: [&str; 13] = [
    "responses",
    "models",
    "chat",
    "messages",
    "completions",
    "embeddings",
    "moderations",
    "files",
    "images",
    "audio",
    "batches",
    "alpha",
    "realtime",
];

/// The path with one slash where several stand.
pub(crate) fn single_slashes(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut single = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !single.ends_with('/') {
            single.push(character);
        }
    }
    Cow::Owned(single)
}

/// The path as it is known here, for a path without a key and without doubled slashes.
pub(crate) fn meant(path: &str) -> Cow<'_, str> {
    let mut rest = path.trim_end_matches('/');
    while let Some(shorter) = rest.strip_prefix("/v1").filter(|shorter| shorter.starts_with("/v1/")) {
        rest = shorter;
    }
    let below = |name: &str| {
        let behind = rest.strip_prefix('/').and_then(|rest| rest.strip_prefix(name));
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    };
    if BELOW_V1.iter().any(|name| below(name)) {
        return Cow::Owned(format!("/v1{rest}"));
    }
    if below("codex") || below("wham") {
        return Cow::Owned(format!("/backend-api{rest}"));
    }
    match rest.strip_prefix("/v1/backend-api/") {
        Some(behind) => Cow::Owned(format!("/backend-api/{behind}")),
        None => Cow::Borrowed(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_address_typed_slightly_wrong_leads_to_the_same_place() {
        for path in [
            "/v1/responses",
            "/v1/responses/",
            "/v1//responses",
            "//v1/responses",
            "/responses",
            "/v1/v1/responses",
            "//v1//v1///v1/responses//",
        ] {
            assert_eq!(meant(&single_slashes(path)), "/v1/responses", "{path}");
        }
        assert_eq!(meant("/models/gpt-5"), "/v1/models/gpt-5");
        assert_eq!(meant("/codex/responses/compact"), "/backend-api/codex/responses/compact");
        assert_eq!(meant("/v1/backend-api/codex/responses"), "/backend-api/codex/responses");
    }

    #[test]
    fn what_only_looks_alike_stays_as_it_is() {
        for path in ["/v1", "/v10/responses", "/responsesx", "/v2/responses", "/v1/nothing"] {
            assert_eq!(meant(path), path);
        }
    }
}
