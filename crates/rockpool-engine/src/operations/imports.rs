//! Importing logins from files: a table of what would become of each, then those that are chosen.
//!
//! Nothing is kept between the two calls: whoever imports sends the files again, and each login is judged anew, so
//! that what changed meanwhile is noticed. See `docs/decisions/0013-imports.md`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use rockpool_routing::TenantId;
use secrecy::{ExposeSecret as _, SecretString};

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::judge::{Judged, Verdict, grant, judge, obtained};
use super::names::{new_names, valid_display_name};
use super::requests::{ContentEncoding, ImportChoice, ImportFile, ImportFiles, ImportSelection};
use crate::accounts::import::{self, Entry, LoginFile, Refusal, Unusable};
use crate::accounts::login::Purpose;
use crate::accounts::token::{AdoptError, fingerprint_of};
use crate::jobs::enroll::{EnrollError, Enroller, Enrolment, Names, free_name};
use crate::jobs::identity::{Identity, Unidentified};
use crate::model::import::{FileFormat, ImportFate, ImportReason};
use crate::snapshot::{ImportPreview, ImportResult, ImportRowView, ImportedRowView};
use crate::store::{AccountRow, Obtained};

/// Logins that the provider is asked about at the same time.
const ASKED_AT_ONCE: usize = 4;
/// Most logins in one table.
const MOST_ROWS: usize = 500;

/// An entry, and the name of the file that it stands in.
struct Candidate {
    file: Option<String>,
    entry: Entry,
}

/// The bytes of a file as they were sent.
pub(super) fn bytes_of(content: &SecretString, encoding: ContentEncoding) -> Result<Vec<u8>, ActionError> {
    match encoding {
        ContentEncoding::Text => Ok(content.expose_secret().as_bytes().to_vec()),
        ContentEncoding::Base64 => STANDARD.decode(content.expose_secret().trim()).map_err(|_| {
            ActionError::invalid("invalid_field", "content", "content: This is not valid Base64.")
        }),
    }
}

fn candidates(files: &[ImportFile]) -> Result<Vec<Candidate>, ActionError> {
    if files.is_empty() {
        return Err(ActionError::invalid("invalid_field", "files", "files: Send one file at least."));
    }
    let mut candidates = Vec::new();
    for file in files {
        let bytes = bytes_of(&file.content, file.encoding)?;
        let entries = import::read(&bytes).into_iter();
        candidates.extend(entries.map(|entry| Candidate { file: file.name.clone(), entry }));
    }
    if candidates.len() > MOST_ROWS {
        let text = format!("files: These files hold more than {MOST_ROWS} logins; send fewer at a time.");
        return Err(ActionError::invalid("invalid_field", "files", text));
    }
    Ok(candidates)
}

/// What would become of each login in the files.
pub(crate) async fn preview(
    engine: &EngineHandle,
    tenant: TenantId,
    files: ImportFiles,
) -> Result<ImportPreview, ActionError> {
    let candidates = candidates(&files.files)?;
    let looked_at: Vec<BoxFuture<'_, Judged>> =
        candidates.iter().map(|candidate| look_at(engine, tenant, &candidate.entry).boxed()).collect();
    let judged: Vec<Judged> = futures_util::stream::iter(looked_at).buffered(ASKED_AT_ONCE).collect().await;
    let mut table = Table::new(engine, tenant);
    let rows = candidates.iter().zip(judged).enumerate();
    Ok(ImportPreview {
        rows: rows.map(|(row, (candidate, judged))| table.row(row, candidate, judged)).collect(),
    })
}

async fn look_at(engine: &EngineHandle, tenant: TenantId, entry: &Entry) -> Judged {
    match entry {
        Ok(login) => judge(engine.core(), tenant, login, &obtained(login)).await,
        Err(Unusable { refusal, .. }) => {
            Judged { verdict: Verdict::refused(refusal.reason(), refusal.to_string()), identity: None }
        }
    }
}

