//! From a path in the source to the file that defines what it names, through imports and re-exports.

use std::collections::BTreeSet;

use crate::modules::{Module, ModuleTree, Place};
use crate::scope::{Import, Name};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
    /// Another package, the standard library, a name of the prelude, a variable.
    Elsewhere,
}

/// Names that are being looked for: imports may go round in circles, such as `use url; use url::Url`.
type Asked = BTreeSet<(usize, String)>;

impl ModuleTree {
    pub(crate) fn resolve(&self, from: usize, segments: &[String]) -> Target {
        self.follow(from, segments, &mut Asked::new())
    }

    fn follow(&self, from: usize, segments: &[String], asked: &mut Asked) -> Target {
        let Some((first, rest)) = segments.split_first() else { return Target::Module(from) };
        let start = match first.as_str() {
            "crate" => Target::Module(self.root_of(from)),
            "self" => Target::Module(from),
            "super" => self.parent_of(from),
            name => match self.look_up(from, name, asked) {
                Target::Elsewhere => self.library_named(name),
                found @ (Target::Module(_) | Target::Item(_)) => found,
            },
        };
        self.descend(start, rest, asked)
    }

    fn descend(&self, start: Target, segments: &[String], asked: &mut Asked) -> Target {
        let mut reached = start;
        for name in segments {
            let Target::Module(module) = reached else { return reached };
            reached = match name.as_str() {
                "super" => self.parent_of(module),
                "self" => reached,
                name => match self.look_up(module, name, asked) {
                    // A macro made it.
                    Target::Elsewhere => Target::Item(module),
                    found @ (Target::Module(_) | Target::Item(_)) => found,
                },
            };
        }
        reached
    }

    fn look_up(&self, module: usize, name: &str, asked: &mut Asked) -> Target {
        if !asked.insert((module, name.to_owned())) {
            return Target::Elsewhere;
        }
        let found = self.look_up_once(&self.modules[module], module, name, asked);
        asked.remove(&(module, name.to_owned()));
        found
    }

    fn look_up_once(&self, names: &Module, module: usize, name: &str, asked: &mut Asked) -> Target {
        if let Some(child) = names.children.get(name) {
            return Target::Module(*child);
        }
        if names.items.contains(name) {
            return Target::Item(module);
        }
        let named = |import: &&Import| matches!(&import.name, Name::One(of) if of == name);
        if let Some(import) = names.imports.iter().find(named) {
            return self.follow(module, &import.path.segments, asked);
        }
        names
            .imports
            .iter()
            .filter(|import| import.name == Name::All)
            .map(|import| match self.follow(module, &import.path.segments, asked) {
                Target::Module(of) => self.look_up(of, name, asked),
                // The variants of an enum: not told apart from what is elsewhere.
                Target::Item(_) | Target::Elsewhere => Target::Elsewhere,
            })
            .find(|found| *found != Target::Elsewhere)
            .unwrap_or(Target::Elsewhere)
    }

    fn root_of(&self, module: usize) -> usize {
        match self.modules[module].place {
            Place::Root => module,
            Place::Below(parent) => self.root_of(parent),
        }
    }

    fn parent_of(&self, module: usize) -> Target {
        match self.modules[module].place {
            Place::Root => Target::Elsewhere,
            Place::Below(parent) => Target::Module(parent),
        }
    }

    /// A program uses its package's library by the library's name.
    fn library_named(&self, name: &str) -> Target {
        match &self.library {
            Some((library, root)) if library == name => Target::Module(*root),
            Some(_) | None => Target::Elsewhere,
        }
    }

    /// Whether `module` is `ancestor` or below it.
    pub(crate) fn is_within(&self, module: usize, ancestor: usize) -> bool {
        module == ancestor
            || match self.modules[module].place {
                Place::Root => false,
                Place::Below(parent) => self.is_within(parent, ancestor),
            }
    }
}
