//! Answers in OpenAI's Responses.
#![no_main]

use rockpool_fuzz::{Dialect, answer};

libfuzzer_sys::fuzz_target!(|data: &[u8]| answer::check(Dialect::Responses, data));
