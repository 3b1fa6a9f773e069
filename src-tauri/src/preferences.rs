//! The window's size; nothing else is kept here, and never a secret.

use rockpool_desktop::kept_language::KeptLanguage;
use rockpool_desktop::text::language::Language;
use serde_json::{Value, json};
use tauri::{AppHandle, LogicalSize};
use tauri_plugin_store::StoreExt as _;

const FILE: &str = "settings.json";
/// Kept here by earlier versions.
const LANGUAGE: &str = "language";
const SIZE: &str = "window_size";

/// The language of the desktop session.
pub(crate) fn session_language() -> Language {
    Language::from_env(&|name| std::env::var(name).ok())
}

/// The language that an earlier version kept here.
pub(crate) struct LanguageHere<'a>(pub(crate) &'a AppHandle);

impl KeptLanguage for LanguageHere<'_> {
    fn read(&self) -> Option<Language> {
        read(self.0, LANGUAGE).and_then(|value| Language::from_tag(value.as_str()?))
    }

    fn forget(&self) {
        forget(self.0, LANGUAGE);
    }
}

/// The window's size when it was last closed, in logical pixels.
pub(crate) fn window_size(app: &AppHandle) -> Option<LogicalSize<f64>> {
    let value = read(app, SIZE)?;
    let side =
        |n: usize| value.get(n).and_then(Value::as_f64).filter(|side| (200.0..20_000.0).contains(side));
    Some(LogicalSize::new(side(0)?, side(1)?))
}

pub(crate) fn keep_window_size(app: &AppHandle, size: LogicalSize<f64>) {
    match app.store(FILE) {
        Ok(store) => store.set(SIZE, json!([size.width.round(), size.height.round()])),
        Err(error) => tracing::warn!(%error, "the window's size could not be kept"),
    }
}

fn read(app: &AppHandle, key: &str) -> Option<Value> {
    let store = app.store(FILE);
    let store = store.inspect_err(|error| tracing::warn!(%error, "the preferences cannot be read")).ok()?;
    store.get(key)
}

fn forget(app: &AppHandle, key: &str) {
    match app.store(FILE) {
        Ok(store) => drop(store.delete(key)),
        Err(error) => tracing::warn!(%error, "a preference could not be removed"),
    }
}