/// What rows further up have taken already.
struct Table<'a> {
    engine: &'a EngineHandle,
    tenant: TenantId,
    names: BTreeSet<String>,
    tokens: BTreeSet<[u8; 32]>,
    seats: BTreeSet<(String, String)>,
}

impl<'a> Table<'a> {
    fn new(engine: &'a EngineHandle, tenant: TenantId) -> Self {
        Self { engine, tenant, names: BTreeSet::new(), tokens: BTreeSet::new(), seats: BTreeSet::new() }
    }

    fn row(&mut self, row: usize, candidate: &Candidate, judged: Judged) -> ImportRowView {
        let Judged { verdict, identity } = judged;
        let is_twin = self.has_seen(&candidate.entry, identity.as_ref());
        let fate = match verdict.fate() {
            fate if fate.can_be_taken() && is_twin => ImportFate::Duplicate,
            fate => fate,
        };
        let recommended = verdict.is_recommended() && fate.can_be_taken();
        let (account, reason, message) = match verdict {
            Verdict::New | Verdict::OtherWorkspace(_) if fate == ImportFate::Duplicate => (None, None, None),
            Verdict::New | Verdict::OtherWorkspace(_) => {
                (Some(self.free_name(identity.as_ref())), None, None)
            }
            Verdict::Repairs { account, .. } | Verdict::AlreadyHere { account } => {
                (Some(account), None, None)
            }
            Verdict::Refused { reason, message } => (None, Some(reason), Some(message)),
        };
        let about = About::of(&candidate.entry, identity);
        ImportRowView {
            row,
            file: candidate.file.clone(),
            format: about.format,
            email: about.email,
            workspace_id: about.workspace_id,
            plan: about.plan,
            ends_at: about.ends_at,
            access_token_only: about.access_token_only,
            fate,
            recommended,
            account,
            reason,
            message,
        }
    }

    fn has_seen(&mut self, entry: &Entry, identity: Option<&Identity>) -> bool {
        let Ok(login) = entry else { return false };
        let token = fingerprint_of(&obtained(login), &login.access_token, login.refresh_token.as_ref());
        let seat = identity.map(|identity| (identity.user_id.clone(), identity.workspace_id.clone()));
        let new_seat = seat.is_none_or(|seat| self.seats.insert(seat));
        let new_token = token.is_none_or(|token| self.tokens.insert(token));
        // One token may serve several workspaces of a person.
        !new_seat || (!new_token && identity.is_none())
    }

    fn free_name(&mut self, identity: Option<&Identity>) -> String {
        let registry = self.engine.core().registry.get();
        let taken =
            |name: &str| self.names.contains(name) || registry.account_named(self.tenant, name).is_some();
        let name = free_name(taken, identity.and_then(|identity| identity.plan.as_deref()));
        self.names.insert(name.clone());
        name
    }
}

/// What is shown of a login.
#[derive(Default)]
struct About {
    format: Option<FileFormat>,
    email: Option<String>,
    workspace_id: Option<String>,
    plan: Option<String>,
    ends_at: Option<jiff::Timestamp>,
    access_token_only: bool,
}

impl About {
    fn of(entry: &Entry, identity: Option<Identity>) -> Self {
        match entry {
            Err(Unusable { format, email, .. }) => {
                Self { format: *format, email: email.clone(), ..Self::default() }
            }
            Ok(login) => {
                let claims = login.claims();
                let alone = login.refresh_token.is_none();
                let said = &login.said;
                let (email, workspace_id, plan) = match identity {
                    Some(identity) => (identity.email, Some(identity.workspace_id), identity.plan),
                    None => (
                        claims.email.or_else(|| said.email.clone()),
                        said.workspace_id.clone().or(claims.workspace_id),
                        claims.plan.or_else(|| said.plan.clone()),
                    ),
                };
                Self {
                    format: Some(login.format),
                    email,
                    workspace_id,
                    plan,
                    ends_at: claims.expires_at.filter(|_| alone),
                    access_token_only: alone,
                }
            }
        }
    }
}

