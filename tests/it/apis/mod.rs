//! OpenAI's and Anthropic's APIs, as the libraries and tools that speak them see them.

mod libraries;
mod tools;
