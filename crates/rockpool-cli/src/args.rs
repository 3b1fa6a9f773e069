//! What can be typed; the names are faces that scripts rely on.

use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rockpool_engine::snapshot::UsageBy;
use rockpool_routing::{Conversations, Strategy};

use crate::settings::SettingArgs;

/// Several Codex accounts behind one local endpoint.
///
/// With a server running (the app or `rockpool serve`) commands talk to it; otherwise they work on the
/// data folder themselves. Exit code: 0 done, 1 refused (a sentence on stderr says why), 2 usage.
#[derive(Debug, Parser)]
#[command(name = "rockpool", version, about, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print one JSON document per line instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the endpoint without a desktop, until SIGTERM or Ctrl-C
    Serve(ServeArgs),
    #[command(flatten)]
    Ask(AskCommand),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Try everything out against a simulated provider; touches nothing of the real installation
    ///
    /// Folder, provider and vault are its own; of the settings it takes --listen and --log.
    #[arg(long)]
    pub(crate) rehearsal: bool,
    /// Print a link to the dashboard that works once, and open it in a browser where there is one
    #[arg(long)]
    pub(crate) open: bool,
}

impl ServeArgs {
    pub(crate) fn what(&self) -> Serving {
        if self.rehearsal { Serving::Rehearsal } else { Serving::Installation }
    }

    pub(crate) fn dashboard(&self) -> Dashboard {
        if self.open { Dashboard::Open } else { Dashboard::OnDemand }
    }
}

/// Whether a server shows the dashboard when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dashboard {
    /// Whoever wants it asks with `rockpool dashboard`.
    OnDemand,
    Open,
}

impl Dashboard {
    /// What is logged where nobody says: less for a person who is to find a link among the lines.
    pub(crate) fn usual_log(self) -> &'static str {
        match self {
            Self::OnDemand => "info",
            Self::Open => "warn",
        }
    }
}

/// What `rockpool serve` works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Serving {
    Installation,
    Rehearsal,
}

