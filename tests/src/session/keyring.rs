//! A real gnome-keyring in the session, and a second pair of eyes on what lies in it.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy};

use super::ask;
use super::desktop::DesktopSession;
use super::process::Running;

const PASSWORD: &[u8] = b"password of a throw-away keyring";
const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
/// How gnome-keyring's own tools unlock without a password window.
const INTERNAL: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";

/// Session, parameters, value, content type (Secret Service API 0.2, `Secret`).
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The daemon with an unlocked default keyring.
#[derive(Debug)]
pub struct Keyring {
    _daemon: Running,
    bus: Connection,
    /// For secrets in the clear: they cross a private bus of this test only.
    session: OwnedObjectPath,
}

impl Keyring {
    /// Starts the daemon; the keyring is made anew in the session's home, or found there.
    pub async fn start(session: &DesktopSession) -> Self {
        let control = session.folder().join("keyring");
        if !control.exists() {
            fs::DirBuilder::new().mode(0o700).create(&control).unwrap();
        }
        let mut command = session.command("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        command.arg(format!("--control-directory={}", control.display()));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = Running::start(command);
        let mut input = daemon.child().stdin.take().unwrap();
        input.write_all(PASSWORD).await.unwrap();
        drop(input);
        let bus = session.connect().await;
        ask::until("the keyring is unlocked", async || default_collection(&bus).await).await;
        let open: zbus::Result<(OwnedValue, OwnedObjectPath)> =
            service(&bus).await.call("OpenSession", &("plain", Value::from(""))).await;
        Self { _daemon: daemon, session: open.unwrap().1, bus }
    }

    /// Names and values of the app's entries.
    pub async fn entries(&self) -> HashMap<String, String> {
        let service = service(&self.bus).await;
        let wanted = HashMap::from([("service", "rockpool")]);
        let (items, _locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            service.call("SearchItems", &(wanted,)).await.unwrap();
        let secrets: HashMap<OwnedObjectPath, Secret> =
            service.call("GetSecrets", &(items, &self.session)).await.unwrap();
        let mut entries = HashMap::new();
        for (path, (_, _, value, _)) in secrets {
            let item = Proxy::new(&self.bus, NAME, path, "org.freedesktop.Secret.Item").await.unwrap();
            let attributes: HashMap<String, String> = item.get_property("Attributes").await.unwrap();
            entries.insert(attributes["username"].clone(), String::from_utf8(value).unwrap());
        }
        entries
    }

    /// Locks the keyring, as the screen lock of some desktops does.
    pub async fn lock(&self) {
        let collection = default_collection(&self.bus).await.unwrap();
        let (locked, _prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            service(&self.bus).await.call("Lock", &(vec![collection],)).await.unwrap();
        assert_eq!(locked.len(), 1);
    }

    /// Unlocks it with its password.
    pub async fn unlock(&self) {
        let collection = default_collection(&self.bus).await.unwrap();
        let internal = Proxy::new(&self.bus, NAME, PATH, INTERNAL).await.unwrap();
        let password = (&self.session, Vec::<u8>::new(), PASSWORD, "text/plain");
        let _: () = internal.call("UnlockWithMasterPassword", &(collection, password)).await.unwrap();
    }
}

async fn service(bus: &Connection) -> Proxy<'static> {
    Proxy::new(bus, NAME, PATH, SERVICE).await.unwrap()
}

async fn default_collection(bus: &Connection) -> Option<OwnedObjectPath> {
    let path: OwnedObjectPath = service(bus).await.call("ReadAlias", &("default",)).await.ok()?;
    (path.as_str() != "/").then_some(path)
}
