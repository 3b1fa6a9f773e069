//! Configurations of every tool: connected, edited and taken back.
#![no_main]

use rockpool_fuzz::config;

libfuzzer_sys::fuzz_target!(|data: &[u8]| config::check(data));
