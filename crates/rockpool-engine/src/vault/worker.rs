//! The thread that owns the backend, and the handle that others hold.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, watch};

use super::unusable::UnusableVault;
use super::{Batch, VaultBackend, VaultError, VaultKey, VaultKind, split};
use crate::model::vault::{VaultState, VaultView};

/// How long a caller waits for the backend: long enough for a slow disk, too short for a person at a
/// password window, who is told of the locked vault instead.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The entry that [`Vault::probe`] leaves behind; there is no secret in it.
pub(super) const PROBE_KEY: &str = "probe";
const PROBE_VALUE: &str = "This entry shows Rockpool that it can write here.";

/// What the worker can be asked.
enum VaultCall {
    Get(VaultKey),
    Set(VaultKey, SecretString),
    Delete(VaultKey),
    Probe,
    /// Uses another backend from now on.
    Exchange(Box<dyn VaultBackend>),
}

impl VaultCall {
    fn changes(&self, key: &VaultKey) -> bool {
        match self {
            Self::Set(changed, _) | Self::Delete(changed) => changed == key,
            Self::Get(_) | Self::Probe | Self::Exchange(_) => false,
        }
    }
}

type CallResult = Result<Option<SecretString>, VaultError>;

struct QueuedCall {
    request: VaultCall,
    reply: SyncSender<CallResult>,
    /// Set when the caller has been told that the vault is stuck: then it must not happen later.
    abandoned: Arc<AtomicBool>,
}

impl QueuedCall {
    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }
}

/// Whether a call is taking longer than its caller waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallProgress {
    /// No call was made yet, so nothing is known.
    Unasked,
    Resting,
    Running,
    Stuck,
}

#[derive(Debug)]
struct WorkerState {
    progress: Mutex<CallProgress>,
    view: watch::Sender<VaultView>,
}

impl WorkerState {
    fn progress(&self) -> MutexGuard<'_, CallProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, state: VaultState, message: Option<String>) {
        self.view.send_if_modified(|view| {
            let changed = view.state != state || view.message != message;
            view.state = state;
            view.message = message;
            changed
        });
    }

    fn publish_error(&self, error: &VaultError) {
        let state = match error {
            VaultError::Missing(_) => VaultState::Missing,
            VaultError::Locked | VaultError::Stuck => VaultState::Locked,
            VaultError::Failed(_) | VaultError::File(_) | VaultError::Taken { .. } => VaultState::Failed,
        };
        self.publish(state, Some(error.with_remedy()));
    }
}

/// The handle to the vault; clones share one worker.
///
/// Calls are made one after the other, but for writes that wait at the same time: those go to the backend as one batch, and
/// each is answered when all of them are at rest. Of one key, calls keep their order. When one takes longer than its time-out, its caller gets
/// [`VaultError::Stuck`], and so does everyone else at once until the backend returns. A call that had
/// begun may still take effect; one that was waiting does not.
#[derive(Clone, Debug)]
pub struct Vault {
    jobs: Sender<QueuedCall>,
    shared: Arc<WorkerState>,
    timeout: Duration,
    /// Shared by calls; held alone while secrets move elsewhere.
    gate: Arc<RwLock<()>>,
    /// Keys that this process has written: of some, the database does not know yet.
    written: Arc<Mutex<BTreeSet<VaultKey>>>,
}

/// The vault while everybody else waits to read or write.
pub(crate) struct HeldVault {
    vault: Vault,
    _alone: OwnedRwLockWriteGuard<()>,
}

impl HeldVault {
    pub(crate) async fn get(&self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.vault.ask(VaultCall::Get(key.clone())).await
    }

    /// Puts another backend under all handles.
    ///
    /// # Errors
    /// Where the worker does not get to it in time; then the backend before stays.
    pub(crate) async fn exchange(&self, backend: Box<dyn VaultBackend>) -> Result<(), VaultError> {
        self.vault.ask(VaultCall::Exchange(backend)).await.map(drop)
    }

