//! Tools on this machine, and how each stands to the endpoint.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::client::KeyKind;

/// How a tool stands to the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    NotConnected,
    /// Every setting is as Rockpool put it.
    Connected,
    /// It leads to an address that Rockpool served before.
    Moved,
    /// Some settings were edited since.
    Edited,
    /// None of the settings is there any more.
    Gone,
    /// A file cannot be read; `problem` says why.
    Unreadable,
    /// It takes environment variables alone: there is a snippet for them, and nothing to connect.
    ByVariables,
}

/// Who renews the tokens of a tool's own login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoginOwners {
    /// Rockpool holds the same refresh token, or has used it up: whoever is second to present it is signed out.
    Both,
    /// Rockpool re-reads the tool's file and leaves renewing to the tool.
    Tool,
    /// The account has a login of its own in Rockpool.
    Apart,
}

/// A login to the provider that a tool has of its own, and that is an account here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnLoginView {
    pub file: String,
    /// Slug.
    pub account: String,
    pub owners: LoginOwners,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToolView {
    /// As in addresses and on the command line, such as `codex`.
    pub name: String,
    /// As its makers write it.
    pub title: String,
    /// Programs, files and folders by which it was found; none where it is not installed.
    pub found: Vec<String>,
    pub state: ToolState,
    /// Settings that were edited since.
    pub edited: Vec<String>,
    /// Its client, where it was connected and that was not removed since.
    pub client: Option<String>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub connected_at: Option<Timestamp>,
    /// It has to be told a model.
    pub needs_model: bool,
    /// The model that was named when it was connected.
    pub model: Option<String>,
    pub own_login: Option<OwnLoginView>,
    /// Why it cannot be connected or looked at now, as a sentence.
    pub problem: Option<String>,
}

/// What is left for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToolTodo {
    /// The tool reads its configuration when it starts.
    Restart,
    /// Choose this in the tool's list of models.
    ChooseModel { model: String },
    /// Paste the key where the tool lists its providers, or set this variable.
    GiveKey { variable: String },
    /// Take the snippet for the shell.
    SetVariables,
    /// How the tool is called from now on.
    Call { command: String },
}

/// What connecting a tool would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToolPreview {
    /// Unified, secrets masked; empty where everything is as it shall be.
    pub diff: String,
    /// Files that would be written.
    pub files: Vec<String>,
    pub todo: Vec<ToolTodo>,
    pub key_kind: KeyKind,
    /// Name of the client that the tool gets.
    pub client: String,
    /// Slug of the account that it is pointed at.
    pub account: String,
    /// Stands for what the files hold now; sent back, the change is made only if they still do.
    pub seen: String,
}

/// One real request that went through the endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToolCheck {
    /// Slug of the account that answered.
    pub account: String,
    pub model: Option<String>,
    pub milliseconds: u64,
}

/// What a person writes into a program or a shell of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnippetView {
    /// As on the command line, such as `openai-python`.
    pub name: String,
    pub title: String,
    /// With `YOUR_KEY` where the key belongs, and `MODEL` where none was named.
    pub text: String,
}
