//! Connecting and disconnecting on a real file system.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::connection;
use crate::files::{
    Backups, DisconnectError, FileError, ThisMachine, befores, connect, disconnect, read, read_all, write,
};
use crate::undo::Choice;
use crate::{KeyKind, Os, Plan, Probe, Surroundings, Tool, UndoError, files_of, plan, plan_again};

fn stage() -> (TempDir, Surroundings) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    (folder, Surroundings { os: Os::Linux, home, variables: Default::default() })
}

fn planned(tool: Tool, at: &Surroundings) -> Plan {
    let texts = read_all(&files_of(tool, at)).unwrap();
    plan(tool, &connection(KeyKind::Bearer), at, &texts).unwrap()
}

fn all_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => {
                found.push((path.display().to_string(), Vec::new()));
                found.extend(all_files(&path));
            }
            false => found.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

#[test]
fn connecting_and_disconnecting_leaves_every_tools_home_byte_for_byte() {
    for tool in Tool::ALL {
        for with_files in [false, true] {
            let (_folder, at) = stage();
            for path in files_of(tool, &at).iter().take(if with_files { 1 } else { 0 }) {
                let text = match path.extension().unwrap().to_str().unwrap() {
                    "toml" => "\u{feff}# é\r\na = 1\r\n[t]\r\nb = 2",
                    "json" | "jsonc" => "{\r\n\t\"a\": [1]\r\n}",
                    "yaml" | "yml" if tool == Tool::Llm => "# c\r\n- model_id: mine\r\n  model_name: x",
                    "yaml" | "yml" => "# c\r\na: 1",
                    other => panic!("{other}"),
                };
                write(path, text).unwrap();
            }
            let before = all_files(&at.home);
            for backups in [Backups::Beside, Backups::In(at.home.with_file_name("copies"))] {
                let undo = connect(&planned(tool, &at), &backups, None, |_| Ok(())).unwrap();
                assert!(tool == Tool::CopilotCli || all_files(&at.home) != before);
                disconnect(&undo, Choice::Ask).unwrap();
                assert_eq!(all_files(&at.home), before, "{}", tool.name());
            }
        }
    }
}

#[test]
fn a_change_after_an_edit_and_a_new_port_still_goes_back_to_the_first_file() {
    let (_folder, at) = stage();
    let path = at.claude_code_settings();
    write(&path, "{\n  \"theme\": \"dark\"\n}\n").unwrap();
    let first = connect(&planned(Tool::ClaudeCode, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
    let edited = fs::read_to_string(&path).unwrap().replace("dark", "light");
    fs::write(&path, edited).unwrap();

    let mut to = connection(KeyKind::Bearer);
    to.origin = "http://127.0.0.1:9000".to_owned();
    let texts = read_all(&files_of(Tool::ClaudeCode, &at)).unwrap();
    let plan = plan_again(&to, &at, &texts, &first, &befores(&first).unwrap()).unwrap();
    let second = connect(&plan, &Backups::Beside, Some(&first), |_| Ok(())).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("9000"));
    assert!(!first.copies()[0].exists() && second.copies()[0].exists());
    disconnect(&second, Choice::Ask).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\n  \"theme\": \"light\"\n}\n");
}

#[test]
fn a_kill_at_any_moment_leaves_a_record_that_leads_back() {
    let (_folder, at) = stage();
    write(&at.pi_settings(), "{\"theme\": \"dark\"}").unwrap();
    let before = all_files(&at.home);
    let plan = planned(Tool::Pi, &at);
    let mut kept = None;
    let refused = connect(&plan, &Backups::Beside, None, |undo| {
        kept = Some(undo.clone());
        // Nothing of a tool's is touched yet.
        assert_eq!(fs::read_to_string(at.pi_settings()).unwrap(), "{\"theme\": \"dark\"}");
        assert!(!at.pi_models().exists());
        Err(std::io::Error::other("the disk is full"))
    });
    assert!(refused.unwrap_err().to_string().contains("the disk is full"));
    assert_eq!(all_files(&at.home), before);

    // Killed before the first file, and between the first and the second.
    let undo = kept.unwrap();
    for changed in 0..=1 {
        write(undo.copies()[0], "{\"theme\": \"dark\"}").unwrap();
        for change in plan.changes.iter().take(changed) {
            write(&change.path, change.after().unwrap()).unwrap();
        }
        disconnect(&undo, Choice::Ask).unwrap();
        assert_eq!(all_files(&at.home), before, "after {changed}");
    }
}

#[test]
fn two_homes_of_one_tool_have_copies_of_their_own() {
    let (folder, at) = stage();
    let mut other = at.clone();
    other.variables.insert("CLAUDE_CONFIG_DIR".to_owned(), folder.path().join("other").display().to_string());
    let backups = Backups::In(folder.path().join("copies"));
    let undos: Vec<_> = [(&at, "{\"a\": 1}"), (&other, "{\"b\": 2}")]
        .into_iter()
        .map(|(at, text)| {
            write(&at.claude_code_settings(), text).unwrap();
            connect(&planned(Tool::ClaudeCode, at), &backups, None, |_| Ok(())).unwrap()
        })
        .collect();
    undos.iter().for_each(|undo| disconnect(undo, Choice::Ask).unwrap());
    assert_eq!(fs::read_to_string(at.claude_code_settings()).unwrap(), "{\"a\": 1}");
    assert_eq!(fs::read_to_string(other.claude_code_settings()).unwrap(), "{\"b\": 2}");
}

