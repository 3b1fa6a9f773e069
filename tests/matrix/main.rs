//! The tools that are run in the full set only: `cargo xtask test --full`.

mod libraries;
