//! Which form a JSON value has, and the logins in it.
//!
//! Names of fields come in both spellings (`access_token`, `accessToken`); opencode has names of its own.

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::login_file::Said;
use super::{Entry, LoginFile, Refusal, Unusable};
use crate::model::import::FileFormat;
use crate::provider::claims::Claims;

type Object = Map<String, Value>;

const ACCESS: &[&str] = &["access_token", "accessToken", "access"];
const REFRESH: &[&str] = &["refresh_token", "refreshToken", "refresh"];
const ID: &[&str] = &["id_token", "idToken"];
const PERSONAL: &[&str] = &["personal_access_token", "personalAccessToken"];
const API_KEY: &[&str] = &["OPENAI_API_KEY", "openai_api_key", "openaiApiKey", "api_key", "apiKey"];
const WORKSPACE: &[&str] = &["chatgpt_account_id", "chatgptAccountId", "account_id", "accountId"];
const USER: &[&str] = &["chatgpt_user_id", "chatgptUserId", "user_id", "userId"];
const EMAIL: &[&str] = &["email"];
const PLAN: &[&str] = &["plan_type", "planType", "chatgpt_plan_type", "chatgptPlanType"];
const LABEL: &[&str] = &["alias", "label", "name"];
/// What codex-lb puts around an `auth.json`; in older versions as text.
const WRAPPED: &[&str] = &["codex_auth_json", "codexAuthJson", "auth_json", "authJson"];
/// Longest name of a field that is repeated to the person, and how many are.
const LONGEST_FIELD: usize = 24;
const MOST_FIELDS: usize = 5;

pub(super) fn entries(value: &Value) -> Vec<Entry> {
    match value {
        Value::Array(list) => list.iter().flat_map(entries).collect(),
        Value::Object(object) => of_object(object),
        Value::String(text) => vec![bare(text.trim()).unwrap_or_else(|| unknown(None, "a text"))],
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![unknown(None, "no object")],
    }
}

/// A token without anything around it; `None` for any other text.
pub(super) fn bare(text: &str) -> Option<Entry> {
    let token = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['"', '{']);
    if text.len() < 8 || !token(text) {
        return None;
    }
    if text.starts_with("sk-") {
        return Some(refused(None, Refusal::ApiKey));
    }
    if text.starts_with("rt_") || text.starts_with("rt.") {
        return Some(refused(None, Refusal::RefreshTokenAlone));
    }
    let access_token = SecretString::from(text);
    if !text.starts_with(PERSONAL_PREFIX) && Claims::read(&access_token) == Claims::default() {
        return None;
    }
    let format = FileFormat::Tokens;
    Some(Ok(LoginFile { format, access_token, refresh_token: None, id_token: None, said: Said::default() }))
}

/// How the provider's personal access tokens begin; they are no JWT.
pub(crate) const PERSONAL_PREFIX: &str = "at-";

fn of_object(object: &Object) -> Vec<Entry> {
    if text(object, &["format"]).is_some_and(|format| format == "codex-lb-account-bundle") {
        return vec![refused(Some(FileFormat::CodexLb), Refusal::Encrypted)];
    }
    if let Some(data) = child(object, &["data"]) {
        return of_object(data);
    }
    if let Some(accounts) = object.get("accounts").and_then(Value::as_array) {
        return accounts.iter().flat_map(exported).collect();
    }
    if let Some(wrapped) = WRAPPED.iter().find_map(|name| object.get(*name)) {
        return unwrapped(wrapped);
    }
    vec![one(object)]
}

/// An account in a list of sub2api or codex-lb, or a login by itself.
fn exported(value: &Value) -> Vec<Entry> {
    let Some(account) = value.as_object() else { return entries(value) };
    let Some(credentials) = child(account, &["credentials"]) else { return of_object(account) };
    let platform = text(account, &["platform"]);
    let format = if platform.is_some() { FileFormat::Sub2api } else { FileFormat::CodexLb };
    if let Some(other) = platform.filter(|platform| platform != "openai") {
        return vec![refused(Some(format), Refusal::OtherProvider(field_name(&other)))];
    }
    vec![login(format, credentials, &[account])]
}

fn unwrapped(value: &Value) -> Vec<Entry> {
    let parsed = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    let inner = parsed.as_ref().unwrap_or(value).as_object();
    let entries = inner.map_or_else(|| vec![unknown(None, "a text")], of_object);
    let as_export = |login| LoginFile { format: FileFormat::CodexLb, ..login };
    entries.into_iter().map(|entry| entry.map(as_export)).collect()
}

