//! Packages and module trees.

use super::{MANIFEST, checkout, tree};
use crate::{Checkout, ModuleTree, Package};

#[test]
fn a_package_is_a_folder_with_a_manifest_and_sources() {
    let checkout = Checkout::of([
        ("Cargo.toml".to_owned(), "[workspace]\n".to_owned()),
        ("crates/x/Cargo.toml".to_owned(), MANIFEST.to_owned()),
        ("crates/x/src/lib.rs".to_owned(), String::new()),
        ("crates/empty/Cargo.toml".to_owned(), MANIFEST.to_owned()),
    ]);
    let package = Package { name: "made-up".to_owned(), folder: "crates/x".to_owned() };
    assert_eq!(checkout.packages(), [package]);
}

#[test]
fn modules_are_found_in_both_places_and_those_for_tests_are_left_out() {
    let checkout = checkout([
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod tests; #[cfg(all(test, unix))] mod more;"),
        ("a.rs", "mod c; mod inner { mod d; }"),
        ("a/c.rs", ""),
        ("a/inner/d.rs", ""),
        ("b/mod.rs", "mod e;"),
        ("b/e.rs", ""),
        ("tests.rs", ""),
        ("more.rs", ""),
        ("bin/tool.rs", "mod f;"),
        ("bin/f.rs", ""),
    ]);
    let declared =
        ["a.rs", "a/c.rs", "a/inner/d.rs", "b/e.rs", "b/mod.rs"].map(|file| format!("x/src/{file}"));
    let found: Vec<_> = tree(&checkout).declared_files().into_iter().map(str::to_owned).collect();
    assert_eq!(found, declared);
}

#[test]
fn a_module_without_a_file_and_a_file_that_is_no_rust_are_named() {
    let checkout = checkout([("lib.rs", "mod gone;\nmod broken;"), ("broken.rs", "\nfn {")]);
    let problems = ModuleTree::read(&checkout, &checkout.packages()[0]).unwrap_err();
    assert_eq!(problems[0], "x/src/lib.rs: there is no file for `mod gone`");
    assert!(problems[1].starts_with("x/src/broken.rs:2: "), "{problems:?}");
}
