//! The checkout as text files: what is ours, without results and installed packages.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Results of builds and tests, and what npm and git keep (`.git` is a file in a second working tree): not ours to judge.
const NOT_OURS: [&str; 8] =
    [".git", "target", "node_modules", "dist", "gen", "out", "test-results", ".svelte-kit"];

/// Every file that is UTF-8 text, by its path from the root, with `/`.
#[derive(Debug, Default)]
pub struct Checkout {
    files: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    /// From the root of the checkout, without a `/` at its end.
    pub folder: String,
}

impl Package {
    /// The folder of the package's sources, with a `/` at its end.
    pub fn src(&self) -> String {
        format!("{}/src/", self.folder)
    }

    /// The name of its library in `use` lines.
    pub(crate) fn library(&self) -> String {
        self.name.replace('-', "_")
    }
}

impl Checkout {
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut checkout = Self::default();
        checkout.collect(root, root)?;
        Ok(checkout)
    }

    /// A checkout that is on no disk: paths and texts.
    pub fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// Paths and texts, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file lies in `folder`, at any depth. `folder` ends with `/`.
    pub fn has_folder(&self, folder: &str) -> bool {
        let next = self.files.range(folder.to_owned()..).next();
        next.is_some_and(|(path, _)| path.starts_with(folder))
    }

    /// Every package below the root that has Rust sources, sorted by folder.
    pub fn packages(&self) -> Vec<Package> {
        let manifests =
            self.files().filter_map(|(path, text)| Some((path.strip_suffix("/Cargo.toml")?, text)));
        let packages = manifests.filter_map(|(folder, text)| {
            Some(Package { name: package_name(text)?, folder: folder.to_owned() })
        });
        packages.filter(|package| self.has_folder(&package.src())).collect()
    }

    fn collect(&mut self, root: &Path, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if NOT_OURS.iter().any(|skipped| entry.file_name() == *skipped) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                self.collect(root, &path)?;
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                self.files.insert(path, text);
            }
        }
        Ok(())
    }
}

fn package_name(manifest: &str) -> Option<String> {
    let section =
        manifest.split("\n[").find_map(|section| section.trim_start_matches('[').strip_prefix("package]"))?;
    let value = section.lines().find_map(|line| line.strip_prefix("name")?.trim_start().strip_prefix('='))?;
    Some(value.trim().trim_matches('"').to_owned())
}
