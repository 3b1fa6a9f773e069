//! Secrets on their way from one place to another, stopped between any two steps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use secrecy::{ExposeSecret as _, SecretString};

use crate::config::{Config, KeySource, VaultChoice};
use crate::dashboard::files::DashboardFiles;
use crate::engine::Engine;
use crate::host::browser::NoBrowser;
use crate::host::clock::Clock;
use crate::model::settings::SettingSource;
use crate::model::vault::VaultKind;
use crate::operations::{accounts, settings, vault};
use crate::ports::Ports;
use crate::test_http::Server;
use crate::test_serving::{home, import_of, usage};
use crate::vault::{
    DEFAULT_TIMEOUT, FileVault, LockingOpener, Vault, VaultBackend, VaultError, VaultKey, VaultOpener,
    WithoutKeychain,
};

type Entries = Arc<Mutex<BTreeMap<VaultKey, SecretString>>>;

/// Two places that outlive their engines, and a number of calls after which nothing works any more.
#[derive(Clone, Default)]
struct Machine {
    keychain: Entries,
    file: Entries,
    files: Files,
    calls_left: Arc<Mutex<Option<usize>>>,
}

#[derive(Clone, Copy, Default)]
enum Files {
    #[default]
    Pretended,
    Real,
}

struct Place {
    kind: VaultKind,
    entries: Entries,
    machine: Machine,
}

impl Machine {
    fn place(&self, kind: VaultKind, entries: &Entries) -> Box<dyn VaultBackend> {
        Box::new(Place { kind, entries: Arc::clone(entries), machine: self.clone() })
    }

    fn stops_after(&self, calls: Option<usize>) {
        *self.calls_left.lock().unwrap() = calls;
    }

    fn call(&self) -> Result<(), VaultError> {
        match &mut *self.calls_left.lock().unwrap() {
            None => Ok(()),
            Some(0) => Err(VaultError::Failed("stopped".to_owned())),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

impl VaultOpener for Machine {
    fn open(&self, choice: &VaultChoice) -> Result<Box<dyn VaultBackend>, VaultError> {
        Ok(match choice {
            VaultChoice::Keychain => self.place(VaultKind::Keychain, &self.keychain),
            VaultChoice::File { .. } => match self.files {
                Files::Pretended => self.place(VaultKind::File, &self.file),
                Files::Real => WithoutKeychain.open(choice)?,
            },
            // A file that holds logins wins, as with the real one.
            VaultChoice::KeychainOrFile { .. } if tokens(&self.file).is_empty() => {
                self.place(VaultKind::Keychain, &self.keychain)
            }
            VaultChoice::KeychainOrFile { .. } => self.place(VaultKind::File, &self.file),
            VaultChoice::Memory => unreachable!("nobody keeps secrets in memory"),
        })
    }
}

impl VaultBackend for Place {
    fn kind(&self) -> VaultKind {
        self.kind
    }
    fn entry_limit(&self) -> usize {
        usize::MAX
    }
    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.machine.call()?;
        Ok(self.entries.lock().unwrap().get(key).cloned())
    }
    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.machine.call()?;
        self.entries.lock().unwrap().insert(key.clone(), secret.clone());
        Ok(())
    }
    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.machine.call()?;
        self.entries.lock().unwrap().remove(key);
        Ok(())
    }
}

/// Tokens only: the entry that shows that a place can be written holds no secret.
fn tokens(entries: &Entries) -> BTreeMap<String, String> {
    let entries = entries.lock().unwrap();
    let token = |(key, value): (&VaultKey, &SecretString)| {
        let text = value.expose_secret();
        let token = text.split_once('\n').map_or(text, |(_, token)| token);
        (key.as_str() != "probe").then(|| (key.as_str().to_owned(), token.to_owned()))
    };
    entries.iter().filter_map(token).collect()
}

struct Stage {
    machine: Machine,
    config: Config,
    _provider: Server,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// With two people whose tokens are in the keychain.
    async fn with_two_people() -> (Self, BTreeMap<String, String>) {
        let folder = tempfile::tempdir().unwrap();
        let provider = Server::answering(|_| usage("plus")).await;
        let config = Config {
            data_dir: folder.path().join("data"),
            vault: VaultChoice::Keychain,
            ..provider.config()
        };
        let stage = Self { machine: Machine::default(), config, _provider: provider, _folder: folder };
        let engine = stage.start().await;
        let handle = engine.handle();
        for person in ["ada", "ben"] {
            accounts::import(&handle, home(&handle), import_of(person)).await.unwrap();
        }
        engine.shutdown().await;
        let tokens = tokens(&stage.machine.keychain);
        assert_eq!(tokens.len(), 4, "a refresh and an access token each");
        (stage, tokens)
    }

