//! Answers in OpenAI's Chat Completions.
#![no_main]

use rockpool_fuzz::{Dialect, answer};

libfuzzer_sys::fuzz_target!(|data: &[u8]| answer::check(Dialect::ChatCompletions, data));