fn one(object: &Object) -> Entry {
    if let Some(tokens) = child(object, &["tokens"]) {
        return login(FileFormat::CodexCli, tokens, &[object]);
    }
    if text(object, PERSONAL).is_some() {
        return login(FileFormat::CodexCli, object, &[]);
    }
    if let Some(openai) = child(object, &["openai"]) {
        return login(FileFormat::Opencode, openai, &[]);
    }
    if text(object, ACCESS).is_some() || text(object, REFRESH).is_some() {
        return flat(object);
    }
    if let Some(kind) = text(object, &["auth_mode", "authMode"]).and_then(|mode| other_kind(&mode)) {
        return refused(Some(FileFormat::CodexCli), Refusal::OtherKind(kind));
    }
    if text(object, API_KEY).is_some() {
        return refused(None, Refusal::ApiKey);
    }
    let others = |value: &Value| child_type(value).is_some();
    if !object.is_empty() && object.values().all(others) {
        let names = names(object);
        return refused(Some(FileFormat::Opencode), Refusal::OtherProvider(names));
    }
    unknown(None, &format!("JSON with {}", names(object)))
}

/// Tokens at the top level: CLIProxyAPI says what they are, the provider's website puts the person beside them.
fn flat(object: &Object) -> Entry {
    let session = child(object, &["user"]).zip(text(object, &["accessToken"]));
    if let Some((user, _)) = session {
        let account = child(object, &["account"]).cloned().unwrap_or_default();
        let said = Said {
            workspace_id: text(&account, &["id"]),
            plan: text(&account, PLAN).map(|plan| plan.to_lowercase()),
            user_id: text(user, &["id"]),
            email: text(user, EMAIL),
            ..Said::default()
        };
        return tokens(FileFormat::ChatgptSession, object, said);
    }
    match text(object, &["type"]).as_deref() {
        Some("codex") => login(FileFormat::CliProxyApi, object, &[]),
        None | Some("oauth" | "openai" | "chatgpt") => login(FileFormat::Tokens, object, &[]),
        Some(other) => refused(Some(FileFormat::CliProxyApi), Refusal::OtherProvider(field_name(other))),
    }
}

/// The tokens in `object`, with what it and those `around` it say.
fn login(format: FileFormat, object: &Object, around: &[&Object]) -> Entry {
    let near = |names: &[&str]| {
        let mut places = std::iter::once(object).chain(around.iter().copied());
        places.find_map(|place| text(place, names))
    };
    let issuer = child(object, &["oauth_provenance", "oauthProvenance"]);
    let email = near(EMAIL);
    let said = Said {
        workspace_id: near(WORKSPACE),
        user_id: near(USER),
        plan: near(PLAN).map(|plan| plan.to_lowercase()),
        label: around
            .iter()
            .find_map(|place| text(place, LABEL))
            .filter(|label| Some(label) != email.as_ref()),
        email,
        issuer: issuer.and_then(|issuer| text(issuer, &["issuer"])),
    };
    if text(object, ACCESS).or_else(|| text(object, PERSONAL)).is_some() {
        return tokens(format, object, said);
    }
    let refusal = match (text(object, REFRESH), near(API_KEY).or_else(|| text(object, &["key"]))) {
        (Some(_), _) => Refusal::RefreshTokenAlone,
        (None, Some(_)) => Refusal::ApiKey,
        (None, None) => Refusal::Unknown(format!("JSON with {}", names(object))),
    };
    Err(Unusable { format: Some(format), email: said.email, refusal })
}

fn tokens(format: FileFormat, object: &Object, said: Said) -> Entry {
    let secret = |names: &[&str]| text(object, names).map(SecretString::from);
    let Some(access_token) = secret(ACCESS).or_else(|| secret(PERSONAL)) else {
        return unknown(Some(format), &format!("JSON with {}", names(object)));
    };
    Ok(LoginFile { format, access_token, refresh_token: secret(REFRESH), id_token: secret(ID), said })
}

fn other_kind(mode: &str) -> Option<&'static str> {
    match mode {
        "agentIdentity" => Some("an agent's identity"),
        "bedrockApiKey" | "bedrockAccessKeys" => Some("keys of Amazon Bedrock"),
        "headers" => Some("headers of its own"),
        _ => None,
    }
}

/// Text that is there; the first of the names that has one.
fn text(object: &Object, names: &[&str]) -> Option<String> {
    let texts = names.iter().filter_map(|name| object.get(*name)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
}

fn child<'a>(object: &'a Object, names: &[&str]) -> Option<&'a Object> {
    names.iter().find_map(|name| object.get(*name)?.as_object())
}

/// opencode says of each provider how it is signed in.
fn child_type(value: &Value) -> Option<&str> {
    value.get("type")?.as_str()
}

fn unknown(format: Option<FileFormat>, what: &str) -> Entry {
    refused(format, Refusal::Unknown(what.to_owned()))
}

fn refused(format: Option<FileFormat>, refusal: Refusal) -> Entry {
    Err(Unusable { format, email: None, refusal })
}

/// The first fields by name.
fn names(object: &Object) -> String {
    let shown: Vec<String> = object.keys().take(MOST_FIELDS).map(|name| field_name(name)).collect();
    if shown.is_empty() { "no field".to_owned() } else { shown.join(", ") }
}

/// A name as it can be repeated: one that has digits or is long could be a secret in the wrong place.
fn field_name(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphabetic() || letter == '_' || letter == '-';
    let fits = (1..=LONGEST_FIELD).contains(&name.len()) && name.chars().all(plain);
    if fits { name.to_owned() } else { "…".to_owned() }
}
