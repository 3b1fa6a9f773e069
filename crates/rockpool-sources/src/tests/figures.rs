//! The table of figures.

use std::collections::BTreeMap;

use super::checkout;
use crate::figures;

const CODE: &str = "\
//! What this file owns.

/// Its name.
pub fn name(a: u8, b: u8, c: u8, d: u8, e: bool) {
    // Because.
    a.expect(\"b\");
}

/// Nobody outside needs to know.
pub(crate) struct Hidden {
    pub(crate) field: u8,
}

#[cfg(test)]
mod tests {
    #[test]
    fn tests_are_no_production() {}
}
";

#[test]
fn production_is_counted_without_its_tests() {
    let table = figures(&checkout([("lib.rs", CODE)])).unwrap();
    let mut rows = table.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let names = rows.next().unwrap();
    let row = rows.find(|row| row.contains(&"made-up")).unwrap();
    let cells: BTreeMap<_, _> = names.into_iter().zip(row).collect();
    let expected = [
        ("files", "1"),
        ("lines", "13"),
        ("max", "13"),
        ("docs %", "23.1"),
        ("`//` %", "7.7"),
        ("test : prod", "0.38"),
        ("pub / k", "154"),
        ("unwrap+expect / k", "76.92"),
        ("`#[allow]`", "0"),
        ("fn > 60", "0"),
        ("fn >= 5 args", "1"),
        ("bool params", "1"),
        ("tangles", "0"),
        ("item docs", "2"),
        ("<= 4 words", "1"),
        ("<= 2 words", "1"),
    ];
    for (name, value) in expected {
        assert_eq!(cells.get(name), Some(&value), "{name} in\n{table}");
    }
}
