//! Stands in for the panel: takes the tray icon's registration, reads its menu and clicks in it.

use std::collections::HashMap;
use std::path::PathBuf;

use tokio::sync::watch;
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy};

use super::desktop::DesktopSession;
use super::menu::{Menu, Node};
use super::picture::Picture;
use super::signals::Signals;
use crate::wait;

const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// Where a tray icon is found on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    bus_name: String,
    path: String,
}

/// `org.kde.StatusNotifierWatcher`.
struct Watcher {
    place: watch::Sender<Option<Place>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// Some libraries name themselves, others only their object.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let place = if service.starts_with('/') {
            Place { bus_name: sender, path: service.to_owned() }
        } else {
            Place { bus_name: service.to_owned(), path: "/StatusNotifierItem".to_owned() }
        };
        self.place.send_replace(Some(place));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let place = self.place.borrow();
        place.iter().map(|place| format!("{}{}", place.bus_name, place.path)).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// Signals of the icon, and icons that register.
struct Changes {
    signals: watch::Receiver<u64>,
    place: watch::Receiver<Option<Place>>,
}

impl Changes {
    fn mark_seen(&mut self) {
        self.signals.mark_unchanged();
        self.place.mark_unchanged();
    }

    async fn next(&mut self) {
        tokio::select! {
            said = self.signals.changed() => said.unwrap(),
            registered = self.place.changed() => registered.unwrap(),
        }
    }
}

#[derive(Debug)]
pub struct Tray {
    bus: Connection,
    signals: Signals,
    place: watch::Receiver<Option<Place>>,
}

impl Tray {
    /// Puts a panel into the session; it has to be there before the app.
    pub async fn host(session: &DesktopSession) -> Self {
        let bus = session.connect().await;
        let signals = Signals::listen(&bus, &[ITEM, MENU]).await;
        let (sender, place) = watch::channel(None);
        bus.object_server().at("/StatusNotifierWatcher", Watcher { place: sender }).await.unwrap();
        bus.request_name("org.kde.StatusNotifierWatcher").await.unwrap();
        Self { bus, signals, place }
    }

    /// Wakes at whatever may change what the panel shows.
    fn changes(&self) -> Changes {
        Changes { signals: self.signals.from_here(), place: self.place.clone() }
    }

    async fn place(&self) -> Place {
        let mut place = self.place.clone();
        let there = wait::within("a tray icon appears", place.wait_for(Option::is_some)).await;
        there.unwrap().clone().unwrap()
    }

    async fn property<T>(&self, name: &str) -> zbus::Result<T>
    where
        T: TryFrom<OwnedValue>,
        T::Error: Into<zbus::Error>,
    {
        let value = self.properties().await?.remove(name);
        let value = value.ok_or_else(|| zbus::Error::Failure(format!("the tray icon has no {name}")))?;
        value.try_into().map_err(Into::into)
    }

    /// What the icon says of itself. Asked anew each time: the item tells of changes by signals of its own,
    /// which a proxy's cache does not hear.
    pub async fn properties(&self) -> zbus::Result<HashMap<String, OwnedValue>> {
        let place = self.place().await;
        let properties = "org.freedesktop.DBus.Properties";
        let proxy = Proxy::new(&self.bus, place.bus_name, place.path, properties).await?;
        proxy.call("GetAll", &(ITEM,)).await
    }

    async fn menu_proxy(&self) -> zbus::Result<Proxy<'static>> {
        let path: OwnedObjectPath = self.property("Menu").await?;
        Proxy::new(&self.bus, self.place().await.bus_name, path, MENU).await
    }

    /// The menu as it is now.
    pub async fn menu(&self) -> zbus::Result<Menu> {
        let (_, root): (u32, Node) =
            self.menu_proxy().await?.call("GetLayout", &(0, -1, Vec::<&str>::new())).await?;
        Ok(Menu::of(root))
    }

    /// The file in which the icon is drawn.
    pub async fn icon_file(&self) -> zbus::Result<PathBuf> {
        self.property::<String>("IconName").await.map(PathBuf::from)
    }

    /// Waits until the menu shows what `look` looks for.
    ///
    /// # Panics
    /// After [`wait::PATIENCE`], naming `what` and showing the menu.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&Menu) -> Option<T>) -> T {
        let mut changes = self.changes();
        let mut last = None;
        let found = async {
            loop {
                changes.mark_seen();
                // The app may be putting up its next menu, or be about to start.
                if let Ok(menu) = self.menu().await {
                    if let Some(found) = look(&menu) {
                        return found;
                    }
                    last = Some(menu);
                }
                changes.next().await;
            }
        };
        match tokio::time::timeout(wait::PATIENCE, found).await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain: {what}; the menu says {:#?}", last.as_ref().map(Menu::labels)),
        }
    }

    /// Waits until a label starts with `start` and gives it whole.
    pub async fn shows(&self, start: &str) -> String {
        self.until(&format!("the menu shows “{start}”"), |menu| menu.starting(start).map(str::to_owned)).await
    }

    /// Waits for the line with this label and clicks it.
    pub async fn click(&self, label: &str) {
        let click = async |id: i32| {
            let now = 0_u32;
            let menu = self.menu_proxy().await?;
            let _: bool = menu.call("AboutToShow", &(0,)).await?;
            menu.call::<_, _, ()>("Event", &(id, "clicked", Value::from(""), now)).await
        };
        let clicked = async {
            loop {
                let found = |menu: &Menu| menu.line(label).filter(|line| line.enabled).map(|line| line.id);
                let id = self.until(&format!("“{label}” can be clicked"), found).await;
                // A menu that was replaced in between does not know the line any more.
                if click(id).await.is_ok() {
                    return;
                }
            }
        };
        wait::within(&format!("“{label}” is clicked"), clicked).await;
    }

    /// Waits until the icon's picture is as `look` wants it.
    pub async fn icon(&self, what: &str, look: impl Fn(&Picture) -> bool) -> Picture {
        let mut changes = self.changes();
        let found = async {
            loop {
                changes.mark_seen();
                let icon = self.icon_file().await.ok().and_then(|path| Picture::read(&path));
                if let Some(icon) = icon.filter(|icon| look(icon)) {
                    return icon;
                }
                changes.next().await;
            }
        };
        wait::within(what, found).await
    }

    /// Waits until the program that owned the icon has left the bus.
    pub async fn gone(&self) {
        let name = self.place().await.bus_name;
        let mut changes = self.changes();
        let dbus = zbus::fdo::DBusProxy::new(&self.bus).await.unwrap();
        let gone = async {
            loop {
                changes.mark_seen();
                if !dbus.name_has_owner(name.as_str().try_into().unwrap()).await.unwrap() {
                    return;
                }
                changes.next().await;
            }
        };
        wait::within("the tray icon goes", gone).await;
    }
}
