//! The tray as plain data: what the menu says and what the icon shows.

pub mod icon;
pub mod level;
pub mod menu;

pub use icon::IconState;
pub use menu::{Entry, Menu, MenuAction};

/// Everything that the tray shows; the shell redraws only when it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tray {
    pub menu: Menu,
    pub icon: IconState,
}
