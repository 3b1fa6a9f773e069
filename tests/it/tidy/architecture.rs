//! What `docs/ARCHITECTURE.md` and `docs/rooms.md` say of each package's modules.
//!
//! A package has a section that starts with a heading such as
//!
//! ```markdown
//! ### Rooms of `rockpool-engine`
//!
//! | room | what it owns |
//! |---|---|
//! | `lib.rs`, `engine.rs` | starts the parts in order and stops them in the reverse order |
//! | `proxy/` | the data plane: `server.rs` accepts, `websocket/` keeps sockets |
//! | `clock.rs` | the only place that reads the time |
//!
//! #### `proxy/websocket/`
//!
//! | file | what it owns |
//! |---|---|
//! | `session.rs` | one socket from its opening to its close |
//! ```
//!
//! and ends at the next heading that is not below it. Rows of the table before the first heading below are rooms, the topmost
//! first. Paths are backticked and end with `.rs` or `/`; a folder stands for all below it and for the file that declares it
//! (`x/mod.rs`, or `x.rs` beside it); a file belongs to the room with the longest path that covers it. The first cell's paths
//! start at the heading's folder (without one, at `src`); those of a sentence at the row's folder, else where the first
//! cell's start. Tables under headings below name modules and say nothing of the order.

use std::collections::BTreeSet;

const TITLE: &str = "Rooms of ";

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// From top to bottom.
    pub(super) rooms: Vec<Room>,
    pub(super) names: Vec<Name>,
    /// First cells of rows without a second one.
    pub(super) without_sentence: Vec<String>,
}

/// Paths from the package's `src`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Room(pub(super) Vec<String>);

/// A backticked path, and all that it may mean: paths from the package's `src`, the likeliest first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) said: String,
    pub(super) meant: Vec<String>,
}

/// How a path of a section covers a file, both from `src`.
fn covers(path: &str, file: &str) -> bool {
    match path.strip_suffix('/') {
        Some(folder) => file.starts_with(path) || file.strip_suffix(".rs") == Some(folder),
        None => path == file,
    }
}

impl Section {
    /// The section of `package`, if there is one.
    pub(super) fn find(document: &str, package: &str) -> Option<Self> {
        let title = format!("{TITLE}`{package}`");
        let mut lines = document.lines();
        let depth = lines.by_ref().find_map(|line| (heading(line)?.1 == title).then(|| heading(line))?)?.0;
        let mut section = Self::default();
        let mut table = Table::Rooms;
        for line in lines {
            match heading(line) {
                Some((below, _)) if below <= depth => break,
                Some((_, title)) => table = Table::Modules { folder: folder_in(title) },
                None => section.row(&table, line),
            }
        }
        Some(section)
    }

    /// The place of the room that `file` belongs to, from the top.
    pub(super) fn room_of(&self, file: &str) -> Option<usize> {
        let covering =
            |room: &Room| room.0.iter().filter(|path| covers(path, file)).map(String::len).max().unwrap_or(0);
        let (place, length) =
            self.rooms.iter().map(covering).enumerate().rev().max_by_key(|(_, length)| *length)?;
        (length > 0).then_some(place)
    }

    /// Everything that a path of the section may mean.
    pub(super) fn meant(&self) -> BTreeSet<&str> {
        self.names.iter().flat_map(|name| &name.meant).map(String::as_str).collect()
    }

    fn row(&mut self, table: &Table, line: &str) {
        let Some(row) = line.trim().strip_prefix('|') else { return };
        let (first, rest) = row.split_once('|').unwrap_or((row, ""));
        let base = table.folder();
        let paths: Vec<_> = paths_in(first).map(|path| format!("{base}{path}")).collect();
        if paths.is_empty() {
            return;
        }
        if !rest.contains(char::is_alphanumeric) {
            self.without_sentence.push(first.trim().to_owned());
        }
        let folders: Vec<_> = paths.iter().filter(|path| path.ends_with('/')).cloned().collect();
        for (path, said) in paths.iter().zip(paths_in(first)) {
            self.names.push(Name { said: said.to_owned(), meant: vec![path.clone()] });
        }
        for said in paths_in(rest) {
            let starts = folders.iter().map(String::as_str).chain([base, ""]);
            let meant = starts.map(|start| format!("{start}{said}")).collect();
            self.names.push(Name { said: said.to_owned(), meant });
        }
        if *table == Table::Rooms {
            self.rooms.push(Room(paths));
        }
    }
}

#[derive(PartialEq, Eq)]
enum Table {
    Rooms,
    /// `folder` is empty or ends with `/`.
    Modules {
        folder: String,
    },
}

impl Table {
    fn folder(&self) -> &str {
        match self {
            Self::Rooms => "",
            Self::Modules { folder } => folder,
        }
    }
}

/// Depth and text of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let depth = line.len() - text.len();
    (depth > 0 && text.starts_with(' ')).then(|| (depth, text.trim()))
}

fn folder_in(title: &str) -> String {
    paths_in(title).find(|path| path.ends_with('/')).unwrap_or_default().to_owned()
}

/// The backticked paths of a text: not routes, which begin with `/`.
fn paths_in(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|word| {
        let is_path = word.ends_with(".rs") || word.ends_with('/');
        is_path && !word.starts_with('/') && !word.contains(' ')
    })
}

#[test]
fn a_file_belongs_to_the_room_with_the_longest_path_that_covers_it() {
    let section = Section {
        rooms: [&["lib.rs"][..], &["proxy/websocket/"], &["proxy/", "accept.rs"]]
            .map(|paths| Room(paths.iter().map(|path| (*path).to_owned()).collect()))
            .into(),
        ..Section::default()
    };
    assert_eq!(section.room_of("lib.rs"), Some(0));
    assert_eq!(section.room_of("proxy/websocket/session.rs"), Some(1));
    assert_eq!(section.room_of("proxy/websocket.rs"), Some(1));
    assert_eq!(section.room_of("proxy/mod.rs"), Some(2));
    assert_eq!(section.room_of("accept.rs"), Some(2));
    assert_eq!(section.room_of("clock.rs"), None);
}

#[test]
fn a_section_is_read_from_its_heading_to_the_next_one_of_its_depth() {
    let document = "\
### Rooms of `other`
| `no.rs` | not this one |
### Rooms of `x`
| room | sentence |
|---|---|
| `lib.rs` | what is public, such as `Core` |
| `proxy/` | answers `/v1/responses`: `server.rs` accepts |
| `clock.rs` | |
#### Inside `proxy/`
| `websocket/` | keeps sockets |
### Elsewhere
| `no.rs` | not this one |
";
    let section = Section::find(document, "x").unwrap();
    let rooms = [&["lib.rs"][..], &["proxy/"], &["clock.rs"]];
    assert_eq!(section.rooms, rooms.map(|paths| Room(paths.iter().map(|path| (*path).to_owned()).collect())));
    let said: Vec<_> = section.names.iter().map(|name| name.said.as_str()).collect();
    assert_eq!(said, ["lib.rs", "proxy/", "server.rs", "clock.rs", "websocket/"]);
    assert_eq!(section.names[2].meant, ["proxy/server.rs", "server.rs", "server.rs"]);
    assert_eq!(section.names[4].meant, ["proxy/websocket/"]);
    assert_eq!(section.without_sentence, ["`clock.rs`"]);
    assert_eq!(Section::find(document, "y"), None);
}