#[test]
fn a_conflict_in_the_second_file_leaves_the_first_alone() {
    let (_folder, at) = stage();
    let undo = connect(&planned(Tool::Pi, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
    let settings = at.pi_settings();
    fs::write(&settings, "{\"defaultProvider\": \"mine\"}").unwrap();
    let models = fs::read(at.pi_models()).unwrap();
    let refused = disconnect(&undo, Choice::Ask);
    assert!(
        matches!(refused, Err(DisconnectError::Undo(UndoError::Conflict(conflict))) if conflict.path == settings)
    );
    assert_eq!(fs::read(at.pi_models()).unwrap(), models);
    disconnect(&undo, Choice::Keep).unwrap();
    assert!(!at.pi_models().exists());
    assert_eq!(fs::read_to_string(settings).unwrap(), "{\"defaultProvider\": \"mine\"}");
}

#[test]
fn a_file_that_changed_since_the_plan_is_not_overwritten() {
    let (_folder, at) = stage();
    let plan = planned(Tool::ClaudeCode, &at);
    write(&at.claude_code_settings(), "{}").unwrap();
    assert!(matches!(
        connect(&plan, &Backups::Beside, None, |_| Ok(())),
        Err(FileError::ChangedMeanwhile(_))
    ));
    assert_eq!(fs::read_to_string(at.claude_code_settings()).unwrap(), "{}");
}

#[test]
fn a_file_that_is_no_text_of_ordinary_size_is_refused_with_a_remedy() {
    let (folder, _) = stage();
    let path = folder.path().join("f");
    fs::create_dir(&path).unwrap();
    assert!(matches!(read(&path), Err(FileError::Folder(_))));
    fs::remove_dir(&path).unwrap();
    fs::write(&path, b"a\n\xc3\xa9\xff").unwrap();
    assert!(matches!(read(&path), Err(FileError::NotUtf8 { line: 2, column: 2, .. })));
    fs::File::create(&path).unwrap().set_len(crate::files::LARGEST + 1).unwrap();
    assert!(matches!(read(&path), Err(FileError::TooLarge { .. })));
    assert!(read(&folder.path().join("none")).unwrap().is_none());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_keeps_its_mode_and_a_new_one_is_its_owners_alone() {
        let (_folder, at) = stage();
        let path = at.claude_code_settings();
        write(&path, "{}").unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let undo = connect(&planned(Tool::ClaudeCode, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
        assert_eq!(mode(&path), 0o640);
        assert_eq!(mode(undo.copies()[0]), 0o600);
        disconnect(&undo, Choice::Ask).unwrap();
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn a_link_stays_a_link() {
        let (folder, at) = stage();
        let (path, real) = (at.claude_code_settings(), folder.path().join("dotfiles.json"));
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&real, "{\"a\": 1}").unwrap();
        symlink("../../dotfiles.json", &path).unwrap();
        let undo = connect(&planned(Tool::ClaudeCode, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("ANTHROPIC_BASE_URL"));
        disconnect(&undo, Choice::Ask).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "{\"a\": 1}");
    }

    #[test]
    fn a_link_to_itself_is_refused() {
        let (folder, _) = stage();
        let path = folder.path().join("loop");
        symlink("loop", &path).unwrap();
        assert!(matches!(read(&path), Err(FileError::LinkLoop(_))));
        assert!(matches!(write(&path, ""), Err(FileError::LinkLoop(_))));
    }

    #[test]
    fn a_file_that_is_read_only_is_refused_and_what_was_written_before_it_goes_back() {
        let (_folder, at) = stage();
        let (models, settings) = (at.pi_models(), at.pi_settings());
        write(&models, "{}").unwrap();
        write(&settings, "{}").unwrap();
        fs::set_permissions(&settings, fs::Permissions::from_mode(0o400)).unwrap();
        let copies = at.home.with_file_name("copies");
        let refused = connect(&planned(Tool::Pi, &at), &Backups::In(copies.clone()), None, |_| Ok(()));
        assert!(matches!(refused, Err(FileError::ReadOnly(path)) if path == settings));
        assert_eq!(fs::read_to_string(&models).unwrap(), "{}");
        assert_eq!(all_files(&copies), []);
    }
}

#[test]
fn a_program_is_found_where_path_leads() {
    let (folder, _) = stage();
    let name = if cfg!(windows) { "cn.cmd" } else { "cn" };
    fs::write(folder.path().join(name), "").unwrap();
    let machine = ThisMachine { path: std::env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap() };
    assert_eq!(machine.program("cn"), Some(folder.path().join(name)));
    assert_eq!(machine.program("other"), None);
}
