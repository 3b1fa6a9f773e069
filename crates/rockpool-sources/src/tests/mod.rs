//! Made-up packages, and what is read off them.

mod circles;
mod dependencies;
mod figures;
mod modules;
mod uses;

use crate::{Checkout, ModuleTree, Use};

const MANIFEST: &str = "[package]\nname = \"made-up\"\nversion = \"1.0.0\"\n";

/// A package in `x/` with these files below `x/src/`.
fn checkout<const N: usize>(files: [(&str, &str); N]) -> Checkout {
    let files = files.map(|(path, text)| (format!("x/src/{path}"), text.to_owned()));
    Checkout::of(files.into_iter().chain([("x/Cargo.toml".to_owned(), MANIFEST.to_owned())]))
}

fn tree(checkout: &Checkout) -> ModuleTree {
    ModuleTree::read(checkout, &checkout.packages()[0]).unwrap()
}

fn uses_of<const N: usize>(files: [(&str, &str); N]) -> Vec<Use> {
    crate::uses(&tree(&checkout(files)))
}

/// Each as `from -> to`, below `x/src/`.
fn arrows<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
    let below = |path: &str| path.trim_start_matches("x/src/").to_owned();
    uses_of(files).iter().map(|arrow| format!("{} -> {}", below(&arrow.from), below(&arrow.to))).collect()
}
