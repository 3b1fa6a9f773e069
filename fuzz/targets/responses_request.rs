//! Requests in OpenAI's Responses.
#![no_main]

use rockpool_fuzz::{Dialect, request};

libfuzzer_sys::fuzz_target!(|data: &[u8]| request::check(Dialect::Responses, data));
