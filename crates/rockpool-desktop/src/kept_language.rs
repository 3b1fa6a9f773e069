//! A language that an earlier version kept beside the window's size, moved into the settings once.

use rockpool_engine::api::Client;
use rockpool_engine::api::requests::SettingsChange;
use rockpool_engine::snapshot::{LanguageChoice, SettingSource};

use crate::text::language::Language;

/// Where an earlier version kept it.
pub trait KeptLanguage {
    fn read(&self) -> Option<Language>;
    fn forget(&self);
}

/// What is chosen in the settings. What was kept is put there unless somebody has chosen since, and forgotten only when
/// that is done.
pub async fn chosen_language(client: &Client, kept: &impl KeptLanguage) -> LanguageChoice {
    let settings = match client.get_settings().await {
        Ok(settings) => settings,
        Err(error) => {
            tracing::warn!(%error, "the settings could not be read");
            return LanguageChoice::System;
        }
    };
    let Some(old) = kept.read() else { return settings.language.value };
    let choice = match settings.language.source {
        SettingSource::Default => old.choice(),
        SettingSource::Stored | SettingSource::Environment => settings.language.value,
    };
    let change = SettingsChange { language: Some(Some(choice)), ..SettingsChange::default() };
    match client.update_settings(&change).await {
        Ok(_) => kept.forget(),
        Err(error) => tracing::warn!(%error, "the language could not be moved into the settings"),
    }
    choice
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::{Arc, Mutex};

    use bytes::Bytes;
    use futures_util::future::BoxFuture;
    use http::{Method, StatusCode};
    use rockpool_engine::api::{ApiReply, ApiTransport, Unreachable};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::settings;

    struct File(Cell<Option<Language>>);

    impl KeptLanguage for File {
        fn read(&self) -> Option<Language> {
            self.0.get()
        }
        fn forget(&self) {
            self.0.set(None);
        }
    }

    /// Settings that answer a change with `status`.
    #[derive(Clone)]
    struct Engine {
        settings: Value,
        status: StatusCode,
        changes: Arc<Mutex<Vec<Value>>>,
    }

    impl Engine {
        fn with(language: &str, source: &str, status: StatusCode) -> Self {
            let mut settings = settings(language);
            settings["language"]["source"] = json!(source);
            Self { settings, status, changes: Arc::default() }
        }
    }

    impl ApiTransport for Engine {
        fn send<'a>(
            &'a self,
            method: Method,
            _path: &'a str,
            json: Option<Bytes>,
        ) -> BoxFuture<'a, Result<ApiReply, Unreachable>> {
            let status = if method == Method::PATCH { self.status } else { StatusCode::OK };
            let change = json.map(|json| serde_json::from_slice(&json).unwrap());
            self.changes.lock().unwrap().extend(change);
            let body = self.settings.to_string().into_bytes().into();
            Box::pin(async move { Ok(ApiReply { status, body }) })
        }
    }

    #[tokio::test]
    async fn a_language_of_an_earlier_version_is_taken_over_at_the_first_start_and_only_then() {
        let file = File(Cell::new(Some(Language::Vi)));
        let engine = Engine::with("system", "default", StatusCode::OK);
        assert_eq!(chosen_language(&Client::new(engine.clone()), &file).await, LanguageChoice::Vi);
        assert_eq!(*engine.changes.lock().unwrap(), [json!({ "language": "vi" })]);
        assert_eq!(file.read(), None, "it is kept in one place");

        let engine = Engine::with("ja", "stored", StatusCode::OK);
        assert_eq!(chosen_language(&Client::new(engine.clone()), &file).await, LanguageChoice::Ja);
        assert!(engine.changes.lock().unwrap().is_empty(), "nothing is left to take over");
    }

    #[tokio::test]
    async fn a_language_that_was_chosen_since_outlives_the_one_of_an_earlier_version() {
        let file = File(Cell::new(Some(Language::Vi)));
        let engine = Engine::with("zh", "stored", StatusCode::OK);
        assert_eq!(chosen_language(&Client::new(engine), &file).await, LanguageChoice::Zh);
        assert_eq!(file.read(), None);
    }

    #[tokio::test]
    async fn a_language_that_cannot_be_saved_is_in_use_and_taken_over_by_the_next_start() {
        let file = File(Cell::new(Some(Language::Ja)));
        let engine = Engine::with("system", "default", StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(chosen_language(&Client::new(engine), &file).await, LanguageChoice::Ja);
        assert_eq!(file.read(), Some(Language::Ja));
    }
}
