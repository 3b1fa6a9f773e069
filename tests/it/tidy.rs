//! The house rules that a compiler does not check: who may depend on whom, how big files are, what they may not hold.

mod architecture;
mod checkout;
mod dependencies;
mod documents;
mod modules;
mod named_tests;
mod sources;
