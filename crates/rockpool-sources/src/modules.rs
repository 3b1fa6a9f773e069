//! The modules of one package's library and programs, as the `mod` lines make them, without those for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use crate::checkout::{Checkout, Package};
use crate::parse::parse_each;
use crate::scope::{Body, Child, Import, Said, Scope};

#[derive(Debug)]
pub struct ModuleTree {
    pub(crate) modules: Vec<Module>,
    /// Name of the library in `use` lines, and its root.
    pub(crate) library: Option<(String, usize)>,
}

#[derive(Debug)]
pub(crate) struct Module {
    /// From the root of the checkout.
    pub(crate) file: String,
    pub(crate) place: Place,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) items: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) paths: Vec<Said>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The root of a library or of a program.
    Root,
    Below(usize),
}

/// A file that is to be read, and where its module goes.
struct Wanted<'a> {
    path: String,
    text: &'a str,
    place: Place,
    name: String,
}

impl ModuleTree {
    /// # Errors
    ///
    /// Sentences: files that are no Rust, and `mod` lines without a file.
    pub fn read(checkout: &Checkout, package: &Package) -> Result<Self, Vec<String>> {
        let mut reading = Reading {
            checkout,
            tree: Self { modules: Vec::new(), library: None },
            next: roots(checkout, &package.src()),
            problems: Vec::new(),
        };
        while !reading.next.is_empty() {
            reading.read_wave();
        }
        let Reading { mut tree, problems, .. } = reading;
        let library = format!("{}lib.rs", package.src());
        let root = tree.modules.iter().position(|module| module.file == library);
        tree.library = root.map(|root| (package.library(), root));
        if problems.is_empty() { Ok(tree) } else { Err(problems) }
    }

    /// The files that end up in a program, sorted.
    pub fn files(&self) -> Vec<&str> {
        let mut files: Vec<_> = self.modules.iter().map(|module| module.file.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// The files that a `mod` line names, sorted: all but the roots.
    pub fn declared_files(&self) -> Vec<&str> {
        let is_root =
            |file: &str| self.modules.iter().any(|module| module.file == file && module.place == Place::Root);
        let mut files = self.files();
        files.retain(|file| !is_root(file));
        files
    }

    fn add(&mut self, file: String, place: Place, name: &str) -> usize {
        let id = self.modules.len();
        if let Place::Below(parent) = place {
            self.modules[parent].children.insert(name.to_owned(), id);
        }
        let (children, items, imports, paths) = Default::default();
        self.modules.push(Module { file, place, children, items, imports, paths });
        id
    }
}

/// A tree that grows downwards, level by level, so that the files of a level are parsed side by side.
struct Reading<'a> {
    checkout: &'a Checkout,
    tree: ModuleTree,
    next: Vec<Wanted<'a>>,
    problems: Vec<String>,
}

impl Reading<'_> {
    fn read_wave(&mut self) {
        let wave = mem::take(&mut self.next);
        let texts: Vec<_> = wave.iter().map(|wanted| (wanted.path.as_str(), wanted.text)).collect();
        let scopes = parse_each(&texts, Scope::of_file);
        for (wanted, scope) in wave.into_iter().zip(scopes) {
            match scope {
                Ok(scope) => {
                    let folder = children_folder(&wanted);
                    let id = self.tree.add(wanted.path, wanted.place, &wanted.name);
                    self.fill(id, scope, &folder);
                }
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    /// `folder` is where the files of the module's children lie.
    fn fill(&mut self, id: usize, scope: Scope, folder: &str) {
        let file = self.tree.modules[id].file.clone();
        for Child { name, body } in scope.children {
            match body {
                Body::Inline(inline) => {
                    let inner = self.tree.add(file.clone(), Place::Below(id), &name);
                    self.fill(inner, inline, &format!("{folder}{name}/"));
                }
                Body::InItsOwnFile => match file_of(self.checkout, folder, &name) {
                    Some((path, text)) => {
                        self.next.push(Wanted { path, text, place: Place::Below(id), name });
                    }
                    None => self.problems.push(format!("{file}: there is no file for `mod {name}`")),
                },
            }
        }
        let module = &mut self.tree.modules[id];
        (module.items, module.imports, module.paths) = (scope.items, scope.imports, scope.paths);
    }
}

/// Cargo's rules: `lib.rs`, `main.rs`, `bin/x.rs` and `bin/x/main.rs`.
fn roots<'a>(checkout: &'a Checkout, src: &str) -> Vec<Wanted<'a>> {
    let is_root = |path: &str| match path.strip_prefix(src).unwrap_or_default() {
        "lib.rs" | "main.rs" => true,
        below => below.strip_prefix("bin/").is_some_and(|program| match program.split_once('/') {
            None => program.ends_with(".rs"),
            Some((_, file)) => file == "main.rs",
        }),
    };
    let files = checkout.files().filter(|(path, _)| is_root(path));
    let wanted = |(path, text): (&str, &'a str)| Wanted {
        path: path.to_owned(),
        text,
        place: Place::Root,
        name: String::new(),
    };
    files.map(wanted).collect()
}

fn children_folder(wanted: &Wanted<'_>) -> String {
    let (folder, file) = wanted.path.rsplit_once('/').unwrap_or(("", &wanted.path));
    if wanted.place == Place::Root || file == "mod.rs" {
        format!("{folder}/")
    } else {
        format!("{}/", wanted.path.trim_end_matches(".rs"))
    }
}

fn file_of<'a>(checkout: &'a Checkout, folder: &str, name: &str) -> Option<(String, &'a str)> {
    let name = name.trim_start_matches("r#");
    [format!("{folder}{name}.rs"), format!("{folder}{name}/mod.rs")]
        .into_iter()
        .find_map(|path| checkout.text(&path).map(|text| (path, text)))
}
