//! Which module may use which, and that each is explained.

use rockpool_sources::{Checkout, ModuleTree, Package, Use, circles, uses};

use super::architecture::Section;
use super::checkout::{assert_none, checkout, document};

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
const ROOMS: &str = "docs/rooms.md";

/// Enough to begin with; the others of a tangle often fall with them.
const CIRCLES_SHOWN: usize = 6;

#[test]
fn no_files_use_each_other_in_a_circle() {
    let checkout = checkout();
    let findings: Vec<_> =
        trees(&checkout).iter().flat_map(|(_, tree)| circle_findings(&uses(tree))).collect();
    assert_none("move what both sides need into a file below them:", &findings);
}

#[test]
fn no_module_uses_a_room_above_its_own() {
    let (checkout, architecture) = (checkout(), explained());
    let mut findings = Vec::new();
    for (package, tree) in trees(&checkout) {
        findings.extend(upward_findings(&architecture, &package, &tree));
    }
    assert_none(
        "move these down, or what they use, or the room's row in docs/ARCHITECTURE.md or docs/rooms.md:",
        &findings,
    );
}

#[test]
fn the_architecture_explains_every_module_and_no_other() {
    let (checkout, architecture) = (checkout(), explained());
    let mut findings = Vec::new();
    for (package, tree) in trees(&checkout) {
        findings.extend(explanation_findings(&architecture, &checkout, &package, &tree));
    }
    assert_none("docs/ARCHITECTURE.md, docs/rooms.md and the `mod` lines differ:", &findings);
}

fn explained() -> String {
    [document(ARCHITECTURE), document(ROOMS)].join("\n")
}

fn trees(checkout: &Checkout) -> Vec<(Package, ModuleTree)> {
    let read = |package: Package| {
        let tree = ModuleTree::read(checkout, &package).unwrap_or_else(|problems| panic!("{problems:#?}"));
        (package, tree)
    };
    checkout.packages().into_iter().map(read).collect()
}

fn circle_findings(uses: &[Use]) -> Vec<String> {
    let mut findings = Vec::new();
    for tangle in circles(uses) {
        for circle in tangle.iter().take(CIRCLES_SHOWN) {
            let steps: Vec<_> = circle.iter().map(ToString::to_string).collect();
            findings.push(steps.join("\n    "));
        }
        if tangle.len() > CIRCLES_SHOWN {
            findings.push(format!("and {} more among the same files", tangle.len() - CIRCLES_SHOWN));
        }
    }
    findings
}

fn upward_findings(architecture: &str, package: &Package, tree: &ModuleTree) -> Vec<String> {
    let Some(section) = Section::find(architecture, &package.name) else {
        return vec![no_section(package)];
    };
    let src = package.src();
    let room_of = |file: &str| section.room_of(file.strip_prefix(&src).unwrap_or(file));
    let without_room = tree.files().into_iter().filter(|file| room_of(file).is_none());
    let mut findings: Vec<_> = without_room.map(|file| format!("{file} is in no room")).collect();
    for arrow in uses(tree) {
        let (Some(from), Some(to)) = (room_of(&arrow.from), room_of(&arrow.to)) else { continue };
        if from > to {
            let name = |room: usize| section.rooms[room].0.join(", ");
            findings.push(format!("{arrow}: `{}` is below `{}`", name(from), name(to)));
        }
    }
    findings
}

fn explanation_findings(
    architecture: &str,
    checkout: &Checkout,
    package: &Package,
    tree: &ModuleTree,
) -> Vec<String> {
    let Some(section) = Section::find(architecture, &package.name) else {
        return vec![no_section(package)];
    };
    let src = package.src();
    let mut findings = Vec::new();
    let meant = section.meant();
    for file in tree.declared_files() {
        let below = file.strip_prefix(&src).unwrap_or(file);
        let folder = below.strip_suffix("/mod.rs").or_else(|| below.strip_suffix(".rs")).unwrap_or(below);
        if !meant.contains(below) && !meant.contains(format!("{folder}/").as_str()) {
            findings.push(format!("{}: no sentence for `{below}`", package.name));
        }
    }
    let is_there = |path: &String| {
        let path = format!("{src}{path}");
        checkout.text(&path).is_some() || checkout.has_folder(&path)
    };
    for name in section.names.iter().filter(|name| !name.meant.iter().any(is_there)) {
        findings.push(format!("{}: there is no `{}`", package.name, name.said));
    }
    for cell in &section.without_sentence {
        findings.push(format!("{}: nothing is said of {cell}", package.name));
    }
    findings
}

