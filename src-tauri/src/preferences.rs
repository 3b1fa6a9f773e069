//! The window's size; nothing else is kept here, and never a secret.

use rockpool_desktop::text::language::Language;
use rockpool_engine::api::Client;
use rockpool_engine::api::requests::SettingsChange;
use rockpool_engine::snapshot::{LanguageChoice, SettingSource};
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

/// What is chosen in the settings. A language that an earlier version kept here is moved there, once.
pub(crate) async fn chosen_language(app: &AppHandle, client: &Client) -> LanguageChoice {
    let settings = match client.get_settings().await {
        Ok(settings) => settings,
        Err(error) => {
            tracing::warn!(%error, "the settings could not be read");
            return LanguageChoice::System;
        }
    };
    let kept = read(app, LANGUAGE).and_then(|value| Language::from_tag(value.as_str()?));
    let Some(kept) = kept else { return settings.language.value };
    let choice = match settings.language.source {
        SettingSource::Default => kept.choice(),
        SettingSource::Stored | SettingSource::Environment => settings.language.value,
    };
    let change = SettingsChange { language: Some(Some(choice)), ..SettingsChange::default() };
    match client.update_settings(&change).await {
        Ok(_) => forget(app, LANGUAGE),
        Err(error) => tracing::warn!(%error, "the language could not be moved into the settings"),
    }
    choice
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