    /// Keys that this process has written.
    pub(crate) fn written(&self) -> Vec<VaultKey> {
        self.vault.written.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Vault {
    /// Starts the worker over `backend`. The vault counts as ready until a call says otherwise. Where
    /// the system gives no thread, every call fails and says so.
    pub fn start(backend: Box<dyn VaultBackend>, timeout: Duration) -> Self {
        let (kind, file, message) = (backend.kind(), backend.file(), backend.warning());
        let (view, _) = watch::channel(VaultView { kind, file, state: VaultState::Ready, message });
        let shared = Arc::new(WorkerState { progress: Mutex::new(CallProgress::Unasked), view });
        let (jobs, queue) = mpsc::channel();
        let worker = Worker { backend, shared: Arc::clone(&shared) };
        let thread = thread::Builder::new().name("rockpool-vault".to_owned());
        if thread.spawn(move || worker.run(&queue)).is_err() {
            shared.publish_error(&gone());
        }
        Self { jobs, shared, timeout, gate: Arc::default(), written: Arc::default() }
    }

    /// Reads a secret; `None` where there is none.
    pub async fn get(&self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.call(VaultCall::Get(key.clone())).await
    }

    /// Writes a secret, replacing what was there; the old one stays whole until the new one is.
    pub async fn set(&self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.call(VaultCall::Set(key.clone(), secret.clone())).await.map(drop)
    }

    /// Removes a secret; removing none is fine.
    pub async fn delete(&self, key: &VaultKey) -> Result<(), VaultError> {
        self.call(VaultCall::Delete(key.clone())).await.map(drop)
    }

    /// Finds out whether the vault can be read and written, by an entry without a secret that is
    /// written once and read from then on.
    pub async fn probe(&self) -> Result<(), VaultError> {
        self.call(VaultCall::Probe).await.map(drop)
    }

    /// Removes what [`Vault::probe`] has left.
    pub(crate) async fn forget_probe(&self) -> Result<(), VaultError> {
        self.delete(&VaultKey::new(PROBE_KEY)).await
    }

    /// Probes, unless a call has shown already how the vault is: for those who are about to show it.
    pub(crate) async fn probe_if_unasked(&self) {
        if *self.shared.progress() == CallProgress::Unasked {
            // What came of it is in the view.
            let _ = self.probe().await;
        }
    }

    /// Lets go of the backend, and of the lock on its file, where it is not busy. Calls after this one fail.
    pub(crate) async fn close(&self) {
        let error = VaultError::Failed("Rockpool is ending".to_owned());
        let closed = UnusableVault { kind: VaultKind::Memory, file: None, error };
        if let Err(error) = self.hold().await.exchange(Box::new(closed)).await {
            tracing::warn!(%error, "the vault is still at work");
        }
    }

    /// The vault as shown, by the result of the last call; ready before the first one.
    pub fn state(&self) -> watch::Receiver<VaultView> {
        self.shared.view.subscribe()
    }

    /// Waits for calls under way, and keeps all others waiting until what is returned is dropped.
    pub(crate) async fn hold(&self) -> HeldVault {
        HeldVault { vault: self.clone(), _alone: Arc::clone(&self.gate).write_owned().await }
    }

    async fn call(&self, request: VaultCall) -> CallResult {
        let _shared = self.gate.read().await;
        if let VaultCall::Set(key, _) = &request {
            self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        }
        self.ask(request).await
    }

    async fn ask(&self, request: VaultCall) -> CallResult {
        if *self.shared.progress() == CallProgress::Stuck {
            return Err(VaultError::Stuck);
        }
        let (reply, answer) = mpsc::sync_channel(1);
        let abandoned = Arc::new(AtomicBool::new(false));
        let job = QueuedCall { request, reply, abandoned: Arc::clone(&abandoned) };
        self.jobs.send(job).map_err(|_| gone())?;
        let (shared, timeout) = (Arc::clone(&self.shared), self.timeout);
        // A real clock and a blocking thread: the backend lives outside the runtime and its time.
        tokio::task::spawn_blocking(move || wait(&shared, &answer, timeout, &abandoned))
            .await
            .unwrap_or_else(|_| Err(gone()))
    }
}

fn wait(
    shared: &WorkerState,
    answer: &Receiver<CallResult>,
    timeout: Duration,
    abandoned: &AtomicBool,
) -> CallResult {
    match answer.recv_timeout(timeout) {
        Ok(answer) => answer,
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(gone()),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            abandoned.store(true, Ordering::Release);
            let mut progress = shared.progress();
            if *progress == CallProgress::Running {
                *progress = CallProgress::Stuck;
            }
            if *progress == CallProgress::Stuck {
                shared.publish_error(&VaultError::Stuck);
            }
            Err(VaultError::Stuck)
        }
    }
}

fn gone() -> VaultError {
    VaultError::Failed("its thread does not run".to_owned())
}

struct Worker {
    backend: Box<dyn VaultBackend>,
    shared: Arc<WorkerState>,
}

impl Worker {
    fn run(mut self, queue: &Receiver<QueuedCall>) {
        while let Ok(first) = queue.recv() {
            let mut waiting: VecDeque<_> = std::iter::once(first).chain(queue.try_iter()).collect();
            while !waiting.is_empty() {
                let writes = self.read_and_gather(&mut waiting);
                self.write(writes);
            }
        }
    }