/// Takes the chosen logins, one after the other; one that fails leaves nothing behind and does not keep the others
/// back.
pub(crate) async fn import(
    engine: &EngineHandle,
    tenant: TenantId,
    selection: ImportSelection,
) -> Result<ImportResult, ActionError> {
    engine.keeps_tokens()?;
    let candidates = candidates(&selection.files)?;
    if let Some(choice) = selection.rows.iter().find(|choice| choice.row >= candidates.len()) {
        let text = format!("rows: There is no row {} in these files.", choice.row);
        return Err(ActionError::invalid("invalid_field", "rows", text));
    }
    let mut rows = Vec::new();
    for choice in &selection.rows {
        rows.push(import_row(engine, tenant, &candidates[choice.row].entry, choice).await);
    }
    Ok(ImportResult { rows })
}

async fn import_row(
    engine: &EngineHandle,
    tenant: TenantId,
    entry: &Entry,
    choice: &ImportChoice,
) -> ImportedRowView {
    let row = choice.row;
    let names = match names_of(engine, tenant, entry, choice) {
        Ok(names) => names,
        Err(error) => {
            let verdict = Verdict::refused(ImportReason::Name, error.message);
            return left(row, verdict);
        }
    };
    let judged = look_at(engine, tenant, entry).await;
    let (Ok(login), true) = (entry, judged.verdict.fate().can_be_taken()) else {
        return left(row, judged.verdict);
    };
    let fate = judged.verdict.fate();
    match take(engine, tenant, login, obtained(login), judged, names).await {
        Ok(account) => {
            ImportedRowView { row, fate, account: Some(account.name), reason: None, message: None }
        }
        Err(Untaken::Judged(verdict)) => left(row, verdict),
        Err(Untaken::Enroll(error)) => left(row, Verdict::refused(reason_of(&error), error.to_string())),
    }
}

fn left(row: usize, verdict: Verdict) -> ImportedRowView {
    let fate = verdict.fate();
    let (account, reason, message) = match verdict {
        Verdict::Refused { reason, message } => (None, Some(reason), Some(message)),
        Verdict::AlreadyHere { account } | Verdict::Repairs { account, .. } => (Some(account), None, None),
        Verdict::New | Verdict::OtherWorkspace(_) => (None, None, None),
    };
    ImportedRowView { row, fate, account, reason, message }
}

fn names_of(
    engine: &EngineHandle,
    tenant: TenantId,
    entry: &Entry,
    choice: &ImportChoice,
) -> Result<Names, ActionError> {
    let label = entry.as_ref().ok().and_then(|login| valid_display_name(login.said.label.as_deref()?).ok());
    let names = new_names(engine, tenant, choice.name.as_deref(), choice.display_name.as_deref())?;
    Ok(Names { display_name: names.display_name.or(label), ..names })
}

/// Why a login was not taken.
pub(super) enum Untaken {
    Judged(Verdict),
    Enroll(EnrollError),
}

/// Takes one login over, as it was judged.
pub(super) async fn take(
    engine: &EngineHandle,
    tenant: TenantId,
    login: &LoginFile,
    obtained: Obtained,
    judged: Judged,
    names: Names,
) -> Result<AccountRow, Untaken> {
    let Judged { verdict, identity } = judged;
    let Some(identity) = identity else { return Err(Untaken::Judged(verdict)) };
    let enroller = Enroller::new(engine.core().clone(), engine.poller().clone());
    match verdict {
        Verdict::New | Verdict::Repairs { .. } => {
            let enrolment = Enrolment { grant: grant(login), identity, obtained, names };
            enroller.enroll(tenant, Purpose::Add, enrolment).await.map_err(Untaken::Enroll)
        }
        Verdict::OtherWorkspace(held) => {
            enroller.add_workspace(tenant, held, identity, names).await.map_err(Untaken::Enroll)
        }
        verdict @ (Verdict::AlreadyHere { .. } | Verdict::Refused { .. }) => Err(Untaken::Judged(verdict)),
    }
}