/// What is asked of an engine, whoever runs it.
#[derive(Debug, Subcommand)]
pub(crate) enum AskCommand {
    /// Show accounts, pools and clients
    Status,
    /// Open the dashboard in the browser, signed in by a link that works once
    Dashboard(DashboardArgs),
    /// Signed-in accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Pools: an owner account, its members and a strategy
    #[command(subcommand)]
    Pool(PoolCommand),
    /// Local tools, each with a key of its own
    #[command(subcommand)]
    Client(ClientCommand),
    /// Tokens of recorded requests, and what they would have cost at API prices; no bill
    Usage(UsageArgs),
    /// Lead a tool on this machine here by its own configuration; without TOOL, list them
    ///
    /// The change is shown before it is made. It can be taken back at any time, also when the file was edited since.
    Connect(ConnectArgs),
    /// Take back what connecting a tool has changed
    Disconnect(DisconnectArgs),
    /// Show what is set and where each value comes from, or change it
    Settings {
        #[command(subcommand)]
        command: Option<SettingsCommand>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    /// What requests are put together by
    #[arg(long, value_enum, default_value_t = GroupBy::Tool)]
    pub(crate) by: GroupBy,
    /// So many days, today among them
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub(crate) days: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupBy {
    Tool,
    Account,
    Client,
    Model,
    Day,
}

impl From<GroupBy> for UsageBy {
    fn from(by: GroupBy) -> Self {
        match by {
            GroupBy::Tool => Self::Tool,
            GroupBy::Account => Self::Account,
            GroupBy::Client => Self::Client,
            GroupBy::Model => Self::Model,
            GroupBy::Day => Self::Day,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DashboardArgs {
    /// Only print the link
    #[arg(long)]
    pub(crate) no_browser: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Sign in to a new account, through the browser or with a code
    ///
    /// With --json, the first line is the sign-in with its address (and with --device its code), the last one its
    /// result.
    Add(SignInArgs),
    /// Sign in again to an account that asks for it; its name, pools and history stay
    SignIn {
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        name: String,
        #[command(flatten)]
        how: SignInArgs,
    },
    /// List the workspaces that the login of an account reaches, or make an account of another one
    ///
    /// The new account shares the login: no second sign-in, and the refresh token keeps its one owner.
    Workspaces {
        /// Slug of the account whose login it is
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        name: String,
        /// Id of the workspace to make an account of
        #[arg(long, value_name = "WORKSPACE", value_parser = NonEmptyStringValueParser::new())]
        add: Option<String>,
        /// Slug of the new account; made from the plan where it is not given
        #[arg(long = "name", value_name = "SLUG", requires = "add")]
        slug: Option<String>,
    },
    /// Make accounts of the logins in files of the Codex CLI, opencode, CLIProxyAPI, sub2api or codex-lb
    ///
    /// A file with one login becomes an account at once. With several logins or files, a table says what would
    /// become of each, and --all takes them over.
    Import(ImportArgs),
    /// Give an account another name
    Rename(RenameArgs),
    /// Put accounts first in lists, in this order
    Order {
        /// Names separated by commas; the others follow as they stood
        #[arg(value_delimiter = ',', required = true, value_parser = NonEmptyStringValueParser::new())]
        names: Vec<String>,
    },
    /// List accounts
    List,
    /// Set an account aside
    Pause(Named),
    /// Use a paused account again
    Resume(Named),
    /// Remove an account
    Remove(Named),
}

#[derive(Debug, Args)]
pub(crate) struct SignInArgs {
    /// Only print the address
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Print a code that is entered on any device, where this machine's browser is elsewhere
    #[arg(long)]
    pub(crate) device: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// An auth.json, or another file that holds logins
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Slug of the new account, for a file with one login; made from its plan when absent
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: Option<String>,
    /// Re-read the file whenever it changes and leave refreshing to its tool
    #[arg(long)]
    pub(crate) follow: bool,
    /// Set the file aside afterwards without asking
    #[arg(long, conflicts_with = "follow")]
    pub(crate) yes: bool,
    /// Take over every login that is new, or that repairs an account
    #[arg(long, conflicts_with_all = ["name", "follow"])]
    pub(crate) all: bool,
    /// Only show what would become of each login
    #[arg(long, conflicts_with_all = ["name", "follow", "yes", "all"])]
    pub(crate) preview: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    /// Its name
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
    /// Its new name: lower-case letters, digits and inner dashes
    #[arg(value_parser = NonEmptyStringValueParser::new(), required_unless_present = "display_name")]
    pub(crate) new: Option<String>,
    /// What people read in its place
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) display_name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// Make or replace the pool of an account
    Set {
        /// Slug of the account that tools are pointed at
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        owner: String,
        /// primary_first, round_robin, priority_order, most_headroom or soonest_reset
        #[arg(long)]
        strategy: Strategy,
        /// Slugs of the other accounts, in order, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        members: Vec<String>,
        /// Whether conversations stay on the account that began to answer them; stay where it is not given
        ///
        /// With rotate, each request is placed anew as far as its history allows: use is spread evenly, and what
        /// the provider has cached is lost with each move.
        #[arg(long, value_parser = conversations())]
        conversations: Option<Conversations>,
    },
    /// Dissolve the pool of an account; its accounts stay
    Remove {
        /// Slug of the owner
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        owner: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Make a client and print its key, which is never shown again
    Add {
        /// Unique name, such as the tool's
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        name: String,
        /// Slug of the account that it is pointed at
        #[arg(long)]
        account: String,
        /// Make a key that is part of the address, for a tool that sends a bearer of its own
        #[arg(long)]
        path_key: bool,
        /// A strategy of its own in place of the pool's
        #[arg(long)]
        strategy: Option<Strategy>,
        /// Use that account alone, whatever pool it has
        #[arg(long, conflicts_with = "strategy")]
        single: bool,
    },
    /// List clients
    List,
    /// Remove a client; its key ends at once
    Remove(Named),
    /// Print a new key; the old one ends at once
    Rotate(Named),
}

#[derive(Debug, Args)]
pub(crate) struct ConnectArgs {
    /// codex, opencode, claude, continue, cline, aider, zed, qwen, pi or llm
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) tool: Option<String>,
    /// Slug of the account that it is pointed at; the first pool's owner when absent
    #[arg(long, requires = "tool")]
    pub(crate) account: Option<String>,
    /// The model that it shall ask for; its own choice when absent
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Only show the change
    #[arg(long, requires = "tool")]
    pub(crate) dry_run: bool,
    /// Make the change without asking
    #[arg(long, requires = "tool", conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Print what to write into a program or shell of one's own, such as openai-python or curl
    #[arg(long, value_name = "KIND", conflicts_with = "tool", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) snippet: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DisconnectArgs {
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) tool: String,
    /// Leave settings that were edited since as they are now
    #[arg(long)]
    pub(crate) keep: bool,
    /// Put settings that were edited since back to what they were before
    #[arg(long, conflicts_with = "keep")]
    pub(crate) take_back: bool,
    /// Keep its client and key, where something else uses them too
    #[arg(long)]
    pub(crate) keep_key: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Change a setting, in force at once
    Set {
        name: SettingName,
        /// Several are separated by commas
        value: String,
    },
    /// Put the default back
    Reset { name: SettingName },
}

/// The settings by the names that the API gives them.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum SettingName {
    /// Address and port of the endpoint
    Listen,
    /// Names besides this machine's own under which tools may reach the endpoint
    Hosts,
    /// Origins of web pages that may use the endpoint
    Origins,
    /// Names of models that mean another: NAME=MODEL or CLIENT:NAME=MODEL, several separated by commas; claude-*=gpt-5.5
    ModelAliases,
    /// system, en, vi, zh or ja
    Language,
    /// system, light or dark
    Theme,
    /// By which proxy the provider is asked: system, none, or an address such as socks5://127.0.0.1:1080
    Proxy,
    /// The same for single accounts: NAME=PROXY, several separated by commas; NAME= takes it back
    AccountProxies,
    /// Path of a PEM file with an extra certificate authority
    CaFile,
    /// How many requests are kept, 100 to 10000
    KeepRequests,
    /// For how many days requests are kept, 1 to 365
    KeepRequestsDays,
    /// For how many days the course of quota is kept, 1 to 14
    KeepQuotaDays,
    /// After how many days a silent conversation may be placed anew, 1 to 90
    KeepConversationsDays,
    /// Where logins are kept: keychain or file; all of them are moved
    Vault,
}

fn conversations() -> impl TypedValueParser<Value = Conversations> {
    PossibleValuesParser::new(["stay", "rotate"]).map(|name| match name.as_str() {
        "rotate" => Conversations::Rotate,
        _ => Conversations::Stay,
    })
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its name
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::*;

    fn refused(line: &str) -> ErrorKind {
        Cli::try_parse_from(line.split(' ')).unwrap_err().kind()
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_faces_that_scripts_rely_on_are_there() {
        let lines = [
            "rockpool serve",
            "rockpool dashboard",
            "rockpool dashboard --no-browser --json",
            "rockpool serve --rehearsal --open --listen 127.0.0.1:0 --log debug",
            "rockpool serve --vault file:/x --passphrase-file /p --ca-file /c",
            "rockpool --data-dir /d status",
            "rockpool status --auth-url http://127.0.0.1:1 --backend-url http://127.0.0.1:1/x",
            "rockpool status --json",
            "rockpool --json status",
            "rockpool account import auth.json --name a",
            "rockpool account import auth.json --name a --follow",
            "rockpool account import auth.json --name a --yes",
            "rockpool account import auth.json",
            "rockpool account import a.json b.json --all --yes",
            "rockpool account import a.json --preview --json",
            "rockpool account rename a b",
            "rockpool account rename a --display-name Work",
            "rockpool account order a,b",
            "rockpool account list",
            "rockpool account pause a",
            "rockpool account resume a",
            "rockpool account remove a",
            "rockpool account add --no-browser",
            "rockpool account add --device",
            "rockpool account sign-in a",
            "rockpool account sign-in a --device --json",
            "rockpool account workspaces a",
            "rockpool account workspaces a --add w --name b",
            "rockpool pool set a --strategy round_robin --members b,c",
            "rockpool pool set a --strategy soonest_reset --members b --conversations rotate",
            "rockpool pool remove a",
            "rockpool client add tool --account a",
            "rockpool client add tool --account a --path-key",
            "rockpool client add tool --account a --single",
            "rockpool client list",
            "rockpool connect",
            "rockpool connect codex",
            "rockpool connect codex --dry-run --json",
            "rockpool connect opencode --yes --account a --model gpt-5.5",
            "rockpool connect --snippet curl",
            "rockpool disconnect codex",
            "rockpool disconnect codex --keep",
            "rockpool disconnect codex --take-back --keep-key",
            "rockpool settings",
            "rockpool settings --json",
            "rockpool settings set listen 127.0.0.1:8000",
            "rockpool settings set hosts host.docker.internal,pool.lan",
            "rockpool settings reset listen",
            "rockpool settings set account_proxies ada=none,ben=socks5://127.0.0.1:1080",
            "rockpool settings set keep_requests_days 30",
            "rockpool settings set vault file",
            "rockpool client remove tool",
            "rockpool client rotate tool --json",
        ];
        for line in lines {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
    }

    #[test]
    fn bad_usage_is_found_before_anything_runs() {
        assert_eq!(refused("rockpool pool set a --strategy fastest --members b"), ErrorKind::ValueValidation);
        assert_eq!(refused("rockpool account import"), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("rockpool account rename a"), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("rockpool account import f --all --name a"), ErrorKind::ArgumentConflict);
        assert_eq!(refused("rockpool account import f --name a --follow --yes"), ErrorKind::ArgumentConflict);
        assert_eq!(refused("rockpool account pause "), ErrorKind::InvalidValue);
        assert_eq!(refused("rockpool account workspaces a --name b"), ErrorKind::MissingRequiredArgument);
        let pool = "rockpool pool set a --strategy round_robin --members b --conversations";
        assert_eq!(refused(&format!("{pool} sometimes")), ErrorKind::InvalidValue);
        let client = "rockpool client add tool --account a --single --strategy round_robin";
        assert_eq!(refused(client), ErrorKind::ArgumentConflict);
        assert_eq!(refused("rockpool settings set colour red"), ErrorKind::InvalidValue);
        assert_eq!(refused("rockpool nonsense"), ErrorKind::InvalidSubcommand);
    }

    #[test]
    fn members_are_separated_by_commas() {
        let cli = Cli::try_parse_from("rockpool pool set a --strategy round_robin --members b,c".split(' '));
        let Command::Ask(AskCommand::Pool(PoolCommand::Set { members, .. })) = cli.unwrap().command else {
            panic!()
        };
        assert_eq!(members, ["b", "c"]);
    }
}