    fn given_keychain_or_file(mut self) -> Self {
        self.config.vault = VaultChoice::KeychainOrFile { path: self.config.data_dir.join("elsewhere.bin") };
        self.config.given = vec!["--vault"];
        self
    }

    async fn start(&self) -> Engine {
        let ports = Ports {
            vault: self.machine.open(&self.config.vault).unwrap(),
            vault_opener: Arc::new(self.machine.clone()),
            browser: Arc::new(NoBrowser),
            dashboard: DashboardFiles::default(),
            clock: Clock::manual(jiff::Timestamp::from_second(1_800_000_000).unwrap()),
        };
        Engine::start(self.config.clone(), ports).await.unwrap()
    }

    /// Waits until the database notes no copies any more.
    async fn tidied(&self, engine: &Engine) {
        let mut changes = engine.handle().core().settings.changes();
        changes.wait_for(|settings| settings.stored.vault_leftover.is_none()).await.unwrap();
    }
}

#[tokio::test]
async fn moving_takes_every_token_along_and_leaves_none_behind() {
    let (stage, before) = Stage::with_two_people().await;
    let engine = stage.start().await;
    let view = vault::relocate(&engine.handle(), VaultKind::File).await.unwrap();
    assert_eq!((view.vault.value, view.vault.source), (VaultKind::File, SettingSource::Stored));
    assert_eq!(view.vault_state.kind, VaultKind::File);
    let chosen = Engine::vault_choice(&stage.config);
    assert!(matches!(chosen, VaultChoice::File { .. }), "who starts next can know before: {chosen:?}");
    assert_eq!(tokens(&stage.machine.file), before);
    assert!(tokens(&stage.machine.keychain).is_empty());
    let handle = engine.handle();
    accounts::import(&handle, home(&handle), import_of("eve")).await.unwrap();
    assert_eq!(tokens(&stage.machine.file).len(), 6, "what comes later goes there at once");
    engine.shutdown().await;

    let engine = stage.start().await;
    assert_eq!(settings::show(&engine.handle()).vault.value, VaultKind::File);
    let view = vault::relocate(&engine.handle(), VaultKind::Keychain).await.unwrap();
    assert_eq!(view.vault_state.kind, VaultKind::Keychain);
    assert_eq!(tokens(&stage.machine.keychain).len(), 6);
    assert!(tokens(&stage.machine.file).is_empty());
    engine.shutdown().await;
}

#[tokio::test]
async fn a_stop_at_any_step_leaves_one_whole_vault_that_the_next_start_uses() {
    stopped_at_any_step(|stage| stage).await;
}

#[tokio::test]
async fn the_same_holds_where_a_choice_between_keychain_and_file_was_given() {
    stopped_at_any_step(Stage::given_keychain_or_file).await;
}

async fn stopped_at_any_step(configured: impl Fn(Stage) -> Stage) {
    let mut moved = false;
    let mut stops = 0;
    while !moved {
        assert!(stops < 200, "it is never moved");
        let (stage, before) = Stage::with_two_people().await;
        let stage = configured(stage);
        let engine = stage.start().await;
        stage.machine.stops_after(Some(stops));
        moved = vault::relocate(&engine.handle(), VaultKind::File).await.is_ok()
            && engine.handle().core().settings.get().stored.vault_leftover.is_none();
        // As good as killed: nothing that the engine still does reaches a vault.
        drop(engine);
        stage.machine.stops_after(None);
        let engine = stage.start().await;
        let (used, other) = match settings::show(&engine.handle()).vault.value {
            VaultKind::File => (&stage.machine.file, &stage.machine.keychain),
            VaultKind::Keychain => (&stage.machine.keychain, &stage.machine.file),
            VaultKind::Memory => unreachable!("it was never chosen"),
        };
        assert_eq!(tokens(used), before, "stopped after {stops} calls");
        stage.tidied(&engine).await;
        assert!(tokens(other).is_empty(), "copies are left after {stops} calls");
        engine.shutdown().await;
        stops += 1;
    }
    assert!(stops > 20, "{stops}");
}

