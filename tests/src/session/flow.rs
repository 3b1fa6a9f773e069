//! What a person does in the dashboard, as `ui/e2e/flows.json` lists it for the window and for a browser alike.
//!
//! The window is clicked in nowhere else: a flow of one test alone would be missing in the browser
//! (`ui/e2e/player.mjs`). A step that one of the two does not know fails there.

use std::collections::BTreeMap;

use rockpool_sim::Person;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ask;
use super::webdriver::Page;

/// The people who can sign in, and the flows in their order: each goes on where the one before it ended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    pub people: Vec<Person>,
    pub flows: Vec<Flow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// A sentence that is true once all steps are done.
    pub name: String,
    pub steps: Vec<Step>,
}

/// A step in the page, or one that somebody or something else takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The page comes to say all of this.
    Says(Vec<String>),
    /// The page does not say this.
    Lacks(String),
    /// A button or link by its name, in the open dialog or else on the page.
    Click(String),
    /// A radio button by the beginning of its label.
    Choose(String),
    Fill(Filling),
    Press(NamedKey),
    /// So many accounts have a card.
    Cards(usize),
    Picture(String),
    /// The next one to sign in at the provider is this person.
    ComesToSignIn(String),
    /// The window has opened the person's browser without a further click.
    WindowOpensBrowser,
    /// The browser that was opened since then goes through the sign-in.
    BrowserEndsSignIn,
    /// This person enters the code that is shown.
    EntersCode(String),
    /// The address in one field is opened elsewhere, and the one it ends on comes into the other.
    CopiesAddress(Copying),
    /// A tool gets the key that is shown.
    TakesKey,
    /// That tool asks so many times, and is answered.
    Asks(u32),
    /// The command line, with these arguments.
    Rockpool(Vec<String>),
    /// JSON with new logins of these people in it, each token named as `{NAME.access_token}`.
    Pastes(Pasting),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filling {
    pub field: String,
    pub with: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum NamedKey {
    Escape,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copying {
    pub from: String,
    pub to: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pasting {
    pub field: String,
    pub logins_of: Vec<String>,
    pub text: Value,
}

impl Flows {
    /// All that `ui/e2e/flows.json` lists.
    #[must_use]
    pub fn read() -> Self {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/e2e/flows.json"));
        serde_json::from_str(text).unwrap()
    }
}

impl Pasting {
    /// The JSON with the tokens of each person's `auth.json`.
    #[must_use]
    pub fn filled(&self, auth_jsons: &BTreeMap<&str, String>) -> String {
        let mut text = self.text.to_string();
        for (name, auth_json) in auth_jsons {
            let file: Value = serde_json::from_str(auth_json).unwrap();
            for (part, value) in file["tokens"].as_object().unwrap() {
                text = text.replace(&format!("{{{name}.{part}}}"), value.as_str().unwrap_or_default());
            }
        }
        text
    }
}

impl NamedKey {
    /// <https://www.w3.org/TR/webdriver2/#keyboard-actions>
    const fn code(self) -> char {
        match self {
            Self::Escape => '\u{e00c}',
        }
    }
}

/// What a person can reach: the open dialog, or else the page. And how things there are called.
const REACH: &str = "const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document; \
    const all = (kind) => [...scope.querySelectorAll(kind)].filter((one) => !one.disabled); \
    const labels = (one) => [...(one.labels ?? [])].map((label) => label.textContent.trim()); \
    const nameOf = (one) => one.getAttribute('aria-label') ?? labels(one)[0] ?? one.textContent.trim(); \
    const field = (name) => all('input, textarea, select').find((one) => nameOf(one) === name); ";

impl Page {
    pub async fn click(&self, name: &str) {
        let what = format!("all('button, a').find((one) => nameOf(one) === {})", json!(name));
        self.once_found(name, &what, "found.click()").await;
    }

    pub async fn choose(&self, option: &str) {
        let what =
            format!("all('input[type=radio]').find((one) => nameOf(one).startsWith({}))", json!(option));
        self.once_found(option, &what, "found.click()").await;
    }

    pub async fn fill(&self, name: &str, text: &str) {
        let what = format!("field({})", json!(name));
        let act = format!(
            "found.value = {}; found.dispatchEvent(new Event('input', {{bubbles: true}}))",
            json!(text)
        );
        self.once_found(name, &what, &act).await;
    }

    pub async fn press_named(&self, key: NamedKey) {
        self.press(key.code()).await;
    }

    /// What is in a field.
    pub async fn filled_in(&self, name: &str) -> String {
        self.read(name, &format!("field({})?.value", json!(name))).await
    }

    /// The first text of a dialog that is shown to be copied.
    pub async fn text_to_copy(&self) -> String {
        self.read("a text to copy", "all('pre')[0]?.textContent").await
    }

    /// The code of a sign-in on another device.
    pub async fn code_shown(&self) -> String {
        let code = "all('*').map((one) => one.textContent.trim()).find((text) => /^[A-Z0-9]{4}-[A-Z0-9]{4,5}$/.test(text))";
        self.read("a code", code).await
    }

    /// Waits until so many articles are on the page.
    pub async fn has_cards(&self, count: usize) {
        ask::until(&format!("{count} cards are shown"), async || {
            (self.run("return document.querySelectorAll('article').length").await == count).then_some(())
        })
        .await;
    }

    async fn once_found(&self, name: &str, what: &str, act: &str) {
        let script = format!("{REACH} const found = {what}; if (found) {{ {act} }} return Boolean(found)");
        ask::until(&format!("“{name}” is there"), async || {
            (self.run(&script).await == true).then_some(())
        })
        .await;
    }

    /// Waits for a text that is not empty.
    async fn read(&self, name: &str, what: &str) -> String {
        let script = format!("{REACH} return {what}");
        ask::until(&format!("“{name}” is shown"), async || {
            self.run(&script).await.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
        })
        .await
    }
}
