//! Shows alerts through the desktop's notification service, each on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use notify_rust::{Notification, NotificationHandle, Timeout};
use rockpool_desktop::alerts::{Alert, Urgency};
use rockpool_desktop::controller::Input;
use tokio::sync::mpsc;

/// Most alerts whose click is waited for; one more is shown, but its click goes nowhere.
const OPEN: usize = 12;
/// How long a process that ends waits for its last alert.
const PATIENCE: Duration = Duration::from_secs(2);

/// The desktop's notification service. Its calls block, until the click comes or the alert is closed.
pub(crate) struct Notifier {
    inputs: mpsc::Sender<Input>,
    open: Arc<AtomicUsize>,
}

impl Notifier {
    pub(crate) fn new(inputs: mpsc::Sender<Input>) -> Self {
        Self { inputs, open: Arc::default() }
    }

    pub(crate) fn show(&self, alert: Alert) {
        let (inputs, open) = (self.inputs.clone(), Arc::clone(&self.open));
        let work = move || match present(&alert) {
            Ok(handle) => {
                if open.fetch_add(1, Ordering::Relaxed) < OPEN {
                    wait(handle, &alert, &inputs);
                }
                open.fetch_sub(1, Ordering::Relaxed);
            }
            // Without a service the tray and the window still show the trouble.
            Err(error) => tracing::warn!(%error, "an alert could not be shown"),
        };
        if let Err(error) = thread::Builder::new().name("alert".to_owned()).spawn(work) {
            tracing::warn!(%error, "an alert could not be shown");
        }
    }
}

fn present(alert: &Alert) -> notify_rust::error::Result<NotificationHandle> {
    let mut notification = base();
    notification.summary(&alert.title).body(&alert.body);
    for (id, label) in alert.choices() {
        notification.action(&id, label);
    }
    match alert.urgency {
        Urgency::Normal => {}
        Urgency::Critical => {
            #[cfg(not(target_os = "macos"))]
            notification.urgency(notify_rust::Urgency::Critical);
            notification.timeout(Timeout::Never);
        }
    }
    notification.show()
}

fn base() -> Notification {
    let mut notification = Notification::new();
    notification.appname("Rockpool").icon("rockpool-desktop");
    notification
}

/// Blocks until the alert is clicked or closed.
fn wait(handle: NotificationHandle, alert: &Alert, inputs: &mpsc::Sender<Input>) {
    handle.wait_for_action(|id| {
        if let Some(action) = alert.chosen(id) {
            // A closed channel means that the app is ending.
            inputs.blocking_send(Input::Alert(action.clone())).ok();
        }
    });
}

/// An alert of a process that is about to end; a service that does not answer is not waited for.
pub(crate) fn last_words(sentence: &str) {
    let mut notification = base();
    notification.summary("Rockpool").body(sentence);
    let (done, shown) = channel();
    let work = move || {
        if let Err(error) = notification.show() {
            tracing::debug!(%error, "the alert could not be shown");
        }
        done.send(()).ok();
    };
    if thread::Builder::new().name("alert".to_owned()).spawn(work).is_ok() {
        shown.recv_timeout(PATIENCE).ok();
    }
}
