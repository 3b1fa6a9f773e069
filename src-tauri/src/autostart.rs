//! Whether the app starts with the system: the session's own entry says so, and nothing is kept beside it.

use tauri::{AppHandle, State};
use tauri_plugin_autostart::ManagerExt as _;

/// Whether there is anything to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Autostart {
    AsChosen,
    /// A rehearsal touches nothing of the real session.
    Never,
}

/// Says whether the app starts with the system, after changing it where `wanted` says how.
#[tauri::command]
pub(crate) fn autostart(
    app: AppHandle,
    choice: State<'_, Autostart>,
    wanted: Option<bool>,
) -> Result<bool, String> {
    if *choice == Autostart::Never {
        return Err("A rehearsal does not start with the system; the app itself can.".to_owned());
    }
    let manager = app.autolaunch();
    let changed = match wanted {
        Some(true) => manager.enable(),
        // Removing an entry that is not there is an error of the system's, and what was wanted.
        Some(false) if matches!(manager.is_enabled(), Ok(false)) => Ok(()),
        Some(false) => manager.disable(),
        None => Ok(()),
    };
    let in_words = |error| format!("The session's list of programs to start cannot be used: {error}");
    changed.and_then(|()| manager.is_enabled()).map_err(in_words)
}