fn no_section(package: &Package) -> String {
    format!("{ARCHITECTURE} or {ROOMS} has no heading \"Rooms of `{}`\"", package.name)
}

const MADE_UP: &str = "\
### Rooms of `made-up`
| room | sentence |
|---|---|
| `lib.rs` | what is public |
| `top/` | asks: `ask.rs` the question |
| `ground.rs` | what all stand on |
";

/// The findings about a package of this architecture whose `ground.rs` holds `ground`.
fn findings(ground: &str, find: impl Fn(&Checkout, &Package, &ModuleTree) -> Vec<String>) -> Vec<String> {
    let files = [
        ("Cargo.toml", "[package]\nname = \"made-up\"\n"),
        ("src/lib.rs", "mod top; mod ground;"),
        ("src/top/mod.rs", "mod ask;"),
        ("src/top/ask.rs", "use crate::ground::Ground; pub(crate) struct Ask;"),
        ("src/ground.rs", ground),
    ];
    let checkout = Checkout::of(files.map(|(path, text)| (format!("x/{path}"), text.to_owned())));
    let (package, tree) = trees(&checkout).remove(0);
    find(&checkout, &package, &tree)
}

fn upward(ground: &str) -> Vec<String> {
    findings(ground, |_, package, tree| upward_findings(MADE_UP, package, tree))
}

fn unexplained(ground: &str, architecture: &str) -> Vec<String> {
    findings(ground, |checkout, package, tree| explanation_findings(architecture, checkout, package, tree))
}

#[test]
fn a_circle_is_named_by_its_lines() {
    let found =
        findings("use crate::top::ask; fn f() { ask::go() }", |_, _, tree| circle_findings(&uses(tree)));
    assert_eq!(
        found,
        ["x/src/ground.rs:1 -> x/src/top/ask.rs (`crate::top::ask`)\n    \
          x/src/top/ask.rs:1 -> x/src/ground.rs (`crate::ground::Ground`)"]
    );
}

#[test]
fn a_use_of_a_room_above_is_named_with_both_rooms() {
    assert_eq!(upward("struct Ground;"), [""; 0]);
    assert_eq!(
        upward("use crate::top::ask::Ask;"),
        ["x/src/ground.rs:1 -> x/src/top/ask.rs (`crate::top::ask::Ask`): `ground.rs` is below `top/`"]
    );
}

#[test]
fn a_module_without_a_sentence_and_a_sentence_without_a_module_are_named() {
    assert_eq!(unexplained("", MADE_UP), [""; 0]);
    let without_ask = MADE_UP.replace(": `ask.rs` the question", "");
    assert_eq!(unexplained("", &without_ask), ["made-up: no sentence for `top/ask.rs`"]);
    let too_much = MADE_UP.replace("all stand on", "`attic.rs` stands on");
    assert_eq!(unexplained("", &too_much), ["made-up: there is no `attic.rs`"]);
    let unsaid = MADE_UP.replace("what is public", "");
    assert_eq!(unexplained("", &unsaid), ["made-up: nothing is said of `lib.rs`"]);
    assert_eq!(
        unexplained("", ""),
        ["docs/ARCHITECTURE.md or docs/rooms.md has no heading \"Rooms of `made-up`\""]
    );
}

#[test]
fn a_file_in_no_room_is_named() {
    let without_ground = MADE_UP.replace("| `ground.rs` | what all stand on |\n", "");
    let found = findings("", |_, package, tree| upward_findings(&without_ground, package, tree));
    assert_eq!(found, ["x/src/ground.rs is in no room"]);
}
