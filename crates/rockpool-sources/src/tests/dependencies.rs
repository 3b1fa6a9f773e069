//! Packages as cargo names them, and `unsafe` as it stands in sources.

use crate::cargo::id;
use crate::unsafe_code::in_text;

#[test]
fn a_package_is_read_off_a_line_of_cargos_tree() {
    let read = |line| id(line).map(|id| (id.name, id.version));
    let serde = Some(("serde".to_owned(), "1.0.2".to_owned()));
    assert_eq!(read("serde v1.0.2"), serde);
    assert_eq!(read("serde v1.0.2 (proc-macro) (*)"), serde);
    assert_eq!(read("rockpool-cli v0.1.0 (/a folder/crates/rockpool-cli)").unwrap().1, "0.1.0");
    assert_eq!(read(""), None);
}

#[test]
fn unsafe_counts_where_it_is_code_at_any_depth() {
    assert_eq!(in_text("unsafe fn a() {} mod b { fn c() { unsafe { d() } } }"), 2);
    assert_eq!(in_text("#![forbid(unsafe_code)] // unsafe\n const A: &str = \"unsafe\";"), 0);
    assert_eq!(in_text("macro_rules! m { () => { unsafe { x() } } }"), 1);
    assert_eq!(in_text("{% a template %} '"), 0);
}
