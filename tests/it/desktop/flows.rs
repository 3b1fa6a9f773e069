//! The dashboard's flows in the window of the real app; `ui/e2e/served-flows.test.mjs` goes through them in a browser.

use std::collections::BTreeMap;

use rockpool_sim::SignIn;
use rockpool_tests::session::callback_port_lock::CallbackPortLock;
use rockpool_tests::session::flow::{Flows, Pasting, Step};
use rockpool_tests::session::webdriver::Page;
use rockpool_tests::tools::browser::{follow, redirect_of};
use rockpool_tests::tools::{Key, web};

use crate::harness::{DesktopHarness, ask_for_an_answer, seat};

/// Takes steps in the window, and those of everybody else.
struct Player {
    desktop: DesktopHarness,
    page: Page,
    /// Ends in `/v1`.
    base_url: String,
    /// How many addresses the browser had been given when the next person came to it.
    opened: usize,
    key: Option<Key>,
}

#[tokio::test]
async fn every_flow_of_the_dashboard_goes_through_in_the_window() {
    let Flows { people, flows } = Flows::read();
    let mut desktop = DesktopHarness::with_people(people).await;
    desktop.session.start_window_manager().await;
    // By which the Codex CLI is found.
    std::fs::create_dir(desktop.session.home().join(".codex")).unwrap();
    let (_keyring, mut app, _api) = desktop.open().await;
    let base_url = format!("http://{}/v1", app.control().await.address);
    desktop.tray.click("Open dashboard").await;
    let page = app.page(&desktop.session).await;
    let _ports = CallbackPortLock::acquire().await;
    let mut player = Player { desktop, page, base_url, opened: 0, key: None };
    for flow in flows {
        for step in &flow.steps {
            // Where a step fails, these lines say which one it was.
            println!("{}: {step:?}", flow.name);
            player.take(step).await;
        }
    }
}

impl Player {
    async fn take(&mut self, step: &Step) {
        match step {
            Step::Says(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                self.page.says(&words).await;
            }
            Step::Lacks(word) => {
                let text = self.page.text().await;
                assert!(!text.contains(word), "{text}");
            }
            Step::Click(name) => self.page.click(name).await,
            Step::Choose(option) => self.page.choose(option).await,
            Step::Fill(filling) => self.page.fill(&filling.field, &filling.with).await,
            Step::Press(key) => self.page.press_named(*key).await,
            Step::Cards(count) => self.page.has_cards(*count).await,
            Step::Picture(name) => {
                self.desktop.session.photograph(&format!("window-{name}")).await;
            }
            Step::ComesToSignIn(name) => {
                self.opened = self.desktop.session.browser().opened().len();
                self.desktop.sim.next_sign_in(SignIn::As(seat(name)));
            }
            Step::WindowOpensBrowser => {
                self.desktop.session.browser().nth(self.opened).await;
            }
            Step::BrowserEndsSignIn => {
                let url = self.desktop.session.browser().nth(self.opened).await;
                assert_eq!(follow(web::client(), url).await, 200);
            }
            Step::EntersCode(name) => {
                let code = self.page.code_shown().await;
                self.desktop.sim.approve_device(&code, &seat(name)).unwrap();
            }
            Step::CopiesAddress(fields) => {
                let ended = redirect_of(&self.page.filled_in(&fields.from).await).await;
                self.page.fill(&fields.to, &ended).await;
            }
            Step::TakesKey => {
                let secret = self.page.text_to_copy().await;
                assert!(secret.starts_with("rp_") && secret.len() >= 35, "{secret}");
                self.key = Some(Key { secret, base_url: self.base_url.clone() });
            }
            Step::Asks(times) => {
                for _ in 0..*times {
                    assert_eq!(ask_for_an_answer(self.key.as_ref().unwrap()).await, 200);
                }
            }
            Step::Rockpool(words) => self.rockpool(words).await,
            Step::Pastes(pasting) => self.paste(pasting).await,
        }
    }

    async fn rockpool(&self, words: &[String]) {
        let program = rockpool_tests::program("ROCKPOOL_BIN");
        let output = self.desktop.session.command(program).args(words).output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    async fn paste(&self, pasting: &Pasting) {
        let login = |name: &String| self.desktop.sim.mint_login(&seat(name)).unwrap().auth_json;
        let logins: BTreeMap<&str, String> =
            pasting.logins_of.iter().map(|name| (name.as_str(), login(name))).collect();
        self.page.fill(&pasting.field, &pasting.filled(&logins)).await;
    }
}
