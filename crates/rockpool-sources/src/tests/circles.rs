//! Circles of files.

use super::uses_of;
use crate::{Use, circles};

/// The files of each circle, tangle by tangle.
fn files<'a>(uses: &'a [Use]) -> Vec<Vec<Vec<&'a str>>> {
    let names =
        |circle: Vec<&'a Use>| circle.iter().map(|arrow| arrow.from.trim_start_matches("x/src/")).collect();
    circles(uses).into_iter().map(|tangle| tangle.into_iter().map(names).collect()).collect()
}

#[test]
fn a_way_down_is_no_circle() {
    let uses = uses_of([
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::{b::B, c::C};"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "pub struct C;"),
    ]);
    assert!(circles(&uses).is_empty());
}

#[test]
fn each_circle_is_named_once_and_those_that_hang_together_are_one_tangle() {
    let uses = uses_of([
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::{a::A, c::C}; pub struct B;"),
        ("c.rs", "use crate::a::A; pub struct C;"),
        ("d.rs", "use crate::{a::A, e::E}; pub struct D;"),
        ("e.rs", "use crate::d::D; pub struct E;"),
    ]);
    let expected = [vec![vec!["a.rs", "b.rs"], vec!["b.rs", "c.rs", "a.rs"]], vec![vec!["d.rs", "e.rs"]]];
    assert_eq!(files(&uses), expected);
}
