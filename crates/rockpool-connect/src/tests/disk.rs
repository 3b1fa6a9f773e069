//! Connecting and disconnecting on a real file system.

use std::cell::{Cell, RefCell};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use tempfile::TempDir;

use super::connection;
use crate::files::{
    Access, Backups, DisconnectError, FileError, ThisMachine, befores, connect, connect_by, disconnect,
    forget, put, read, read_all, write,
};
use crate::undo::{Choice, Undo};
use crate::{
    Connection, KeyKind, Os, Plan, Probe, Surroundings, Tool, UndoError, files_of, key_kind, plan, plan_again,
};

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
                assert!(undo.copies().iter().all(|copy| copy.exists()), "the record may outlive this");
                forget(&undo);
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
        forget(&undo);
        assert_eq!(all_files(&at.home), before, "after {changed}");
    }
}

/// Connects anew and dies at this step: each record that is kept and each file that is put is one. Returns the record that
/// outlives it, or `None` where there are fewer steps.
fn killed_at(step: usize, plan: &Plan, backups: &Backups, first: &Undo) -> Option<Undo> {
    let kept = RefCell::new(None);
    let steps = Cell::new(0);
    let take_step = || {
        if steps.get() == step {
            // Says nothing, unlike a panic.
            resume_unwind(Box::new(()));
        }
        steps.set(steps.get() + 1);
    };
    let put_or_die = |path: &Path, text: Option<&str>, access: Access| {
        take_step();
        put(path, text, access)
    };
    let run = || {
        connect_by(&put_or_die, plan, backups, Some(first), |undo| {
            take_step();
            *kept.borrow_mut() = Some(undo.clone());
            Ok(())
        })
    };
    let died = catch_unwind(AssertUnwindSafe(run)).is_err();
    died.then(|| kept.take().unwrap_or_else(|| first.clone()))
}

#[test]
fn a_kill_at_any_moment_of_a_second_connect_leaves_a_record_that_leads_back_from_both() {
    let moved = |kind| Connection { origin: "http://127.0.0.1:9000".to_owned(), ..connection(kind) };
    let login = r#"{"OPENAI_API_KEY": "sk-mine"}"#;
    for (tool, text, edit) in [
        (Tool::CodexCli, "# mine\nmodel = \"o3\"\n[tui]\nx = 1\n", ("x = 1", "x = 2")),
        (Tool::Pi, "{\n  \"theme\": \"dark\"\n}\n", ("dark", "light")),
    ] {
        for (edited, then_edited, again) in [
            (false, false, false),
            (true, false, false),
            (false, true, false),
            (true, true, false),
            (true, true, true),
        ] {
            for step in 0.. {
                let (folder, at) = stage();
                let backups = Backups::In(folder.path().join("copies"));
                let files = files_of(tool, &at);
                let (settings, other) = (&files[usize::from(tool == Tool::Pi)], &files[1]);
                write(settings, text).unwrap();
                let first = connect(&planned(tool, &at), &backups, None, |_| Ok(())).unwrap();
                if tool == Tool::CodexCli {
                    write(other, login).unwrap();
                }
                let change = |from, to| {
                    fs::write(settings, fs::read_to_string(settings).unwrap().replace(from, to)).unwrap();
                };
                if edited {
                    change(edit.0, edit.1);
                }
                let replan = |undo: &Undo| {
                    let texts = read_all(&files).unwrap();
                    let to = moved(key_kind(tool, &at, &texts));
                    plan_again(&to, &at, &texts, undo, &befores(undo).unwrap()).unwrap()
                };
                let Some(undo) = killed_at(step, &replan(&first), &backups, &first) else {
                    assert!(step > 2);
                    break;
                };
                let case = format!("{} {edited} {then_edited} {again} {step}", tool.id());
                if then_edited {
                    fs::write(settings, format!("{}\n", fs::read_to_string(settings).unwrap())).unwrap();
                }
                let undo = match again {
                    false => undo,
                    true => connect(&replan(&undo), &backups, Some(&undo), |_| Ok(())).unwrap(),
                };
                disconnect(&undo, Choice::Ask).unwrap_or_else(|error| panic!("{case}: {error}"));
                forget(&undo);
                let expected = if edited { text.replace(edit.0, edit.1) } else { text.to_owned() };
                let expected = if then_edited { format!("{expected}\n") } else { expected };
                assert_eq!(fs::read_to_string(settings).unwrap(), expected, "{case}");
                assert!(tool == Tool::CodexCli || !at.pi_models().exists(), "{case}");
                // A copy has to be there before the first record names it.
                assert!(step == 0 || all_files(&folder.path().join("copies")).is_empty(), "{case}");
            }
        }
    }
}

