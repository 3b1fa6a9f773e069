//! The document that says of how many packages the programs are made, what runs while they are compiled, and where `unsafe`
//! stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::cargo::{self, Edges, Id, Package};
use crate::checkout::Checkout;
use crate::unsafe_code;

/// The programs that people get, by package.
const PROGRAMS: [(&str, &str); 2] = [("rockpool", "rockpool-cli"), ("rockpool-desktop", "rockpool-shell")];

/// So that the document is the same wherever it is made.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// How many of those with the most `unsafe` are named.
const NAMED: usize = 15;

/// The line by which all of a package's code is kept free of `unsafe`, where `[workspace.lints.rust]` forbids it.
const INHERITS: &str = "[lints]\nworkspace = true";
const FORBIDS: &str = "unsafe_code = \"forbid\"";

/// # Errors
///
/// Sentences: what cargo could not say.
pub fn dependencies(root: &Path, checkout: &Checkout) -> Result<String, Vec<String>> {
    let packages = cargo::packages(root, TARGET).map_err(|problem| vec![problem])?;
    let mut made_of = Vec::new();
    for (program, package) in PROGRAMS {
        let tree = |edges| cargo::tree(root, package, TARGET, edges).map_err(|problem| vec![problem]);
        made_of.push((program, Parts { linked: tree(Edges::Linked)?, compiled: tree(Edges::Compiled)? }));
    }
    let linked: BTreeSet<&Id> = made_of.iter().flat_map(|(_, parts)| &parts.linked).collect();
    let counts = counted(&linked, &packages);
    let mut text = format!(
        "Written by `cargo xtask dependencies`, for {TARGET}. \"Linked\" is what a program consists of, \"compiled\" that and \
         what runs while it is compiled: macros, build scripts and what they use. `unsafe` is the word in the sources of what is \
         linked, tests and examples left out; what another platform or feature would compile counts too, so the figures are \
         upper bounds.\n\n"
    );
    text.push_str(
        "| program | packages linked | compiled | of these macros | with a build script | linked without `unsafe` | `unsafe` in \
         the linked |\n|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for (program, parts) in &made_of {
        let _ = writeln!(text, "| `{program}` | {} |", parts.row(&packages, &counts));
    }
    let _ = write!(text, "\n{}\n\n{}\n\n{}", ours(checkout), most(&counts), scripts(&made_of, &packages));
    Ok(text)
}

struct Parts {
    linked: BTreeSet<Id>,
    compiled: BTreeSet<Id>,
}

impl Parts {
    fn row(&self, packages: &BTreeMap<Id, Package>, counts: &BTreeMap<&Id, usize>) -> String {
        let foreign = |ids: &BTreeSet<Id>, has: &dyn Fn(&Package) -> bool| {
            ids.iter()
                .filter_map(|id| packages.get(id))
                .filter(|package| !package.is_ours && has(package))
                .count()
        };
        let of_linked = || self.linked.iter().filter_map(|id| counts.get(id));
        format!(
            "{} | {} | {} | {} | {} | {}",
            foreign(&self.linked, &|_| true),
            foreign(&self.compiled, &|_| true),
            foreign(&self.compiled, &|package| package.is_macro),
            foreign(&self.compiled, &|package| package.has_build_script),
            of_linked().filter(|count| **count == 0).count(),
            of_linked().sum::<usize>(),
        )
    }
}

/// `unsafe` in each that is not ours.
fn counted<'a>(linked: &BTreeSet<&'a Id>, packages: &BTreeMap<Id, Package>) -> BTreeMap<&'a Id, usize> {
    let foreign: Vec<_> = linked
        .iter()
        .filter_map(|id| packages.get(*id).map(|package| (*id, package)))
        .filter(|(_, package)| !package.is_ours)
        .collect();
    let folders: Vec<_> = foreign.iter().map(|(_, package)| package.folder.as_path()).collect();
    foreign.iter().map(|(id, _)| *id).zip(unsafe_code::in_folders(&folders)).collect()
}

fn ours(checkout: &Checkout) -> String {
    let own: usize = checkout
        .files()
        .filter(|(path, _)| path.ends_with(".rs"))
        .map(|(_, text)| unsafe_code::in_text(text))
        .sum();
    let manifests: Vec<_> = checkout.files().filter(|(path, _)| path.ends_with("/Cargo.toml")).collect();
    let inherit = manifests.iter().filter(|(_, text)| text.contains(INHERITS)).count();
    let forbidden = checkout.text("Cargo.toml").is_some_and(|text| text.contains(FORBIDS));
    let rule = if forbidden { "forbids it" } else { "does not forbid it" };
    format!(
        "Our own sources, tests included, have {own} `unsafe`; the workspace {rule}, and {inherit} of {} packages take its rules.",
        manifests.len()
    )
}

fn most(counts: &BTreeMap<&Id, usize>) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by(|(a_id, a), (b_id, b)| b.cmp(a).then_with(|| a_id.cmp(b_id)));
    let mut text = "Most `unsafe` of what is linked:\n\n| package | `unsafe` |\n|---|---:|\n".to_owned();
    for (id, count) in counts.iter().take(NAMED) {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "| `{}` {} | {count} |", id.name, id.version);
    }
    text.trim_end().to_owned()
}

fn scripts(made_of: &[(&str, Parts)], packages: &BTreeMap<Id, Package>) -> String {
    let compiled: BTreeSet<_> = made_of.iter().flat_map(|(_, parts)| &parts.compiled).collect();
    let names: BTreeSet<_> = compiled
        .into_iter()
        .filter(|id| packages.get(*id).is_some_and(|package| package.has_build_script && !package.is_ours))
        .map(|id| format!("`{}`", id.name))
        .collect();
    let names: Vec<_> = names.into_iter().collect();
    format!("Packages with a build script, of either program: {}.\n", names.join(", "))
}
