//! Files of every tool that is known, and what is said of the others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::file::read_followed;
use super::{Entry, LoginFile, Refusal, read};
use crate::model::import::{FileFormat, ImportReason};

fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.sig", part(&json!({"alg": "none"})), part(claims))
}

fn token() -> String {
    jwt(&json!({ "exp": 4_000_000_000_u64, "https://api.openai.com/profile": { "email": "p1@b.test" },
        "https://api.openai.com/auth": { "chatgpt_user_id": "user-p1", "chatgpt_account_id": "ws-p1" } }))
}

fn cli() -> Value {
    json!({ "auth_mode": "chatgpt", "OPENAI_API_KEY": null, "last_refresh": "2026-11-27T10:00:00Z",
        "tokens": { "id_token": token(), "access_token": token(), "refresh_token": "rt_p1", "account_id": "ws-p1" } })
}

fn entries(file: &Value) -> Vec<Entry> {
    read(file.to_string().as_bytes())
}

fn login(file: &Value) -> LoginFile {
    let mut entries = entries(file);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0).unwrap()
}

fn refusal(file: &Value) -> Refusal {
    let mut entries = entries(file);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0).unwrap_err().refusal
}

#[track_caller]
fn is_p1(login: &LoginFile, format: FileFormat) {
    assert_eq!(login.format, format);
    assert_eq!(login.access_token.expose_secret(), token());
    assert_eq!(login.refresh_token.as_ref().unwrap().expose_secret(), "rt_p1");
    assert_eq!(login.said.workspace_id.as_deref(), Some("ws-p1"));
}

#[test]
fn the_same_login_is_read_of_the_files_of_every_tool() {
    is_p1(&login(&cli()), FileFormat::CodexCli);
    is_p1(
        &login(&json!({ "tokens": { "idToken": token(), "accessToken": token(), "refreshToken": "rt_p1",
            "accountId": "ws-p1" } })),
        FileFormat::CodexCli,
    );
    let opencode = json!({
        "github-copilot": { "type": "oauth", "refresh": "gh", "access": "gh", "expires": 0 },
        "openai": { "type": "oauth", "access": token(), "refresh": "rt_p1", "expires": 4_000_000_000_000_u64,
            "accountId": "ws-p1" } });
    is_p1(&login(&opencode), FileFormat::Opencode);
    let flat = json!({ "type": "codex", "email": "p1@b.test", "id_token": token(), "access_token": token(),
        "refresh_token": "rt_p1", "account_id": "ws-p1", "expired": "2026-12-06T13:19:15+08:00" });
    is_p1(&login(&flat), FileFormat::CliProxyApi);
    let listed = entries(&json!([flat, { "type": "gemini", "access_token": "x", "refresh_token": "y" }]));
    is_p1(listed[0].as_ref().unwrap(), FileFormat::CliProxyApi);
    assert_eq!(listed[1].as_ref().unwrap_err().refusal, Refusal::OtherProvider("gemini".to_owned()));
    let credentials = json!({ "access_token": token(), "refresh_token": "rt_p1", "id_token": token() });
    let mut sub2api = credentials.clone();
    sub2api["chatgpt_account_id"] = json!("ws-p1");
    let sub2api = json!({ "type": "sub2api-data", "version": 1, "exported_at": "2026-09-01T00:00:00Z", "proxies": [],
        "accounts": [{ "name": "Team seat", "platform": "openai", "type": "oauth", "credentials": sub2api,
            "concurrency": 3, "priority": 1 }] });
    is_p1(&login(&sub2api), FileFormat::Sub2api);
    assert_eq!(login(&sub2api).said.label.as_deref(), Some("Team seat"));
    is_p1(&login(&json!({ "data": sub2api, "skip_default_group_bind": true })), FileFormat::Sub2api);
    let bundle = json!({ "version": 1, "created_at": "2026-09-01T00:00:00Z", "accounts": [{ "email": "p1@b.test",
        "chatgpt_account_id": "ws-p1", "plan_type": "Plus", "alias": "Mine", "credentials": credentials }] });
    is_p1(&login(&bundle), FileFormat::CodexLb);
    assert_eq!(login(&bundle).said.plan.as_deref(), Some("plus"));
    let export = json!({ "filename": "auth.json", "codexAuthJson": cli(), "opencodeAuthJson": opencode });
    is_p1(&login(&export), FileFormat::CodexLb);
    is_p1(&login(&json!({ "email": "p1@b.test", "authJson": cli().to_string() })), FileFormat::CodexLb);
}

#[test]
fn a_file_is_read_in_utf_8_and_utf_16_with_and_without_a_mark() {
    let text = cli().to_string();
    let wide = |mark: &[u8], unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain(text.encode_utf16().flat_map(unit)).collect()
    };
    let marked = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    let files = [
        marked,
        wide(b"\xFF\xFE", u16::to_le_bytes),
        wide(b"\xFE\xFF", u16::to_be_bytes),
        wide(b"", u16::to_le_bytes),
        wide(b"", u16::to_be_bytes),
        format!("\n {text}\r\n").into_bytes(),
    ];
    for file in files {
        is_p1(read(&file)[0].as_ref().unwrap(), FileFormat::CodexCli);
    }
    let odd = read(b"\xFF\xFE{").remove(0).unwrap_err().refusal;
    assert_eq!(odd, Refusal::NotText);
    assert_eq!(read(b"\xC0\xC1").remove(0).unwrap_err().refusal, Refusal::NotText);
}

