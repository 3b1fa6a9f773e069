//! Who can sign in, and which workspaces, plans and quota windows they have.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A person: one login, one or more workspaces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// `chatgpt_user_id` of the tokens.
    pub user_id: String,
    /// Shown on the sign-in page and put into the tokens.
    pub email: String,
    /// Never empty: a person without a workspace cannot be signed in as.
    pub workspaces: Vec<Workspace>,
}

/// One workspace of a person, with quota of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// `chatgpt_account_id` of the tokens and of the `chatgpt-account-id` header.
    pub account_id: String,
    /// A workspace's name; personal ones have none.
    #[serde(default)]
    pub name: Option<String>,
    /// The plan as the provider spells it: `free`, `plus`, `pro`, `team`, `enterprise`, …
    pub plan: String,
    /// The quota windows at the start.
    #[serde(default)]
    pub windows: Windows,
    /// Limits that single models have of their own.
    #[serde(default)]
    pub model_limits: Vec<ModelLimit>,
    /// What one answered turn takes from the windows.
    #[serde(default)]
    pub cost: Cost,
    /// Lifetime of access tokens that are issued for this workspace, in seconds (about ten days reported).
    #[serde(default = "ten_days")]
    pub access_token_seconds: u64,
    /// How many rate-limit reset credits the workspace holds.
    #[serde(default)]
    pub reset_credits: u32,
    /// The models of the plan, or `None` for the whole catalogue.
    #[serde(default)]
    pub models: Option<Vec<String>>,
}

const fn ten_days() -> u64 {
    864_000
}

impl Person {
    /// A person with one personal workspace: `ada` becomes `user-ada`, `ada@example.test`, `acct-ada`.
    #[must_use]
    pub fn named(name: &str, plan: &str, windows: Windows) -> Self {
        Self {
            user_id: format!("user-{name}"),
            email: format!("{name}@example.test"),
            workspaces: vec![Workspace::new(&format!("acct-{name}"), plan, windows)],
        }
    }

    /// The same person with one more workspace, served by the same login.
    #[must_use]
    pub fn with_workspace(mut self, workspace: Workspace) -> Self {
        self.workspaces.push(workspace);
        self
    }

    /// The seat in the person's first workspace.
    ///
    /// # Panics
    /// If the person has no workspace.
    #[must_use]
    pub fn first_seat(&self) -> SeatId {
        let workspace = self.workspaces.first().expect("a person has at least one workspace");
        SeatId::new(&self.user_id, &workspace.account_id)
    }

    /// Three people as a newcomer would like to see them: a Pro, a Plus and a Team account.
    #[must_use]
    pub fn demo() -> Vec<Self> {
        let mut ada = Self::named("ada", "pro", Windows::weekly_only());
        let mut ben = Self::named("ben", "plus", Windows::five_hours_and_weekly());
        let mut cleo = Self::named("cleo", "team", Windows::five_hours_and_weekly());
        ada.workspaces[0].windows = Windows::weekly_only().used(28.0, 0.0);
        ben.workspaces[0].windows = Windows::five_hours_and_weekly().used(46.0, 61.0);
        cleo.workspaces[0].windows = Windows::five_hours_and_weekly().used(83.0, 72.0);
        cleo.workspaces[0].name = Some("Tidewater Labs".to_owned());
        vec![ada, ben, cleo]
    }
}

impl Workspace {
    /// A workspace without a name that costs 1 % of the primary window for each turn.
    #[must_use]
    pub fn new(account_id: &str, plan: &str, windows: Windows) -> Self {
        Self {
            account_id: account_id.to_owned(),
            name: None,
            plan: plan.to_owned(),
            windows,
            model_limits: Vec::new(),
            cost: Cost::default(),
            access_token_seconds: ten_days(),
            reset_credits: 0,
            models: None,
        }
    }

    pub(crate) fn structure(&self) -> &'static str {
        match self.name {
            Some(_) => "workspace",
            None => "personal",
        }
    }
}

/// One person in one workspace: what a quota belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatId {
    /// `chatgpt_user_id`.
    pub user_id: String,
    /// `chatgpt_account_id`.
    pub account_id: String,
}

impl SeatId {
    /// Names a seat; whether it exists is checked where it is used.
    #[must_use]
    pub fn new(user_id: &str, account_id: &str) -> Self {
        Self { user_id: user_id.to_owned(), account_id: account_id.to_owned() }
    }
}

impl fmt::Display for SeatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.user_id, self.account_id)
    }
}

/// The two slots in which the provider reports windows. A weekly window can sit in either.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    #[serde(default)]
    pub primary: Option<Window>,
    #[serde(default)]
    pub secondary: Option<Window>,
}

/// A limit that some models have beside the account's: their turns are counted against it and no other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelLimit {
    /// The provider's name for it, such as `codex_bengalfox`.
    pub name: String,
    /// The name shown to people, such as `GPT-5.3-Codex-Spark`.
    pub title: String,
    /// The models that it is for.
    pub models: Vec<String>,
    /// Its windows at the start. A turn takes from them what [`Workspace::cost`] says.
    #[serde(default)]
    pub windows: Windows,
}

/// A quota window as it is set up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Length in seconds, at least 60.
    pub length_seconds: u64,
    /// 0 to 100.
    #[serde(default)]
    pub used_percent: f64,
    /// Seconds from now to the next reset, at most the length.
    pub resets_in_seconds: u64,
}

impl Window {
    /// An unused window that resets a whole length from now.
    #[must_use]
    pub const fn fresh(length_seconds: u64) -> Self {
        Self { length_seconds, used_percent: 0.0, resets_in_seconds: length_seconds }
    }
}

impl Windows {
    /// Plus, Business, Team: five hours first, a week second.
    #[must_use]
    pub const fn five_hours_and_weekly() -> Self {
        Self { primary: Some(Window::fresh(18_000)), secondary: Some(Window::fresh(604_800)) }
    }

    /// Pro as recorded in 2026: the week in the first slot and nothing in the second.
    #[must_use]
    pub const fn weekly_only() -> Self {
        Self { primary: Some(Window::fresh(604_800)), secondary: None }
    }

    /// Free: thirty days.
    #[must_use]
    pub const fn free_monthly() -> Self {
        Self { primary: Some(Window::fresh(2_592_000)), secondary: None }
    }

    /// Usage-based plans: no window at all.
    #[must_use]
    pub const fn none() -> Self {
        Self { primary: None, secondary: None }
    }

    /// The same windows with this much used, in percent.
    #[must_use]
    pub fn used(mut self, primary: f64, secondary: f64) -> Self {
        if let Some(window) = &mut self.primary {
            window.used_percent = primary;
        }
        if let Some(window) = &mut self.secondary {
            window.used_percent = secondary;
        }
        self
    }

    /// The same windows, to be reset this many seconds from now.
    #[must_use]
    pub fn resetting_in(mut self, primary_seconds: u64, secondary_seconds: u64) -> Self {
        if let Some(window) = &mut self.primary {
            window.resets_in_seconds = primary_seconds;
        }
        if let Some(window) = &mut self.secondary {
            window.resets_in_seconds = secondary_seconds;
        }
        self
    }
}

/// What one answered turn takes, in percent of each slot's window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Percent of the window in the first slot.
    pub primary: f64,
    /// Percent of the window in the second slot.
    pub secondary: f64,
}

impl Default for Cost {
    fn default() -> Self {
        Self { primary: 1.0, secondary: 0.2 }
    }
}
