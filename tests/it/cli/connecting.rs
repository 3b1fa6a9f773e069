//! The real Codex CLI, led to the endpoint by its own file: it works, and its file is as before afterwards.

use std::fs;
use std::path::PathBuf;

use rockpool_engine::api::requests::{ToolConnect, ToolDisconnect};
use rockpool_engine::snapshot::ToolState;
use rockpool_sim::{Person, Windows};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{notes, served, turns};
use rockpool_tests::tools::agents::findings::{NotingConnection, UsedBy};
use rockpool_tests::tools::codex::{Codex, QUIET};

const MINE: &str = "# mine\r\nmodel = \"gpt-5.5\" # the one I like\r\n";

/// Whether the CLI has a login of its own, and so keeps its built-in provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Login {
    None,
    Outsider,
}

struct Home {
    harness: Harness,
    settings: PathBuf,
    config: PathBuf,
    before: String,
}

async fn home(login: Login) -> Home {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let settings = harness.tools_home().join(".codex");
    fs::create_dir_all(&settings).unwrap();
    let (config, before) = (settings.join("config.toml"), format!("{MINE}{QUIET}"));
    fs::write(&config, &before).unwrap();
    match login {
        Login::None => {}
        Login::Outsider => {
            harness.sim.add_person(Person::named("outsider", "plus", Windows::weekly_only())).unwrap();
            let login = harness.sim.mint_login(&seat("outsider")).unwrap();
            fs::write(settings.join("auth.json"), login.auth_json).unwrap();
        }
    }
    Home { harness, settings, config, before }
}

impl Home {
    fn now(&self) -> String {
        fs::read_to_string(&self.config).unwrap()
    }

    async fn connect(&self) {
        let client = self.harness.api.client();
        let connected = client.connect_tool("codex", &ToolConnect::default()).await.unwrap();
        assert_eq!(connected.tool.state, ToolState::Connected);
    }

    async fn disconnect(&self) {
        let client = self.harness.api.client();
        let tool = client.disconnect_tool("codex", &ToolDisconnect::default()).await.unwrap();
        assert_eq!((tool.state, tool.client), (ToolState::NotConnected, None));
    }
}

#[tokio::test]
async fn the_cli_is_connected_used_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let tool = format!("Codex CLI {}, Responses over WebSocket", Codex::version().await);
    let mut found = NotingConnection::of(&tool, UsedBy::TheTool);
    for login in [Login::None, Login::Outsider] {
        let home = home(login).await;
        home.connect().await;
        assert_ne!(home.now(), home.before);
        let codex = Codex::set_up_in(home.settings.clone()).await;
        let ran = codex.exec("hello").await;
        assert_eq!(ran.answer(), "A simulated answer from acct-ada.", "{login:?}");
        assert_eq!(served(&turns(&home.harness.sim)), ["ada 200"], "{login:?}");
        assert_eq!(notes(&home.harness.sim), Vec::<String>::new(), "{login:?}");
        home.disconnect().await;
        assert_eq!(home.now(), home.before, "{login:?}");
    }
    found.works();
}

#[tokio::test]
async fn what_was_written_into_the_file_meanwhile_stays() {
    let home = home(Login::Outsider).await;
    home.connect().await;
    let trusted = "\n[projects.\"/srv/tide\"]\ntrust_level = \"trusted\"\n";
    let edited = home.now().replace("the one I like", "still the one") + trusted;
    fs::write(&home.config, edited).unwrap();
    let codex = Codex::set_up_in(home.settings.clone()).await;
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.");
    home.disconnect().await;
    let expected = home.before.replace("the one I like", "still the one") + trusted;
    assert_eq!(home.now(), expected);
}

#[tokio::test]
async fn a_check_asks_as_the_tool_would_and_names_the_account_that_answered() {
    for login in [Login::None, Login::Outsider] {
        let home = home(login).await;
        home.connect().await;
        let check = home.harness.api.client().verify_tool("codex").await.unwrap();
        assert_eq!(check.account, "ada", "{login:?}");
        let used = home.harness.handle().snapshot().recent.remove(0);
        assert_eq!(used.client, "codex", "{login:?}");
    }
}
