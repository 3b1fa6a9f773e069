//! The one window: made when it is asked for, destroyed when it is closed.

use tauri::{AppHandle, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::browser::SystemBrowser;
use crate::preferences;
use rockpool_engine::Browser as _;

/// The window's label, which its capability names.
const LABEL: &str = "dashboard";

/// Shows the window under `title`; must be called on the main thread.
pub(crate) fn show(app: &AppHandle, title: &str) -> tauri::Result<()> {
    let window = match app.get_webview_window(LABEL) {
        Some(window) => window,
        None => make(app, title)?,
    };
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

fn make(app: &AppHandle, title: &str) -> tauri::Result<WebviewWindow> {
    let size = preferences::window_size(app).unwrap_or(tauri::LogicalSize::new(1080.0, 760.0));
    let page = format!("index.html?lang={}", preferences::session_language().tag());
    let outside = SystemBrowser(app.clone());
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App(page.into()))
        .title(title)
        .inner_size(size.width, size.height)
        .min_inner_size(560.0, 420.0)
        .on_navigation(move |url| {
            let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
            if !own && let Err(reason) = outside.open(url.as_str()) {
                tracing::warn!(reason, "a link could not be opened");
            }
            own
        })
        .build()?;
    let keeper = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { .. } = event
            && let (Ok(size), Ok(scale)) = (keeper.inner_size(), keeper.scale_factor())
        {
            preferences::keep_window_size(keeper.app_handle(), size.to_logical(scale));
        }
    });
    Ok(window)
}
