//! Readings, windows and refusals against the rules of quota.

mod contradictions;
mod readings;
mod refusals;
mod unmeasured;
mod windows;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn reading(seen: i64, windows: Vec<Window>) -> Reading {
    Reading::new(at(seen), Source::Usage, windows)
}

fn window(used: f64, length: u32, resets: i64) -> Window {
    Window::reported(used, Some(length), Some(at(resets))).unwrap()
}
