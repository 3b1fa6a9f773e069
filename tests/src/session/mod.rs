//! A throw-away desktop session for one test, and the real app in it.
//!
//! # What is real and what stands in
//!
//! Display (Xvfb), session bus (dbus-daemon), keychain (gnome-keyring) and window manager (openbox) are the
//! real programs, each with files of its own below one temporary folder. Panel, notification service and
//! browser are stand-ins that speak the real protocols and remember what they were told. The bus
//! starts nothing by itself, so what a test did not start is missing, as on a bare machine.
//!
//! Everything ends with the values that hold it, also when a test panics.

pub mod app;
pub mod ask;
pub mod browser;
pub mod bus;
pub mod callback_port_lock;
pub mod desktop;
pub mod flow;
pub mod keyring;
pub mod menu;
pub mod notifications;
pub mod picture;
pub mod process;
pub mod signals;
pub mod tray;
pub mod webdriver;

pub use app::{App, Start};
pub use browser::Browser;
pub use desktop::DesktopSession;
pub use keyring::Keyring;
pub use notifications::Notifications;
pub use tray::Tray;
