//! Stands in for the desktop's notification service (Desktop Notifications 1.2): remembers every alert and
//! clicks its buttons.

use std::collections::HashMap;

use tokio::sync::watch;
use zbus::Connection;
use zbus::zvariant::OwnedValue;

use super::desktop::DesktopSession;
use crate::wait;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// A click on the alert itself.
const CLICK: &str = "default";

/// An alert as the app sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    id: u32,
    pub app: String,
    /// In a few words.
    pub title: String,
    /// The rest.
    pub body: String,
    /// Ids and labels of its choices.
    pub choices: Vec<(String, String)>,
    /// 0 low, 1 normal, 2 critical.
    pub urgency: u8,
}

impl Note {
    /// What its buttons say.
    #[must_use]
    pub fn buttons(&self) -> Vec<&str> {
        let buttons = self.choices.iter().filter(|(id, _)| id != CLICK);
        buttons.map(|(_, label)| label.as_str()).collect()
    }
}

struct Service {
    notes: watch::Sender<Vec<Note>>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body", "persistence"]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("stand-in", "rockpool-tests", "1", "1.2")
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's own")]
    fn notify(
        &self,
        app: String,
        _replaces: u32,
        _icon: &str,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let pairs = actions.as_chunks::<2>().0.iter();
        let choices = pairs.map(|[id, label]| (id.clone(), label.clone())).collect();
        let urgency = hints.get("urgency").and_then(|value| u8::try_from(value).ok()).unwrap_or(1);
        let mut id = 0;
        self.notes.send_modify(|notes| {
            id = u32::try_from(notes.len() + 1).unwrap();
            notes.push(Note { id, app, title, body, choices, urgency });
        });
        id
    }

    fn close_notification(&self, _id: u32) {}
}

#[derive(Debug)]
pub struct Notifications {
    bus: Connection,
    notes: watch::Receiver<Vec<Note>>,
}

impl Notifications {
    /// Puts the service into the session.
    pub async fn serve(session: &DesktopSession) -> Self {
        let bus = session.connect().await;
        let (sender, notes) = watch::channel(Vec::new());
        bus.object_server().at(PATH, Service { notes: sender }).await.unwrap();
        bus.request_name(NAME).await.unwrap();
        Self { bus, notes }
    }

    /// Every alert so far, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Note> {
        self.notes.borrow().clone()
    }

    /// The titles of all alerts, oldest first.
    #[must_use]
    pub fn titles(&self) -> Vec<String> {
        self.notes.borrow().iter().map(|note| note.title.clone()).collect()
    }

    /// Waits for the alert with this title.
    ///
    /// # Panics
    /// After [`wait::PATIENCE`], showing what was told instead.
    pub async fn titled(&self, title: &str) -> Note {
        let mut notes = self.notes.clone();
        let is_it = |note: &&Note| note.title == title;
        let told = notes.wait_for(|notes| notes.iter().any(|note| is_it(&note)));
        match tokio::time::timeout(wait::PATIENCE, told).await {
            Ok(notes) => notes.unwrap().iter().find(is_it).unwrap().clone(),
            Err(_) => panic!("waited in vain for the alert “{title}”; told were {:#?}", self.all()),
        }
    }

    /// Clicks the button that says this; the alert goes with it, as services do.
    pub async fn click(&self, note: &Note, button: &str) {
        let choice = note.choices.iter().find(|(_, label)| label == button);
        let (key, _) = choice.unwrap_or_else(|| panic!("{note:#?} has no button “{button}”"));
        self.say("ActionInvoked", &(note.id, key.as_str())).await;
        self.close(note).await;
    }

    /// Closes the alert as the person does.
    pub async fn close(&self, note: &Note) {
        const BY_THE_PERSON: u32 = 2;
        self.say("NotificationClosed", &(note.id, BY_THE_PERSON)).await;
    }

    async fn say<B: serde::Serialize + zbus::zvariant::DynamicType>(&self, signal: &str, body: &B) {
        self.bus.emit_signal(None::<&str>, PATH, NAME, signal, body).await.unwrap();
    }
}
