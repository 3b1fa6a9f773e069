//! Presents: tray menu, icon, alerts and what a click does, as plain data.
//!
//! What is absent, on purpose: no Tauri, no display, no D-Bus. The shell draws what this crate hands it
//! and reports what the person did; everything else goes through the management API, as for any client.

pub mod alerts;
pub mod controller;
pub mod kept_language;
pub mod shell;
pub mod text;
pub mod tray;

#[cfg(test)]
mod fixture;
