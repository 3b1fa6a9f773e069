//! What can be read off a checkout's Rust sources without compiling them: packages, module trees, which file uses which,
//! and figures. `cargo xtask figures` prints the figures; the tests of the house rules hold the rest.

mod cargo;
mod checkout;
mod circles;
mod counts;
mod dependencies;
mod figures;
mod modules;
mod parse;
mod resolve;
mod scope;
#[cfg(test)]
mod tests;
mod unsafe_code;
mod uses;

pub use checkout::{Checkout, Package};
pub use circles::circles;
pub use dependencies::dependencies;
pub use figures::figures;
pub use modules::ModuleTree;
pub use uses::{Use, uses};