#[tokio::test]
async fn what_only_the_other_place_holds_outlives_a_move_that_is_stopped_at_any_step() {
    for stops in 0..12 {
        let (stage, before) = Stage::with_two_people().await;
        // As after starts on the file: it has every login, and the keychain none.
        *stage.machine.file.lock().unwrap() = std::mem::take(&mut *stage.machine.keychain.lock().unwrap());
        let engine = stage.start().await;
        stage.machine.stops_after(Some(stops));
        let _ = vault::relocate(&engine.handle(), VaultKind::File).await;
        drop(engine);
        stage.machine.stops_after(None);
        let engine = stage.start().await;
        stage.tidied(&engine).await;
        assert_eq!(tokens(&stage.machine.file), before, "stopped after {stops} calls");
        engine.shutdown().await;
    }
}

#[tokio::test]
async fn a_place_that_is_in_use_again_is_not_cleared_of_copies_by_a_later_start() {
    let (mut stage, before) = Stage::with_two_people().await;
    let engine = stage.start().await;
    note_leftover(&engine, VaultKind::Keychain).await;
    engine.shutdown().await;

    stage.config.given = vec!["ROCKPOOL_VAULT"];
    let engine = stage.start().await;
    stage.tidied(&engine).await;
    engine.shutdown().await;
    assert_eq!(tokens(&stage.machine.keychain), before);
}

/// As a move does that could not remove what it left.
async fn note_leftover(engine: &Engine, place: VaultKind) {
    let (handle, scope) = (engine.handle(), crate::store::system_scope());
    let core = handle.core();
    let now = core.settings.get().stored.clone();
    let noted = crate::model::settings::StoredSettings { vault_leftover: Some(place), ..now.clone() };
    core.store.save_settings(scope, now.rows_to(&noted)).await.unwrap();
}

