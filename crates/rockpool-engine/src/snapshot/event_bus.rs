//! Tells listeners what happened, and that something changed, without flooding them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, broadcast};

use super::event::EngineEvent;

/// Events that a slow listener may fall behind by before it has to read the snapshot afresh.
const BACKLOG: usize = 256;
/// Shortest time between two `changed` events.
const CHANGED_INTERVAL: Duration = Duration::from_millis(250);

/// What happens in the engine, on its way to whoever listens.
#[derive(Clone, Debug)]
pub(crate) struct EventBus {
    sender: broadcast::Sender<EngineEvent>,
    changed: Arc<Notify>,
}

impl EventBus {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG), changed: Arc::new(Notify::new()) }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<EngineEvent> {
        self.sender.subscribe()
    }

    /// Sends an event, and that the snapshot has changed with it. Nobody may be listening, and that is fine.
    pub(crate) fn publish(&self, event: EngineEvent) {
        drop(self.sender.send(event));
        self.snapshot_changed();
    }

    /// Notes that the snapshot is different from before.
    pub(crate) fn snapshot_changed(&self) {
        self.changed.notify_one();
    }

    /// Sends `changed` as often as a window can follow; runs until dropped.
    pub(crate) async fn publish_changes(self) {
        loop {
            self.changed.notified().await;
            drop(self.sender.send(EngineEvent::Changed));
            tokio::time::sleep(CHANGED_INTERVAL).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_changes_become_few_events() {
        let event_bus = EventBus::new();
        let mut events = event_bus.subscribe();
        let pacing = tokio::spawn(event_bus.clone().publish_changes());
        for _ in 0..100 {
            event_bus.snapshot_changed();
            tokio::time::advance(Duration::from_millis(10)).await;
            tokio::task::yield_now().await;
        }
        pacing.abort();
        let mut heard = 0;
        while events.try_recv().is_ok() {
            heard += 1;
        }
        assert!((4..=6).contains(&heard), "{heard}");
    }
}
