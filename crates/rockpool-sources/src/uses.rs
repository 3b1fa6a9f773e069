//! Which file uses which, one arrow for each pair of files.

use std::collections::BTreeMap;
use std::fmt;

use crate::modules::ModuleTree;
use crate::resolve::Target;
use crate::scope::{Name, Reach, Said};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub from: String,
    pub to: String,
    /// The first line of `from` that names something of `to`, from 1.
    pub line: usize,
    /// What that line says.
    pub path: String,
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} -> {} (`{}`)", self.from, self.line, self.to, self.path)
    }
}

/// Every pair of files of `tree` of which the first uses the second, sorted.
///
/// A re-export of what lies in the module's own folder is no use: it says where something is found, and whoever says the
/// shorter path uses the file that defines it. So `mod.rs` may declare and re-export its children, who may use what it
/// defines, as long as its own code uses none of them.
pub fn uses(tree: &ModuleTree) -> Vec<Use> {
    let mut uses = BTreeMap::new();
    for id in 0..tree.modules.len() {
        for (said, target) in said_and_meant(tree, id) {
            let (from, to) = (&tree.modules[id].file, &tree.modules[target].file);
            if from == to {
                continue;
            }
            let first = uses.entry((from.clone(), to.clone())).or_insert(said);
            if said.line < first.line {
                *first = said;
            }
        }
    }
    let named = uses.into_iter();
    named
        .map(|((from, to), said)| Use { from, to, line: said.line, path: said.segments.join("::") })
        .collect()
}

/// The paths of a module that lead to modules of this package.
fn said_and_meant(tree: &ModuleTree, id: usize) -> Vec<(&Said, usize)> {
    let module = &tree.modules[id];
    let mut found = Vec::new();
    for import in &module.imports {
        let target = tree.resolve(id, &import.path.segments);
        match (target, &import.name, import.reach) {
            (Target::Elsewhere, _, _) => {}
            // The names that are used through it are found where the code says them.
            (Target::Module(_), Name::All, Reach::Private) => {}
            (Target::Module(of) | Target::Item(of), _, Reach::Reexport) if tree.is_within(of, id) => {}
            (Target::Module(of) | Target::Item(of), _, _) => found.push((&import.path, of)),
        }
    }
    for said in &module.paths {
        match (tree.resolve(id, &said.segments), said.segments.len()) {
            // A variable or a member that is called like a module.
            (Target::Module(_), 1) | (Target::Elsewhere, _) => {}
            (Target::Module(of) | Target::Item(of), _) => found.push((said, of)),
        }
    }
    found
}