#[tokio::test]
async fn a_database_that_refuses_leaves_the_old_place_in_use() {
    let (stage, before) = Stage::with_two_people().await;
    let engine = stage.start().await;
    // The switch itself is refused, after everything was copied.
    let blocker = rusqlite::Connection::open(stage.config.data_dir.join("rockpool.db")).unwrap();
    blocker.execute_batch("CREATE TRIGGER no_move BEFORE INSERT ON settings WHEN NEW.name = 'vault' BEGIN SELECT RAISE(ABORT, 'no'); END").unwrap();
    assert!(vault::relocate(&engine.handle(), VaultKind::File).await.is_err());
    let view = settings::show(&engine.handle());
    assert_eq!((view.vault.value, view.vault_state.kind), (VaultKind::Keychain, VaultKind::Keychain));
    assert_eq!(tokens(&stage.machine.keychain), before);
    assert!(tokens(&stage.machine.file).is_empty(), "no copy is left");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_vault_that_was_given_at_the_start_is_not_moved_away_from() {
    let (mut stage, before) = Stage::with_two_people().await;
    stage.config.given = vec!["ROCKPOOL_VAULT"];
    let engine = stage.start().await;
    let refused = vault::relocate(&engine.handle(), VaultKind::File).await.unwrap_err();
    assert!(refused.to_string().contains("ROCKPOOL_VAULT"), "{refused}");
    assert_eq!(tokens(&stage.machine.keychain), before);
    let memory = vault::relocate(&engine.handle(), VaultKind::Memory).await.unwrap_err();
    assert_eq!(memory.code, "vault_given");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_keychain_that_does_not_answer_is_left_for_a_file_only_when_nothing_is_in_it() {
    let (stage, _) = Stage::with_two_people().await;
    let engine = stage.start().await;
    stage.machine.stops_after(Some(0));
    let refused = vault::relocate(&engine.handle(), VaultKind::File).await.unwrap_err();
    assert_eq!(refused.code, "vault_unavailable");
    let shown = vault::retry(&engine.handle()).await;
    assert_eq!(shown.vault_state.state, crate::model::vault::VaultState::Failed);
    stage.machine.stops_after(None);
    let shown = vault::retry(&engine.handle()).await;
    assert_eq!(shown.vault_state.state, crate::model::vault::VaultState::Ready);
    engine.shutdown().await;
}

/// The real file and its key.
#[tokio::test]
async fn an_encrypted_file_that_logins_were_moved_away_from_is_not_taken_for_theirs_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.bin");
    let choice = VaultChoice::KeychainOrFile { path: path.clone() };
    let file = Vault::start(WithoutKeychain.open(&choice).unwrap(), DEFAULT_TIMEOUT);
    file.probe().await.unwrap();
    file.set(&VaultKey::new("refresh/a"), &"token".into()).await.unwrap();
    assert!(FileVault::is_with_key_beside(&path));
    file.delete(&VaultKey::new("refresh/a")).await.unwrap();
    file.forget_probe().await.unwrap();
    assert!(!FileVault::is_with_key_beside(&path));
    file.probe().await.unwrap();
}

#[tokio::test]
async fn logins_move_between_keychain_and_file_where_a_choice_between_the_two_was_given() {
    let (stage, before) = Stage::with_two_people().await;
    let stage = stage.given_keychain_or_file();
    assert_eq!(Engine::vault_choice(&stage.config), stage.config.vault, "what it comes to is not known yet");
    let engine = stage.start().await;
    let shown = settings::show(&engine.handle()).vault;
    assert_eq!((shown.value, shown.source), (VaultKind::Keychain, SettingSource::Default));
    assert_eq!(shown.variable, None, "it can be changed");
    let view = vault::relocate(&engine.handle(), VaultKind::File).await.unwrap();
    assert_eq!((view.vault.value, view.vault.source), (VaultKind::File, SettingSource::Stored));
    engine.shutdown().await;
    let path = stage.config.data_dir.join("elsewhere.bin");
    let file = VaultChoice::File { path, key: KeySource::Beside };
    assert_eq!(Engine::vault_choice(&stage.config), file, "the file that was named is the one");

    let engine = stage.start().await;
    assert_eq!(tokens(&stage.machine.file), before);
    vault::relocate(&engine.handle(), VaultKind::Keychain).await.unwrap();
    engine.shutdown().await;
    let engine = stage.start().await;
    assert_eq!(settings::show(&engine.handle()).vault.value, VaultKind::Keychain);
    assert_eq!(tokens(&stage.machine.keychain), before);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_file_that_holds_copies_of_a_stopped_move_is_not_taken_for_the_place_of_logins() {
    let (stage, before) = Stage::with_two_people().await;
    let stage = stage.given_keychain_or_file();
    let engine = stage.start().await;
    note_leftover(&engine, VaultKind::File).await;
    engine.shutdown().await;
    let (key, secret) = {
        let keychain = stage.machine.keychain.lock().unwrap();
        let (key, secret) = keychain.iter().find(|(key, _)| key.as_str().contains("refresh")).unwrap();
        (key.clone(), secret.clone())
    };
    stage.machine.file.lock().unwrap().insert(key, secret);

    assert_eq!(Engine::vault_choice(&stage.config), VaultChoice::Keychain);
    let engine = stage.start().await;
    let view = settings::show(&engine.handle());
    assert_eq!((view.vault.value, view.vault_state.kind), (VaultKind::Keychain, VaultKind::Keychain));
    stage.tidied(&engine).await;
    assert!(tokens(&stage.machine.file).is_empty(), "the copies are gone");
    assert_eq!(tokens(&stage.machine.keychain), before);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_file_that_logins_are_moved_into_is_this_installations_alone_until_they_are_moved_away() {
    let (mut stage, before) = Stage::with_two_people().await;
    stage.machine.files = Files::Real;
    let path = stage.config.data_dir.join("vault.bin");
    let choice = VaultChoice::File { path: path.clone(), key: KeySource::Beside };
    let by_another = || LockingOpener::new(Arc::new(WithoutKeychain)).open(&choice).map(drop);
    let engine = stage.start().await;
    vault::relocate(&engine.handle(), VaultKind::File).await.unwrap();
    assert!(matches!(by_another(), Err(VaultError::Taken { .. })));
    let shown = vault::retry(&engine.handle()).await;
    assert_eq!(shown.vault_state.state, crate::model::vault::VaultState::Ready, "it is its own");
    assert!(matches!(by_another(), Err(VaultError::Taken { .. })));
    engine.shutdown().await;
    by_another().unwrap();

    let engine = stage.start().await;
    assert!(matches!(by_another(), Err(VaultError::Taken { .. })));
    vault::relocate(&engine.handle(), VaultKind::Keychain).await.unwrap();
    assert_eq!(tokens(&stage.machine.keychain), before);
    assert!(!path.exists());
    engine.shutdown().await;
    by_another().unwrap();
}
