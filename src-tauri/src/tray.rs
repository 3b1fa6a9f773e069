//! Draws the tray's plain data with Tauri.

use rockpool_desktop::controller::Input;
use rockpool_desktop::tray::icon::draw;
use rockpool_desktop::tray::menu::Chosen;
use rockpool_desktop::tray::{Entry, Tray};
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};
use tokio::sync::mpsc;

/// Pixels; panels scale it down, and twice the usual 22 stays sharp.
const SIZE: u32 = 44;

/// Shows `tray` under `id`; must be called on the main thread. The id is part of a file name in a folder that
/// all apps of this kind share, hence unique.
pub(crate) fn show(
    app: &AppHandle,
    id: &'static str,
    tray: &Tray,
    inputs: &mpsc::Sender<Input>,
) -> tauri::Result<()> {
    let menu = Menu::new(app)?;
    for item in items(app, &tray.menu.entries)? {
        menu.append(item.as_ref())?;
    }
    let icon = Image::new_owned(draw(tray.icon, SIZE), SIZE, SIZE);
    match app.tray_by_id(id) {
        Some(shown) => {
            shown.set_icon(Some(icon))?;
            shown.set_menu(Some(menu))
        }
        None => make(app, id, icon, &menu, inputs.clone()).map(|_| ()),
    }
}

fn make(
    app: &AppHandle,
    id: &'static str,
    icon: Image<'_>,
    menu: &Menu<Wry>,
    inputs: mpsc::Sender<Input>,
) -> tauri::Result<TrayIcon> {
    TrayIconBuilder::with_id(id)
        .icon(icon)
        .menu(menu)
        .tooltip("Rockpool")
        .on_menu_event(move |_, event| match event.id().as_ref().parse() {
            Ok(action) => {
                if inputs.try_send(Input::Menu(action)).is_err() {
                    tracing::warn!("a click in the menu was lost: the app is busy or ending");
                }
            }
            Err(_) => tracing::debug!(id = event.id().as_ref(), "an entry without an action was clicked"),
        })
        .build(app)
}

fn items(app: &AppHandle, entries: &[Entry]) -> tauri::Result<Vec<Box<dyn IsMenuItem<Wry>>>> {
    entries.iter().map(|entry| item(app, entry)).collect()
}

fn item(app: &AppHandle, entry: &Entry) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
    let no_key = None::<&str>;
    Ok(match entry {
        Entry::Note(text) => Box::new(MenuItem::new(app, plain(text), false, no_key)?),
        Entry::Item { action, label } => {
            Box::new(MenuItem::with_id(app, action.to_string(), plain(label), true, no_key)?)
        }
        Entry::Choice { action, label, chosen } => {
            let chosen = match chosen {
                Chosen::Yes => true,
                Chosen::No => false,
            };
            Box::new(CheckMenuItem::with_id(app, action.to_string(), plain(label), true, chosen, no_key)?)
        }
        Entry::Submenu { label, entries } => {
            let submenu = Submenu::new(app, plain(label), true)?;
            for item in items(app, entries)? {
                submenu.append(item.as_ref())?;
            }
            Box::new(submenu)
        }
        Entry::Separator => Box::new(PredefinedMenuItem::separator(app)?),
    })
}

/// An ampersand would mark the next letter as a shortcut.
fn plain(label: &str) -> String {
    label.replace('&', "&&")
}
