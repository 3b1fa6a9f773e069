//! Files that hold logins: who writes them, what becomes of each login, and why one is not taken.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who writes files of this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// `auth.json` of the Codex CLI.
    CodexCli,
    /// `auth.json` of opencode.
    Opencode,
    /// A file of CLIProxyAPI, or several in a list.
    CliProxyApi,
    /// An export of sub2api.
    Sub2api,
    /// An export of codex-lb that is not encrypted.
    CodexLb,
    /// What the provider's website calls a session.
    ChatgptSession,
    /// A token, or an object of tokens, of nobody in particular.
    Tokens,
}

impl FileFormat {
    /// The name of the tool.
    pub fn title(self) -> &'static str {
        match self {
            Self::CodexCli => "Codex CLI",
            Self::Opencode => "opencode",
            Self::CliProxyApi => "CLIProxyAPI",
            Self::Sub2api => "sub2api",
            Self::CodexLb => "codex-lb",
            Self::ChatgptSession => "ChatGPT session",
            Self::Tokens => "tokens",
        }
    }
}

/// What becomes, or became, of one login of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportFate {
    /// A new account.
    NewAccount,
    /// A new account for another workspace of a login that is here already.
    OtherWorkspace,
    /// The account that the person has in this workspace gets this login; name, pools and history stay.
    Repairs,
    /// Nothing: the account has this very login.
    AlreadyHere,
    /// Nothing: it stands further up in the same table.
    Duplicate,
    /// Nothing: its refresh token was used up here.
    Spent,
    /// Nothing: it is over, and cannot be renewed.
    Ended,
    /// Nothing: the reason says why.
    Refused,
}

impl ImportFate {
    /// Whether the login can be taken.
    pub fn can_be_taken(self) -> bool {
        match self {
            Self::NewAccount | Self::OtherWorkspace | Self::Repairs => true,
            Self::AlreadyHere | Self::Duplicate | Self::Spent | Self::Ended | Self::Refused => false,
        }
    }
}

/// Why a login of a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportReason {
    /// The file is no text, no JSON, or broken off.
    Unreadable,
    /// It is larger than 1 MiB, or holds more than 200 logins.
    TooLarge,
    /// JSON of a form that is not known.
    UnknownFormat,
    /// An API key is no account.
    ApiKey,
    /// A login of another provider.
    OtherProvider,
    /// A kind of sign-in that Rockpool does not speak, such as an agent's identity.
    OtherKind,
    /// Encrypted by the tool that wrote it.
    Encrypted,
    /// A refresh token without its access token.
    RefreshTokenAlone,
    /// Another issuer's, to which no token is sent from here.
    ForeignIssuer,
    /// It does not say whose it is, and neither does the provider.
    NoIdentity,
    /// It names no workspace, and neither does the provider.
    NoWorkspace,
    /// Its refresh token was used up here.
    Spent,
    /// It is over, and cannot be renewed.
    Ended,
    /// The provider refuses it.
    TokenRefused,
    /// The provider had to be asked and did not answer.
    ProviderUnreachable,
    /// Another account or tenant of this machine has it.
    HeldElsewhere,
    /// It could not be saved: keychain or database.
    NotSaved,
    /// The name that was chosen is taken, or is no name.
    Name,
}

/// Who renews a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RenewedBy {
    /// Rockpool.
    #[default]
    Rockpool,
    /// The tool whose file is followed.
    OtherTool,
    /// Nobody: it is an access token alone.
    Nobody,
}