    /// Takes the writes off the front, and answers reads on the way. Stops at what has to come after these writes: a
    /// read of what one of them changes, and whatever concerns the vault as a whole.
    fn read_and_gather(&mut self, waiting: &mut VecDeque<QueuedCall>) -> Vec<QueuedCall> {
        let mut writes: Vec<QueuedCall> = Vec::new();
        while let Some(call) = waiting.pop_front() {
            match &call.request {
                VaultCall::Set(..) | VaultCall::Delete(_) => writes.push(call),
                VaultCall::Get(key) if !writes.iter().any(|write| write.request.changes(key)) => {
                    self.alone(call)
                }
                VaultCall::Probe | VaultCall::Exchange(_) if writes.is_empty() => self.alone(call),
                VaultCall::Get(_) | VaultCall::Probe | VaultCall::Exchange(_) => {
                    waiting.push_front(call);
                    break;
                }
            }
        }
        writes
    }

    fn alone(&mut self, call: QueuedCall) {
        if call.is_abandoned() {
            return;
        }
        *self.shared.progress() = CallProgress::Running;
        let answer = self.guarded(|backend| perform(backend, call.request));
        self.rest(&answer);
        // Nobody listens when the call took too long.
        let _ = call.reply.send(answer);
    }

    fn write(&mut self, mut calls: Vec<QueuedCall>) {
        calls.retain(|call| !call.is_abandoned());
        if calls.is_empty() {
            return;
        }
        *self.shared.progress() = CallProgress::Running;
        match self.guarded(|backend| backend.begin()) {
            Ok(Batch::Each) => calls.into_iter().for_each(|call| self.alone(call)),
            Ok(Batch::Together) => self.together(calls),
            Err(error) => {
                let refused = Err(error);
                self.rest(&refused);
                calls.into_iter().for_each(|call| drop(call.reply.send(refused.clone())));
            }
        }
    }

    fn together(&mut self, calls: Vec<QueuedCall>) {
        let mut answers: Vec<(SyncSender<CallResult>, CallResult)> = Vec::with_capacity(calls.len());
        for call in calls {
            answers.push((call.reply, self.guarded(|backend| perform(backend, call.request))));
        }
        let committed = self.guarded(|backend| backend.commit());
        let failed = answers.iter().find_map(|(_, answer)| answer.as_ref().err());
        self.rest(&committed.clone().and(failed.map_or(Ok(None), |error| Err(error.clone()))));
        for (reply, answer) in answers {
            let _ = reply.send(committed.clone().and(answer));
        }
    }

    /// The backend has returned: whoever waited in vain may ask again.
    fn rest(&self, answer: &CallResult) {
        let mut progress = self.shared.progress();
        *progress = CallProgress::Resting;
        match answer {
            Ok(_) => self.shared.publish(VaultState::Ready, self.backend.warning()),
            Err(error) => self.shared.publish_error(error),
        }
    }

    /// A panic inside a keychain library is an error of this call, not the end of the vault.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Box<dyn VaultBackend>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let answer = catch_unwind(AssertUnwindSafe(|| work(&mut self.backend)));
        let (kind, file) = (self.backend.kind(), self.backend.file());
        self.shared.view.send_if_modified(|view| {
            let exchanged = view.kind != kind || view.file != file;
            (view.kind, view.file) = (kind, file);
            exchanged
        });
        answer.unwrap_or_else(|_| Err(VaultError::Failed("it ended unexpectedly".to_owned())))
    }
}

fn perform(slot: &mut Box<dyn VaultBackend>, request: VaultCall) -> CallResult {
    let backend = slot.as_mut();
    match request {
        VaultCall::Get(key) => split::get(backend, &key),
        VaultCall::Set(key, secret) => split::set(backend, &key, &secret, rand::random()).map(|()| None),
        VaultCall::Delete(key) => split::delete(backend, &key).map(|()| None),
        VaultCall::Probe => probe(backend).map(|()| None),
        VaultCall::Exchange(other) => {
            *slot = other;
            Ok(None)
        }
    }
}

fn probe(backend: &mut dyn VaultBackend) -> Result<(), VaultError> {
    let key = VaultKey::new(PROBE_KEY);
    match backend.get(&key)? {
        Some(_) => Ok(()),
        None => backend.set(&key, &SecretString::from(PROBE_VALUE)),
    }
}
