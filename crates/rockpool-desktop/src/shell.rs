//! What the controller asks of a desktop.

use crate::alerts::Alert;
use crate::tray::Tray;

/// A desktop session. None of these wait: each hands its work to the desktop and returns.
pub trait Shell: Send {
    /// Shows this menu and icon in place of the ones before.
    fn set_tray(&mut self, tray: &Tray);
    /// Shows an alert; a click on it comes back as [`crate::controller::Input::Alert`].
    fn notify(&mut self, alert: Alert);
    /// Opens the window, or brings it to the front.
    fn show_window(&mut self);
    /// Puts text into the clipboard.
    fn copy(&mut self, text: &str);
    /// Ends the app in an orderly way.
    fn exit(&mut self);
}
