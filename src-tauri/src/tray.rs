//! Draws the tray's plain data with Tauri.

use std::sync::{Mutex, PoisonError};

use rockpool_desktop::controller::Input;
use rockpool_desktop::tray::icon::draw;
use rockpool_desktop::tray::menu::Chosen;
use rockpool_desktop::tray::{Entry, Tray};
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, MenuItemKind, PredefinedMenuItem, Submenu};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::mpsc;

/// Pixels; panels scale it down, and twice the usual 22 stays sharp.
const SIZE: u32 = 44;

/// What stands in the tray, and the handles to change it by.
#[derive(Default)]
pub(crate) struct Drawn(Mutex<Option<(Tray, Vec<MenuItemKind<Wry>>)>>);

/// Shows `tray` under `id`; must be called on the main thread. The id is part of a file name in a folder that
/// all apps of this kind share, hence unique.
pub(crate) fn show(
    app: &AppHandle,
    id: &'static str,
    tray: Tray,
    inputs: &mpsc::Sender<Input>,
) -> tauri::Result<()> {
    let drawn = app.state::<Drawn>();
    let mut drawn = drawn.0.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(shown) = app.tray_by_id(id) else {
        let (menu, items) = build(app, &tray.menu.entries)?;
        make(app, id, &tray, &menu, inputs.clone())?;
        *drawn = Some((tray, items));
        return Ok(());
    };
    let (before, items) = match drawn.take() {
        Some((before, items)) => (Some(before), items),
        None => (None, Vec::new()),
    };
    if before.as_ref().is_none_or(|before| before.icon != tray.icon) {
        shown.set_icon(Some(image(&tray)))?;
    }
    // Another menu in its place would close one that is open, which happens with each request.
    let items = if before.is_some_and(|before| before.menu.has_shape_of(&tray.menu)) {
        let mut items_left = items.iter();
        relabel(&tray.menu.entries, &mut items_left)?;
        items
    } else {
        let (menu, items) = build(app, &tray.menu.entries)?;
        shown.set_menu(Some(menu))?;
        items
    };
    *drawn = Some((tray, items));
    Ok(())
}

fn image(tray: &Tray) -> Image<'static> {
    Image::new_owned(draw(tray.icon, SIZE), SIZE, SIZE)
}

fn make(
    app: &AppHandle,
    id: &'static str,
    tray: &Tray,
    menu: &Menu<Wry>,
    inputs: mpsc::Sender<Input>,
) -> tauri::Result<TrayIcon> {
    TrayIconBuilder::with_id(id)
        .icon(image(tray))
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

/// The menu, and all its items in reading order.
fn build(app: &AppHandle, entries: &[Entry]) -> tauri::Result<(Menu<Wry>, Vec<MenuItemKind<Wry>>)> {
    let menu = Menu::new(app)?;
    let mut items = Vec::new();
    for entry in entries {
        menu.append(&item(app, entry, &mut items)?)?;
    }
    Ok((menu, items))
}

fn item(
    app: &AppHandle,
    entry: &Entry,
    items: &mut Vec<MenuItemKind<Wry>>,
) -> tauri::Result<MenuItemKind<Wry>> {
    let key = None::<&str>;
    let made = match entry {
        Entry::Note(text) => MenuItemKind::MenuItem(MenuItem::new(app, plain(text), false, key)?),
        Entry::Item { action, label } => {
            MenuItemKind::MenuItem(MenuItem::with_id(app, action.to_string(), plain(label), true, key)?)
        }
        Entry::Choice { action, label, chosen } => {
            let (id, chosen) = (action.to_string(), *chosen == Chosen::Yes);
            MenuItemKind::Check(CheckMenuItem::with_id(app, id, plain(label), true, chosen, key)?)
        }
        Entry::Submenu { label, .. } => MenuItemKind::Submenu(Submenu::new(app, plain(label), true)?),
        Entry::Separator => MenuItemKind::Predefined(PredefinedMenuItem::separator(app)?),
    };
    items.push(made.clone());
    if let (Entry::Submenu { entries, .. }, MenuItemKind::Submenu(submenu)) = (entry, &made) {
        for entry in entries {
            submenu.append(&item(app, entry, items)?)?;
        }
    }
    Ok(made)
}

/// Gives items of the same shape the words and ticks of `entries`.
fn relabel<'a>(
    entries: &[Entry],
    items: &mut impl Iterator<Item = &'a MenuItemKind<Wry>>,
) -> tauri::Result<()> {
    for entry in entries {
        match (entry, items.next()) {
            (Entry::Note(label) | Entry::Item { label, .. }, Some(MenuItemKind::MenuItem(item))) => {
                item.set_text(plain(label))?;
            }
            (Entry::Choice { label, chosen, .. }, Some(MenuItemKind::Check(item))) => {
                item.set_text(plain(label))?;
                item.set_checked(*chosen == Chosen::Yes)?;
            }
            (Entry::Submenu { label, entries }, Some(MenuItemKind::Submenu(item))) => {
                item.set_text(plain(label))?;
                relabel(entries, items)?;
            }
            (_, _) => {}
        }
    }
    Ok(())
}

/// An ampersand would mark the next letter as a shortcut.
fn plain(label: &str) -> String {
    label.replace('&', "&&")
}
