//! The figures of a checkout as a table, so that two checkouts can be laid side by side.

use crate::checkout::{Checkout, Package};
use crate::circles::circles;
use crate::counts::{Counts, Shape};
use crate::modules::ModuleTree;
use crate::parse::parse_each;
use crate::uses::uses;

const HEAD: &str = "\
| | files | lines | p50 | p90 | max | docs % | `//` % | test : prod | pub / k | unwrap+expect / k | `#[allow]` | \
fn > 60 | fn >= 5 args | bool params | tangles | files in them | item docs | <= 4 words | <= 2 words |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

const LEGEND: &str = "\
Lines are those of the files that end up in a program, with `build.rs`, without code for tests; p50, p90 and max are lines of \
such a file. Tests are all \
other Rust lines of a package; the package of end-to-end tests counts as tests and stands in the sum only. \"/ k\" is for \
1,000 lines; \"pub\" are items that are `pub` or `pub(…)`, no fields. Arguments are counted without `self`. A tangle is a set of files that all use each other, \
directly or through others. Item docs are blocks of `///`.";

/// The package whose sources are tests.
const ALL_TESTS: &str = "tests";

#[derive(Default)]
struct Figures {
    counts: Counts,
    /// Lines of each file of a program.
    sizes: Vec<usize>,
    tangles: usize,
    tangled_files: usize,
}

/// A table of markdown with a row for all packages and one for each, and a legend.
///
/// # Errors
///
/// Sentences: files that cannot be parsed.
pub fn figures(checkout: &Checkout) -> Result<String, Vec<String>> {
    let mut all = Figures::default();
    let mut rows = Vec::new();
    for package in checkout.packages() {
        let of_package = Figures::of(checkout, &package)?;
        all.add(&of_package);
        if package.folder != ALL_TESTS {
            rows.push(of_package.row(&package.name));
        }
    }
    let sum = all.row("**all**");
    Ok(format!("{HEAD}\n{sum}\n{}\n\n{LEGEND}", rows.join("\n")))
}

impl Figures {
    fn of(checkout: &Checkout, package: &Package) -> Result<Self, Vec<String>> {
        let mut figures = Self::default();
        let folder = format!("{}/", package.folder);
        let tree = ModuleTree::read(checkout, package)?;
        let build_script = format!("{folder}build.rs");
        let mut production = if package.folder == ALL_TESTS { Vec::new() } else { tree.files() };
        production.extend(checkout.text(&build_script).map(|_| build_script.as_str()));
        production.sort_unstable();
        for (path, text) in checkout.files() {
            let is_ours = path.starts_with(&folder) && path.ends_with(".rs");
            if is_ours && production.binary_search(&path).is_err() {
                figures.counts.test_lines += text.lines().count();
            }
        }
        let texts: Vec<_> =
            production.iter().filter_map(|path| Some((*path, checkout.text(path)?))).collect();
        for ((_, text), shape) in texts.iter().zip(parse_each(&texts, Shape::of_file)) {
            let counts = Counts::of(text, &shape.map_err(|problem| vec![problem])?);
            figures.sizes.push(counts.lines);
            figures.counts += counts;
        }
        let uses = uses(&tree);
        for tangle in circles(&uses) {
            let mut files: Vec<_> = tangle.iter().flatten().map(|arrow| &arrow.from).collect();
            files.sort_unstable();
            files.dedup();
            figures.tangles += 1;
            figures.tangled_files += files.len();
        }
        Ok(figures)
    }

    fn add(&mut self, more: &Self) {
        self.counts += more.counts;
        self.sizes.extend(&more.sizes);
        self.tangles += more.tangles;
        self.tangled_files += more.tangled_files;
    }

    fn row(&self, name: &str) -> String {
        let c = &self.counts;
        let mut sizes = self.sizes.clone();
        sizes.sort_unstable();
        let cells = [
            name.to_owned(),
            sizes.len().to_string(),
            c.lines.to_string(),
            percentile(&sizes, 50).to_string(),
            percentile(&sizes, 90).to_string(),
            percentile(&sizes, 100).to_string(),
            decimal(1000, c.doc_lines, c.lines, 1),
            decimal(1000, c.comment_lines, c.lines, 1),
            decimal(100, c.test_lines, c.lines, 2),
            decimal(1000, c.published, c.lines, 0),
            decimal(100_000, c.unwraps, c.lines, 2),
            c.allows.to_string(),
            c.long_functions.to_string(),
            c.functions_of_many_arguments.to_string(),
            c.bool_parameters.to_string(),
            self.tangles.to_string(),
            self.tangled_files.to_string(),
            c.docs.to_string(),
            c.docs_of_four_words.to_string(),
            c.docs_of_two_words.to_string(),
        ];
        format!("| {} |", cells.join(" | "))
    }
}

/// The smallest of `sorted` that is larger than or equal to `percent` of them; 0 of nothing.
fn percentile(sorted: &[usize], percent: usize) -> usize {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(0)
}

/// `scale * part / whole`, rounded, with the point before the last `places` digits.
fn decimal(scale: usize, part: usize, whole: usize, places: usize) -> String {
    let scaled = (2 * scale * part + whole) / (2 * whole.max(1));
    let unit = 10_usize.pow(u32::try_from(places).unwrap_or(0));
    if places == 0 { scaled.to_string() } else { format!("{}.{:0places$}", scaled / unit, scaled % unit) }
}
