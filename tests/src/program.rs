//! Where the built programs and tools are.

/// The path of a built program or tool, from the variable that `cargo xtask test` sets.
///
/// # Panics
/// If the variable is not set: a test that skips itself would hide that its tool went missing.
#[must_use]
pub fn program(variable: &str) -> std::path::PathBuf {
    match std::env::var_os(variable) {
        Some(path) => path.into(),
        None => panic!("{variable} is not set: run cargo xtask test"),
    }
}
