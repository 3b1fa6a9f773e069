//! Puts the parts together: rehearsal or not, single instance, engine, controller, event loop, and the way out.

use std::cell::Cell;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;

use rockpool_desktop::controller::{Controller, Input, WindowInput};
use rockpool_desktop::kept_language::chosen_language;
use rockpool_engine::Clock;
use rockpool_engine::EndRequests;
use rockpool_engine::Engine;
use rockpool_engine::Principal;
use rockpool_engine::api::{Client, InProcess};
use rockpool_rehearsal::{Home, Rehearsal, RehearsalTiming};
use tauri::{App, Manager as _, RunEvent};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc;

use crate::autostart::{self, Autostart};
use crate::bridge::{self, EngineAddress};
use crate::failure::Failure;
use crate::shell::{Identity, TauriShell};
use crate::tray::Drawn;
use crate::{host, preferences, process};

/// Inputs that wait for the controller; a click beyond that is lost, which takes a stuck controller.
const WAITING: usize = 64;

/// Runs the app to its end; in a rehearsal if there is a home for one.
pub(crate) fn run(home: Option<Home>) -> Result<ExitCode, Failure> {
    if !has_display() {
        return Err(Failure::NoDisplay);
    }
    let runtime = Runtime::new()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let rehearsal =
        home.map(|home| runtime.block_on(Rehearsal::prepare(home, RehearsalTiming::SHOW))).transpose()?;
    let config = host::config(rehearsal.as_ref())?;
    let identity = if rehearsal.is_some() { Identity::REHEARSAL } else { Identity::NORMAL };
    let (inputs, receiver) = mpsc::channel(WAITING);
    let ends = {
        let _in_runtime = runtime.enter();
        EndRequests::listen()?
    };

    // A second start ends in here, before it comes near the data folder.
    let app = build(identity, inputs.clone())?;
    let clock = Clock::system();
    let ports = host::ports(app.handle(), &config, rehearsal.as_ref(), clock.clone())?;
    let engine = runtime.block_on(Engine::start(config, ports))?;

    let owner = InProcess::new(engine.handle(), Principal::Owner);
    let client = Client::new(owner.clone());
    app.manage(EngineAddress(owner));
    app.manage(Drawn::default());
    app.manage(if rehearsal.is_some() { Autostart::Never } else { Autostart::AsChosen });
    let shell = TauriShell::new(app.handle().clone(), identity, inputs.clone());
    let session = preferences::session_language();
    let chosen = runtime.block_on(chosen_language(&client, &preferences::LanguageHere(app.handle())));
    runtime.spawn(Controller::new(shell, client, clock, session, chosen).run(receiver));
    let events = engine.handle().events();
    runtime.spawn(bridge::relay_events(events, app.handle().clone(), inputs.clone()));
    runtime.spawn(process::watch_end_requests(ends, inputs.clone()));
    if rehearsal.is_some() || std::env::var_os("ROCKPOOL_OPEN_WINDOW").is_some_and(|value| value == "1") {
        // The channel is empty and its receiver alive.
        inputs.try_send(Input::Window(WindowInput::Open)).ok();
    }

    let playing = rehearsal.map(Arc::new);
    if let Some(rehearsal) = playing.clone() {
        let handle = engine.handle();
        runtime.spawn(async move {
            if let Err(error) = rehearsal.play(handle).await {
                tracing::error!(%error, "the rehearsal ended");
            }
        });
    }
    let running = Rc::new(Cell::new(Some(engine)));
    let (last, outside) = (Rc::clone(&running), runtime.handle().clone());
    let code = app.run_return(move |_, event| on_event(&event, &last, &outside));
    end(&running, runtime.handle());
    // Ends the play, and with it the last hold on the rehearsal's folder.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    drop(playing);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn build(identity: Identity, inputs: mpsc::Sender<Input>) -> tauri::Result<App> {
    let mut context = tauri::generate_context!();
    identity.identifier.clone_into(&mut context.config_mut().identifier);
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(move |_, _, _| {
            if inputs.try_send(Input::SecondInstance).is_err() {
                tracing::warn!("a second start went unnoticed: the app is busy or ending");
            }
        }))
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_autostart::Builder::new().build())
        .plugin(tauri_plugin_store::Builder::new().build())
        .invoke_handler(tauri::generate_handler![bridge::api, autostart::autostart])
        .build(context)
}

/// Closing the last window leaves the app in the tray; only [`tauri::AppHandle::exit`] gives a code.
///
/// The engine ends inside of the event loop: where the system ends the session, macOS and Windows end the process as soon
/// as the loop has been told.
fn on_event(event: &RunEvent, running: &Cell<Option<Engine>>, runtime: &Handle) {
    if let RunEvent::ExitRequested { code: None, api, .. } = event {
        api.prevent_exit();
    }
    if let RunEvent::Exit = event {
        end(running, runtime);
    }
}

/// Ends the engine, unless that was done.
fn end(running: &Cell<Option<Engine>>, runtime: &Handle) {
    if let Some(engine) = running.take() {
        runtime.block_on(process::end(engine));
    }
}

#[cfg(target_os = "linux")]
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(not(target_os = "linux"))]
fn has_display() -> bool {
    true
}
