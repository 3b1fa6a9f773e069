//! What a rehearsal has just shown, told by the one who plays it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::core::Core;
use crate::snapshot::{RehearsalPage, RehearsalScene, RehearsalView};

/// The newest scene.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewestScene(Arc<Mutex<Option<RehearsalView>>>);

impl NewestScene {
    pub(crate) fn get(&self) -> Option<RehearsalView> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tells everyone who looks what a rehearsal has just shown. A real installation gives none away.
#[derive(Clone)]
pub struct RehearsalScenes {
    core: Arc<Core>,
    newest: NewestScene,
}

impl RehearsalScenes {
    pub(crate) fn new(core: Arc<Core>, newest: NewestScene) -> Self {
        Self { core, newest }
    }

    /// Shows `scene` in place of the one before; `account` is the slug of the one that it is about.
    pub fn show(&self, scene: RehearsalScene, account: Option<&str>, page: RehearsalPage) {
        let at = self.core.clock.wall();
        let view = RehearsalView { scene, account: account.map(str::to_owned), at, page };
        *self.newest.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(view);
        self.core.event_bus.snapshot_changed();
    }
}
