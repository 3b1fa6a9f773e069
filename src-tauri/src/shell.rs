//! The desktop session behind the controller's [`Shell`], by way of Tauri's main thread.

use arboard::Clipboard;
use rockpool_desktop::alerts::Alert;
use rockpool_desktop::controller::Input;
use rockpool_desktop::shell::Shell;
use rockpool_desktop::tray::Tray;
use tauri::AppHandle;
use tokio::sync::mpsc;

use crate::notify::Notifier;
use crate::{tray, window};

/// What a real session and a rehearsal do not share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    /// Names the app to the desktop: preferences, single instance.
    pub(crate) identifier: &'static str,
    pub(crate) tray_id: &'static str,
    /// Of the window.
    pub(crate) title: &'static str,
}

impl Identity {
    pub(crate) const NORMAL: Self =
        Self { identifier: "org.rockpool.desktop", tray_id: "rockpool", title: "Rockpool" };
    pub(crate) const REHEARSAL: Self = Self {
        identifier: "org.rockpool.rehearsal",
        tray_id: "rockpool-rehearsal",
        title: "Rockpool (rehearsal)",
    };
}

pub(crate) struct TauriShell {
    app: AppHandle,
    identity: Identity,
    inputs: mpsc::Sender<Input>,
    notifier: Notifier,
    /// Kept: under X11 the text is served by this process for as long as it is asked for.
    clipboard: Option<Clipboard>,
}

impl TauriShell {
    pub(crate) fn new(app: AppHandle, identity: Identity, inputs: mpsc::Sender<Input>) -> Self {
        let notifier = Notifier::new(inputs.clone());
        Self { app, identity, inputs, notifier, clipboard: None }
    }

    fn on_main_thread(&self, work: impl FnOnce(&AppHandle) -> tauri::Result<()> + Send + 'static) {
        let app = self.app.clone();
        let guarded = move || {
            if let Err(error) = work(&app) {
                tracing::warn!(%error, "the desktop refused something");
            }
        };
        if let Err(error) = self.app.run_on_main_thread(guarded) {
            tracing::debug!(%error, "the desktop is gone");
        }
    }
}

impl Shell for TauriShell {
    fn set_tray(&mut self, tray: &Tray) {
        let (tray, id, inputs) = (tray.clone(), self.identity.tray_id, self.inputs.clone());
        self.on_main_thread(move |app| tray::show(app, id, tray, &inputs));
    }

    fn notify(&mut self, alert: Alert) {
        self.notifier.show(alert);
    }

    fn show_window(&mut self) {
        let title = self.identity.title;
        self.on_main_thread(move |app| window::show(app, title));
    }

    fn copy(&mut self, text: &str) {
        if self.clipboard.is_none() {
            self.clipboard = Clipboard::new().ok();
        }
        let copied = self.clipboard.as_mut().map(|clipboard| clipboard.set_text(text));
        if !matches!(copied, Some(Ok(()))) {
            tracing::warn!("the clipboard cannot be used");
        }
    }

    fn exit(&mut self) {
        self.app.exit(0);
    }
}
