//! Configurations of tools: connected, edited, and taken back.

use std::path::PathBuf;

use rockpool_connect::{
    Before, Change, Choice, Connection, Digest, FileUndo, Format, KeyKind, Os, Plan, Standing, Surroundings,
    TakenBack, Texts, Tool, Undo, files_of, key_kind, own_login, plan, plan_again, standing, take_back,
};

/// Neither in a dictionary nor in a recipe.
const KEY: &str = "0123456789abcdef";
/// What a person changes, and into what.
const MARK: (&str, &str) = ("mArK", "kRaM");

/// The first byte is the tool (from `a` on); of the second, the two lowest bits say which of its files holds the text,
/// and bit 2 that all others hold the second text. Texts are separated by a byte that UTF-8 has not, 0xFF. The second
/// is also what becomes of the file while it is connected.
pub fn check(data: &[u8]) {
    let [tool, flags, texts @ ..] = data else { return };
    let tool = Tool::ALL[usize::from(tool.wrapping_sub(b'a')) % Tool::ALL.len()];
    let mut parts = texts.splitn(2, |byte| *byte == 0xff).map(std::str::from_utf8);
    let Some(Ok(text)) = parts.next() else { return };
    let other = match parts.next() {
        Some(Ok(other)) => Some(other),
        Some(Err(_)) => return,
        None => None,
    };
    if text.contains(KEY) || other.is_some_and(|other| other.contains(KEY)) {
        return;
    }
    let files = files_of(tool, &home());
    let mut texts = Texts::new();
    if let Some(other) = other.filter(|_| flags & 4 != 0) {
        texts.extend(files.iter().map(|path| (path.clone(), other.to_owned())));
    }
    let place = usize::from(flags & 3) % files.len().max(1);
    texts.extend(files.get(place).map(|path| (path.clone(), text.to_owned())));

    let _ = own_login(tool, &home(), &texts);
    let to = connection(tool, &texts, 7625);
    let Ok(first) = plan(tool, &to, &home(), &texts) else { return };
    assert!(!first.diff().contains(KEY), "a diff shows no key");
    again(&first, &texts);
    for change in first.changes.iter().filter(|change| change.is_change()) {
        comes_back(change);
        survives(change);
        if let Some(current) = other {
            meets(change, current);
        }
    }
}

fn home() -> Surroundings {
    Surroundings { os: Os::Linux, home: PathBuf::from("/mai"), variables: Default::default() }
}

fn connection(tool: Tool, texts: &Texts, port: u16) -> Connection {
    let prefix = match key_kind(tool, &home(), texts) {
        KeyKind::Bearer => "rp_",
        KeyKind::Path => "rpu_",
    };
    Connection {
        origin: format!("http://127.0.0.1:{port}"),
        key: format!("{prefix}{KEY}").into(),
        model: Some("gpt-5.5".to_owned()),
        context_window: None,
    }
}

fn recorded(change: &Change) -> FileUndo {
    let before = change.base().map_or(Before::Absent, |base| Before::Copy {
        path: PathBuf::from("/copy"),
        digest: Digest::of(base),
    });
    change.record(before, Vec::new()).expect("a change leaves something of ours")
}

/// Connecting twice is connecting once, and connecting elsewhere goes back to what was there before the first.
fn again(first: &Plan, before: &Texts) {
    let mut now = before.clone();
    let after = |change: &Change| Some((change.path.clone(), change.after()?.to_owned()));
    now.extend(first.changes.iter().filter_map(after));
    let to = connection(first.tool, before, 7625);
    let second = plan(first.tool, &to, &home(), &now).expect("what was planned for is planned for again");
    assert!(second.is_empty(), "connected twice:\n{}", second.diff());

    let mut undo = Undo::new(first.tool);
    undo.files = first.changes.iter().filter(|change| change.is_change()).map(recorded).collect();
    let to = connection(first.tool, before, 9000);
    let elsewhere = plan_again(&to, &home(), &now, &undo, before).expect("it is taken elsewhere");
    assert!(!elsewhere.diff().contains(KEY), "a diff shows no key");
    for change in elsewhere.changes.iter().filter(|change| change.is_change()) {
        assert_eq!(change.base(), before.get(&change.path).map(String::as_str), "what was there before");
    }
}

/// Untouched since, a file is what it was, byte for byte.
fn comes_back(change: &Change) {
    let (record, before, after) = (recorded(change), change.before(), change.after());
    assert_eq!(standing(&record, after).expect("what is written can be read"), Standing::Connected);
    let back = take_back(&record, before, after, Choice::Ask).expect("what is untouched is taken back");
    match (before, back) {
        (Some(before), TakenBack::Write(text)) => assert_eq!(text, before),
        (None, TakenBack::Delete) => {}
        (_, TakenBack::Write(_) | TakenBack::Delete | TakenBack::Untouched) => panic!("not as it was"),
    }
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    assert_eq!(after.starts_with('\u{feff}'), before.starts_with('\u{feff}'), "the mark stays");
    let lines = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let (with_return, all) = lines(before);
    if all > 0 && with_return == all {
        assert_eq!(lines(after).0, lines(after).1, "line ends stay");
    }
}

/// What a person changes elsewhere in the file stays.
fn survives(change: &Change) {
    let (Some(before), Some(after)) = (change.before(), change.after()) else { return };
    let count = |text: &str| text.matches(MARK.0).count();
    let is_in_ours = |line: &str| line.contains("Rockpool: ") && line.contains(MARK.0);
    if count(before) == 0 || count(before) != count(after) || after.lines().any(is_in_ours) {
        return;
    }
    let (mine, edited) = (before.replace(MARK.0, MARK.1), after.replace(MARK.0, MARK.1));
    let back = take_back(&recorded(change), Some(before), Some(&edited), Choice::Ask);
    let text = match back {
        Ok(TakenBack::Write(text)) => text,
        Ok(TakenBack::Untouched | TakenBack::Delete) => panic!("ours is still there, or all is gone"),
        Err(error) => panic!("an edit elsewhere is no conflict: {error}"),
    };
    assert!(!text.contains(KEY), "the key goes:\n{text}");
    match change.format {
        Format::Toml => assert_eq!(bare(&text), bare(&mine)),
        Format::Json | Format::Jsonc => {
            // A file of comments alone is left with an empty object.
            let is_kept = bare(&text) == bare(&mine) || bare(&text) == bare(&mine) + "{}";
            assert!(is_kept, "{mine}\nis not\n{text}");
        }
        Format::Yaml => assert!(is_in(&mine, &text), "{mine}\nis not in\n{text}"),
    }
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Line by line, in this order.
fn is_in(text: &str, of: &str) -> bool {
    let mut lines = of.lines().map(str::trim);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).all(|line| lines.any(|other| other == line))
}

/// Whatever became of the file: it is refused, or something that can be read is left.
fn meets(change: &Change, current: &str) {
    let record = recorded(change);
    let _ = standing(&record, Some(current));
    for choice in [Choice::Ask, Choice::Keep, Choice::TakeBack] {
        if let Ok(TakenBack::Write(text)) = take_back(&record, change.before(), Some(current), choice) {
            standing(&record, Some(&text)).expect("what is written can be read");
        }
    }
}
