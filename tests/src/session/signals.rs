//! Wakes whoever waits when something was said on the bus.

use futures_util::StreamExt as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zbus::message::Type;
use zbus::{Connection, MatchRule, MessageStream};

/// Counts signals of some interfaces; stops listening when it is dropped.
#[derive(Debug)]
pub struct Signals {
    count: watch::Receiver<u64>,
    listeners: Vec<JoinHandle<()>>,
}

impl Signals {
    /// Listens to `interfaces`, and to names that come and go.
    pub async fn listen(bus: &Connection, interfaces: &[&str]) -> Self {
        let (sender, count) = watch::channel(0);
        let mut listeners = Vec::new();
        for interface in interfaces.iter().chain(&["org.freedesktop.DBus"]) {
            let rule = MatchRule::builder().msg_type(Type::Signal).interface(*interface).unwrap().build();
            let mut stream = MessageStream::for_match_rule(rule, bus, None).await.unwrap();
            let sender = sender.clone();
            listeners.push(tokio::spawn(async move {
                while stream.next().await.is_some() {
                    sender.send_modify(|count| *count += 1);
                }
            }));
        }
        Self { count, listeners }
    }

    /// A view that has seen everything up to now.
    #[must_use]
    pub fn from_here(&self) -> watch::Receiver<u64> {
        self.count.clone()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}
