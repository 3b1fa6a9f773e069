//! Which file uses which.

use super::{arrows, uses_of};

#[test]
fn a_use_tells_its_first_line_and_what_stands_there() {
    let uses = uses_of([
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use std::fmt;\nuse crate::b::{self, B};\nfn f(_: B) {}"),
        ("b.rs", "pub struct B;"),
    ]);
    let shown: Vec<_> = uses.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["x/src/a.rs:2 -> x/src/b.rs (`crate::b`)"]);
}

#[test]
fn a_path_through_a_reexport_leads_to_the_file_that_defines_its_end() {
    let found = arrows([
        ("lib.rs", "mod a; mod b; pub use b::Deep;"),
        ("a.rs", "use crate::b::Deep as Other; fn f() { crate::Deep::new(); crate::b::glob(); }"),
        ("b/mod.rs", "mod c; mod d; pub use c::Deep; pub(crate) use d::*;"),
        ("b/c.rs", "pub struct Deep;"),
        ("b/d.rs", "pub fn glob() {}"),
    ]);
    assert_eq!(found, ["a.rs -> b/c.rs", "a.rs -> b/d.rs"]);
}

#[test]
fn to_declare_and_reexport_ones_own_children_is_no_use_but_their_names_in_code_are() {
    let child = ("a/child.rs", "use super::Above; pub struct Below(Above);");
    let reexported = "mod child; pub use child::Below; pub struct Above;";
    let used = "mod child; pub use child::Below; pub struct Above; fn f(_: Below) {}";
    assert_eq!(arrows([("lib.rs", "mod a;"), ("a/mod.rs", reexported), child]), ["a/child.rs -> a/mod.rs"]);
    assert_eq!(
        arrows([("lib.rs", "mod a;"), ("a/mod.rs", used), child]),
        ["a/child.rs -> a/mod.rs", "a/mod.rs -> a/child.rs"]
    );
}

#[test]
fn to_reexport_what_lies_elsewhere_is_a_use() {
    let found =
        arrows([("lib.rs", "mod a; mod b;"), ("a.rs", "pub use crate::b::B;"), ("b.rs", "pub struct B;")]);
    assert_eq!(found, ["a.rs -> b.rs"]);
}

#[test]
fn paths_in_code_types_macros_and_attributes_count() {
    let found = arrows([
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        (
            "a.rs",
            "#[serde(default = \"crate::e::e\")] struct S(Vec<super::b::B>);\n\
             fn f() { format!(\"{}\", crate::c::c()); json!({ d: a.d, \"x\": [super::d::d(1)] }); }",
        ),
        ("b.rs", "pub struct B;"),
        ("c.rs", "pub fn c() {}"),
        ("d.rs", "pub fn d(_: u8) {}"),
        ("e.rs", "pub fn e() {}"),
    ]);
    assert_eq!(found, ["a.rs -> b.rs", "a.rs -> c.rs", "a.rs -> d.rs", "a.rs -> e.rs"]);
}

#[test]
fn a_name_that_only_looks_like_a_module_does_not_count() {
    let found = arrows([
        ("lib.rs", "mod body; fn f(body: u8) { g(body); json!({ body: self.body }); }"),
        ("body.rs", "use std::io::Write; use body_crate::Body; fn f() { Body::new(); }"),
    ]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn what_only_tests_use_does_not_count() {
    let found = arrows([
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "#[cfg(test)] mod tests { use crate::b::B; } #[cfg(test)] use crate::b::B;\n\
             struct A; impl A { #[cfg(test)] fn f(_: crate::b::B) {} } #[test] fn t() { crate::b::B; }",
        ),
        ("b.rs", "pub struct B;"),
    ]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_program_uses_its_packages_library_by_name() {
    let found = arrows([
        ("lib.rs", "pub mod a;"),
        ("a.rs", "pub fn run() {}"),
        ("main.rs", "fn main() { made_up::a::run(); }"),
    ]);
    assert_eq!(found, ["main.rs -> a.rs"]);
}

#[test]
fn imports_that_lead_to_each_other_end() {
    let found = arrows([
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub use crate::b::*; pub use url; use url::Url; fn f(_: Nowhere) {}"),
        ("b.rs", "pub use crate::a::*;"),
    ]);
    assert_eq!(found, ["a.rs -> b.rs", "b.rs -> a.rs"]);
}
