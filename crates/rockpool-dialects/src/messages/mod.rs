//! Anthropic's Messages.

pub(crate) mod answer;
mod changes;
mod collected;
mod format;
mod input;
mod item;
pub(crate) mod models;
mod names;
mod params;
mod parts;
mod piece;
pub(crate) mod request;
mod session;
mod signature;
mod stream;
mod thinking;
mod tools;
mod writer;
mod wrong;

#[cfg(test)]
mod tests;
