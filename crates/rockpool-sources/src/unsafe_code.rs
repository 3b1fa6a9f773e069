//! Where `unsafe` stands in Rust sources, by their tokens: no macro is expanded, and what another platform or feature would
//! compile counts too.

use std::fs;
use std::path::Path;
use std::thread;

use proc_macro2::{TokenStream, TokenTree};

/// Folders of a package that end up in no program.
const NOT_IN_A_PROGRAM: [&str; 5] = ["tests", "benches", "examples", "fuzz", "target"];

/// How often the word stands in a file. A file that is no Rust, such as a template, has none.
pub(crate) fn in_text(text: &str) -> usize {
    text.parse::<TokenStream>().map_or(0, in_tokens)
}

fn in_tokens(tokens: TokenStream) -> usize {
    let of = |token| match token {
        TokenTree::Group(group) => in_tokens(group.stream()),
        TokenTree::Ident(word) => usize::from(word == "unsafe"),
        TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
    };
    tokens.into_iter().map(of).sum()
}

/// In each of `folders`, in their order; with all cores.
pub(crate) fn in_folders(folders: &[&Path]) -> Vec<usize> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = folders.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let count = |share: &[&Path]| share.iter().map(|folder| in_folder(folder)).collect::<Vec<_>>();
        let workers: Vec<_> = folders.chunks(share).map(|share| scope.spawn(move || count(share))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("tokens are read as values")).collect()
    })
}

/// A folder that cannot be read has none: it is not compiled either.
fn in_folder(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let of = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            let passed_over = NOT_IN_A_PROGRAM.iter().any(|other| name == *other);
            return if passed_over { 0 } else { in_folder(path) };
        }
        if path.extension().is_none_or(|ending| ending != "rs") {
            return 0;
        }
        fs::read_to_string(path).map_or(0, |text| in_text(&text))
    };
    entries.flatten().map(|entry| of(&entry.path())).sum()
}