#[test]
fn what_cannot_be_rolled_back_is_told_and_keeps_its_copies_and_its_record() {
    let (_folder, at) = stage();
    write(&at.pi_models(), "{}").unwrap();
    write(&at.pi_settings(), "{\"theme\": \"dark\"}").unwrap();
    let puts = Cell::new(0);
    let full = |path: &Path, text: Option<&str>, access: Access| {
        puts.set(puts.get() + 1);
        match puts.get() {
            1 => put(path, text, access),
            _ => Err(FileError::Io {
                path: path.to_path_buf(),
                source: std::io::ErrorKind::StorageFull.into(),
            }),
        }
    };
    let mut kept = None;
    let refused = connect_by(&full, &planned(Tool::Pi, &at), &Backups::Beside, None, |undo| {
        kept = Some(undo.clone());
        Ok(())
    });
    let error = refused.unwrap_err();
    assert!(matches!(&error, FileError::NotRolledBack { path, .. } if *path == at.pi_models()), "{error}");
    assert!(error.to_string().contains("not rolled back"), "{error}");
    assert_ne!(fs::read_to_string(at.pi_models()).unwrap(), "{}");
    disconnect(&kept.unwrap(), Choice::Ask).unwrap();
    assert_eq!(fs::read_to_string(at.pi_models()).unwrap(), "{}");
    assert_eq!(fs::read_to_string(at.pi_settings()).unwrap(), "{\"theme\": \"dark\"}");
}

#[test]
fn a_file_that_is_gone_comes_back_from_its_copy_if_the_person_says_so() {
    for (choice, expected) in [(Choice::Keep, None), (Choice::TakeBack, Some("{\"a\": 1}"))] {
        let (_folder, at) = stage();
        let path = at.claude_code_settings();
        write(&path, "{\"a\": 1}").unwrap();
        let undo = connect(&planned(Tool::ClaudeCode, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
        fs::remove_file(&path).unwrap();
        let refused = disconnect(&undo, Choice::Ask);
        assert!(matches!(refused, Err(DisconnectError::Undo(UndoError::Missing(gone))) if gone == path));
        disconnect(&undo, choice).unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), expected);
        assert!(undo.copies()[0].exists());
        forget(&undo);
        assert!(!undo.copies()[0].exists());
    }
}

#[test]
fn what_a_kill_left_half_written_beside_a_file_goes_with_the_next_change() {
    let (_folder, at) = stage();
    let path = at.claude_code_settings();
    write(&path, "{}").unwrap();
    let beside = |name: &str| path.with_file_name(name);
    let (left, others) = (beside(".settings.json.rockpool-aB3xYz.tmp"), beside(".other.rockpool-aB3xYz.tmp"));
    let leave = || [&left, &others].map(|path| fs::write(path, "rp_0123456789abcdef").unwrap());
    leave();
    let undo = connect(&planned(Tool::ClaudeCode, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
    assert!(!left.exists() && others.exists());
    leave();
    disconnect(&undo, Choice::Ask).unwrap();
    assert!(!left.exists() && others.exists());
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
    fn a_file_that_gets_a_key_is_its_owners_alone_until_it_is_taken_back() {
        for (left_by_hand, expected) in [(None, 0o644), (Some(0o640), 0o640)] {
            let (_folder, at) = stage();
            let path = at.claude_code_settings();
            write(&path, "{}").unwrap();
            assert_eq!(mode(&path), 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            let first = connect(&planned(Tool::ClaudeCode, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
            assert_eq!((mode(&path), mode(first.copies()[0])), (0o600, 0o600));
            let texts = read_all(&files_of(Tool::ClaudeCode, &at)).unwrap();
            let to = connection(KeyKind::Bearer);
            let plan = plan_again(&to, &at, &texts, &first, &befores(&first).unwrap()).unwrap();
            let undo = connect(&plan, &Backups::Beside, Some(&first), |_| Ok(())).unwrap();
            assert_eq!(mode(&path), 0o600);
            if let Some(mode) = left_by_hand {
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
            disconnect(&undo, Choice::Ask).unwrap();
            assert_eq!(mode(&path), expected);
        }
    }

    #[test]
    fn a_file_that_gets_no_key_and_one_that_is_rolled_back_keep_their_mode() {
        let (_folder, at) = stage();
        for path in [at.pi_models(), at.pi_settings()] {
            write(&path, "{}").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        let undo = connect(&planned(Tool::Pi, &at), &Backups::Beside, None, |_| Ok(())).unwrap();
        assert_eq!((mode(&at.pi_models()), mode(&at.pi_settings())), (0o600, 0o644));
        disconnect(&undo, Choice::Ask).unwrap();
        assert_eq!((mode(&at.pi_models()), mode(&at.pi_settings())), (0o644, 0o644));
        forget(&undo);
        fs::set_permissions(at.pi_settings(), fs::Permissions::from_mode(0o444)).unwrap();
        connect(&planned(Tool::Pi, &at), &Backups::Beside, None, |_| Ok(())).unwrap_err();
        assert_eq!(mode(&at.pi_models()), 0o644);
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
