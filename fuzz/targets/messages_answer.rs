//! Answers in Anthropic's Messages.
#![no_main]

use rockpool_fuzz::{Dialect, answer};

libfuzzer_sys::fuzz_target!(|data: &[u8]| answer::check(Dialect::Messages, data));