/// The one login of a file.
pub(super) fn only_login(bytes: &[u8]) -> Result<LoginFile, Refusal> {
    let mut entries = import::read(bytes);
    if entries.len() > 1 {
        return Err(Refusal::Several(entries.len()));
    }
    match entries.pop() {
        Some(Ok(login)) => Ok(login),
        Some(Err(Unusable { refusal, .. })) => Err(refusal),
        None => Err(Refusal::Several(0)),
    }
}

fn reason_of(error: &EnrollError) -> ImportReason {
    match error {
        EnrollError::Unidentified(Unidentified::Anonymous) => ImportReason::NoIdentity,
        EnrollError::Unidentified(Unidentified::NoWorkspace) => ImportReason::NoWorkspace,
        EnrollError::Unidentified(Unidentified::Refused) => ImportReason::TokenRefused,
        EnrollError::Unidentified(Unidentified::Unreachable(_)) => ImportReason::ProviderUnreachable,
        EnrollError::Adopt(AdoptError::AlreadyHeld(_)) => ImportReason::HeldElsewhere,
        EnrollError::Adopt(AdoptError::Spent) => ImportReason::Spent,
        EnrollError::SomebodyElse { .. } | EnrollError::Gone => ImportReason::NoIdentity,
        EnrollError::Adopt(
            AdoptError::NoRefreshToken
            | AdoptError::NoSuchLogin
            | AdoptError::Vault(_)
            | AdoptError::Store(_)
            | AdoptError::BrokeDown,
        )
        | EnrollError::Store(_) => ImportReason::NotSaved,
    }
}

/// A refusal in the words of the API, for an import of one login.
pub(super) fn in_words(untaken: Untaken) -> ActionError {
    match untaken {
        Untaken::Enroll(error) => enroll_in_words(error),
        Untaken::Judged(Verdict::Refused { reason, message }) => refusal(reason, message),
        Untaken::Judged(Verdict::AlreadyHere { account }) => {
            let text =
                format!("“{account}” has this login already; a refresh token can have one owner only.");
            ActionError::conflict("refresh_token_held", "auth_json", text)
        }
        Untaken::Judged(Verdict::New | Verdict::OtherWorkspace(_) | Verdict::Repairs { .. }) => {
            refusal(ImportReason::NoIdentity, Unidentified::Anonymous.to_string())
        }
    }
}

/// Why no account came about, in the words of the API.
pub(super) fn enroll_in_words(error: EnrollError) -> ActionError {
    let message = error.to_string();
    match error {
        EnrollError::SomebodyElse { account, .. } => {
            ActionError::conflict("another_login", &account, message)
        }
        EnrollError::Gone => ActionError::not_found("account_not_found", "account", message),
        EnrollError::Store(error) => refused(error),
        error @ (EnrollError::Unidentified(_) | EnrollError::Adopt(_)) => refusal(reason_of(&error), message),
    }
}

fn refusal(reason: ImportReason, message: String) -> ActionError {
    let invalid = |code| ActionError::invalid(code, "auth_json", message.clone());
    match reason {
        ImportReason::Unreadable
        | ImportReason::TooLarge
        | ImportReason::UnknownFormat
        | ImportReason::ApiKey
        | ImportReason::OtherProvider
        | ImportReason::OtherKind
        | ImportReason::Encrypted
        | ImportReason::RefreshTokenAlone
        | ImportReason::Name => invalid("auth_json_not_usable"),
        ImportReason::ForeignIssuer => invalid("foreign_issuer"),
        ImportReason::NoIdentity | ImportReason::NoWorkspace => invalid("login_without_identity"),
        ImportReason::Ended | ImportReason::TokenRefused => invalid("login_ended"),
        ImportReason::Spent => ActionError::conflict("refresh_token_spent", "auth_json", message),
        ImportReason::HeldElsewhere => ActionError::conflict("refresh_token_held", "auth_json", message),
        ImportReason::ProviderUnreachable => ActionError::unavailable("provider_unreachable", message),
        ImportReason::NotSaved => ActionError::unavailable("login_not_saved", message),
    }
}