#[test]
fn an_access_token_alone_is_a_login_without_a_refresh_token() {
    let session = json!({ "user": { "id": "user-p1", "email": "p1@b.test" }, "expires": "2026-12-01T00:00:00Z",
        "account": { "id": "ws-p1", "planType": "Plus" }, "accessToken": token() });
    let read_session = login(&session);
    assert_eq!(read_session.format, FileFormat::ChatgptSession);
    assert_eq!(
        (read_session.said.plan.as_deref(), read_session.said.user_id.as_deref()),
        (Some("plus"), Some("user-p1"))
    );
    let personal = json!({ "auth_mode": "personalAccessToken", "OPENAI_API_KEY": null, "tokens": null,
        "personal_access_token": "at-made-up" });
    let personal = login(&personal);
    assert_eq!(personal.access_token.expose_secret(), "at-made-up");
    for alone in [token(), "at-made-up".to_owned(), format!("\"{}\"", token())] {
        let login = read(alone.as_bytes()).remove(0).unwrap();
        assert_eq!(login.format, FileFormat::Tokens);
        assert!(login.refresh_token.is_none());
    }
    assert!(read_session.refresh_token.is_none() && personal.refresh_token.is_none());
}

#[test]
fn what_is_no_login_is_called_what_it_is() {
    let api_key = json!({ "OPENAI_API_KEY": "sk-made-up", "tokens": null, "last_refresh": null });
    assert_eq!(refusal(&api_key), Refusal::ApiKey);
    assert_eq!(refusal(&json!({ "openai": { "type": "api", "key": "sk-made-up" } })), Refusal::ApiKey);
    assert_eq!(read(b"sk-made-up-key").remove(0).unwrap_err().refusal, Refusal::ApiKey);
    assert_eq!(refusal(&json!({ "tokens": { "refresh_token": "rt" } })), Refusal::RefreshTokenAlone);
    let bundle = json!({ "format": "codex-lb-account-bundle", "version": 1, "ciphertext": "x" });
    assert_eq!(refusal(&bundle), Refusal::Encrypted);
    let agent = json!({ "auth_mode": "agentIdentity", "tokens": null, "agent_identity": {} });
    assert_eq!(refusal(&agent).reason(), ImportReason::OtherKind);
    let copilot = json!({ "github-copilot": { "type": "oauth", "refresh": "gh", "access": "gh" } });
    assert_eq!(refusal(&copilot), Refusal::OtherProvider("github-copilot".to_owned()));
    let claude = json!({ "accounts": [{ "platform": "anthropic", "credentials": { "access_token": "x" } }] });
    assert_eq!(refusal(&claude), Refusal::OtherProvider("anthropic".to_owned()));
    let other = refusal(&json!({ "clientId": "x", "scope": [] })).to_string();
    assert!(other.contains("clientId, scope") && other.contains("CLIProxyAPI"), "{other}");
    assert_eq!(read(b"").remove(0).unwrap_err().refusal, Refusal::Empty);
    assert_eq!(refusal(&json!([])).reason(), ImportReason::UnknownFormat);
    assert_eq!(refusal(&json!(7)).reason(), ImportReason::UnknownFormat);
    let many: Vec<Value> = (0..201).map(|_| cli()).collect();
    assert_eq!(refusal(&json!(many)), Refusal::TooMany);
    assert_eq!(read(&vec![b' '; (1 << 20) + 1]).remove(0).unwrap_err().refusal, Refusal::TooLarge);
}

#[test]
fn no_refusal_repeats_what_could_be_a_secret() {
    let files = [
        r#"{"tokens": rt-secret"#,
        r#"{"tokens": "rt-secret"}"#,
        r#"{"rt_secret1": {"x": 1}, "rt-secret-that-is-longer-than-names-are": 2}"#,
        r#"{"type": "rt-secret 1", "access_token": "at-secret"}"#,
        r#""rt-secret""#,
    ];
    for file in files {
        let unusable = read(file.as_bytes()).remove(0).unwrap_err();
        let told = format!("{} {unusable:?}", unusable.refusal);
        assert!(!told.contains("secret"), "{told}");
    }
    let printed = format!("{:?}", login(&cli()));
    assert!(!printed.contains("rt_p1") && !printed.contains(&token()), "{printed}");
}

#[tokio::test]
async fn a_followed_file_gives_the_login_of_its_person() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auth.json");
    let text: Vec<u8> = cli().to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&path, [b"\xFF\xFE".as_slice(), &text].concat()).unwrap();
    is_p1(&read_followed(&path, "user-p1").await.unwrap(), FileFormat::CodexCli);
    let p2 = jwt(&json!({ "https://api.openai.com/auth": { "chatgpt_user_id": "user-p2" } }));
    let both = json!([{ "type": "codex", "access_token": p2, "refresh_token": "rt_p2" }, cli()]);
    std::fs::write(&path, both.to_string()).unwrap();
    is_p1(&read_followed(&path, "user-p1").await.unwrap(), FileFormat::CodexCli);
    assert_eq!(read_followed(&path, "user-p3").await.unwrap_err(), Refusal::Several(2));
    std::fs::write(&path, r#"{"OPENAI_API_KEY":"sk-x"}"#).unwrap();
    assert_eq!(read_followed(&path, "user-p1").await.unwrap_err(), Refusal::ApiKey);
    let missing = read_followed(&folder.path().join("none"), "user-p1").await.unwrap_err();
    assert!(matches!(missing, Refusal::NoFile(_)), "{missing}");
}
