//! Tests of the whole crate, and what they share.

mod disk;
mod layouts;
mod tools;
mod undoing;

use std::path::PathBuf;

use crate::format::Format;
use crate::places::Texts;
use crate::plan::{Change, Plan};
use crate::undo::{Before, Digest, FileUndo};
use crate::{Connection, KeyKind, Os, Surroundings, Tool, key_kind, plan};

fn home() -> Surroundings {
    Surroundings { os: Os::Linux, home: PathBuf::from("/mai"), variables: Default::default() }
}

fn connection(kind: KeyKind) -> Connection {
    let key = match kind {
        KeyKind::Bearer => "rp_0123456789abcdef",
        KeyKind::Path => "rpu_0123456789abcdef",
    };
    Connection {
        origin: "http://127.0.0.1:7625".to_owned(),
        key: key.to_owned().into(),
        model: Some("gpt-5.5".to_owned()),
        context_window: None,
    }
}

fn texts<const N: usize>(files: [(PathBuf, &str); N]) -> Texts {
    files.into_iter().map(|(path, text)| (path, text.to_owned())).collect()
}

fn planned(tool: Tool, texts: &Texts) -> Plan {
    let to = connection(key_kind(tool, &home(), texts));
    plan(tool, &to, &home(), texts).unwrap()
}

fn recorded(change: &Change) -> FileUndo {
    let before = change.base().map_or(Before::Absent, |base| Before::Copy {
        path: PathBuf::from("/copy"),
        digest: Digest::of(base),
    });
    change.record(before, Vec::new()).unwrap()
}

fn same(format: Format, one: &str, other: &str) -> bool {
    format.tree(one).unwrap().says_the_same_as(&format.tree(other).unwrap())
}
