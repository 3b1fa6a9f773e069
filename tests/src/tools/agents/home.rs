//! An agent in a home of its own, whose every way off this machine ends at a [`RefusingProxy`].

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::Agent;
use super::setup;
use crate::proxies::RefusingProxy;
use crate::tools::confined::confined;
use crate::tools::{Key, picture, run};

/// Longest run of one prompt. A healthy one takes some seconds, most of them to start; aider takes over a minute to give
/// up on a dry pool.
const LONGEST_RUN: Duration = Duration::from_secs(180);

#[derive(Debug)]
pub struct AgentHome {
    agent: Agent,
    place: Place,
    /// Beside those that it is always run with.
    variables: Vec<(String, String)>,
    out: RefusingProxy,
}

#[derive(Debug)]
enum Place {
    /// Set up with this key.
    Own { home: TempDir, key: Key },
    /// As somebody else has set it up.
    Found(PathBuf),
}

/// What a run said on both streams, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub text: String,
}

impl AgentHome {
    pub async fn of(agent: Agent, key: &Key) -> Self {
        let place = Place::Own { home: tempfile::tempdir().unwrap(), key: key.clone() };
        Self::in_place(agent, place).await
    }

    /// In the home of a person whose settings say where it asks.
    pub async fn found(agent: Agent, home: PathBuf) -> Self {
        Self::in_place(agent, Place::Found(home)).await
    }

    /// The same with these variables of the person's shell.
    #[must_use]
    pub fn with_variables(self, variables: Vec<(String, String)>) -> Self {
        Self { variables, ..self }
    }

    async fn in_place(agent: Agent, place: Place) -> Self {
        let home = Self { agent, place, variables: Vec::new(), out: RefusingProxy::start().await };
        for folder in ["work", "tmp"] {
            fs::create_dir_all(home.home().join(folder)).unwrap();
        }
        home
    }

    fn home(&self) -> &Path {
        match &self.place {
            Place::Own { home, .. } => home.path(),
            Place::Found(home) => home,
        }
    }

    /// The folder that commands of the model run in.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.home().join("work")
    }

    /// A picture of one pixel in the work folder.
    #[must_use]
    pub fn picture(&self) -> PathBuf {
        let path = self.work().join("pixel.png");
        picture::write_pixel(&path);
        path
    }

    /// Has it answer one prompt.
    pub async fn ask(&self, prompt: &str) -> Said {
        self.end_of(self.start(prompt)).await
    }

    /// Has it answer one prompt, with more arguments behind it.
    pub async fn ask_with(&self, prompt: &str, after: &[&str]) -> Said {
        self.end_of(self.start_with(prompt, &arguments(after))).await
    }

    /// Starts to answer one prompt so that it shows what comes as it comes, and waits until it has shown the first of
    /// an answer that begins with a thought of `weighing it` and the word `1`; `None` where it shows whole answers only.
    pub async fn start_showing(&self, prompt: &str) -> Option<Child> {
        let (after, words) = setup::shows_as_it_comes(self.agent)?;
        let mut started = self.start_with(prompt, &arguments(after));
        run::shows(&mut started, words).await;
        Some(started)
    }

    /// Has it answer one prompt about [`AgentHome::picture`]; `None` where it cannot be handed one.
    pub async fn ask_about_picture(&self, prompt: &str) -> Option<Said> {
        let picture = setup::with_picture(self.agent, &self.picture())?;
        Some(self.end_of(self.start_with(prompt, &picture)).await)
    }

    /// Starts to answer one prompt.
    #[must_use]
    pub fn start(&self, prompt: &str) -> Child {
        self.start_with(prompt, &[])
    }

    fn start_with(&self, prompt: &str, after: &[OsString]) -> Child {
        let words = setup::prompt(self.agent, prompt);
        let setup = match &self.place {
            Place::Own { home, key } => setup::set_up(self.agent, home.path(), key),
            Place::Found(home) => setup::as_found(self.agent, home),
        };
        let mut command = confined(Command::new(setup.program), self.home(), &self.out);
        command.args(setup.before).args(words).args(after).envs(setup.environment);
        command.envs(self.variables.iter().cloned());
        command.current_dir(self.work());
        command.spawn().unwrap()
    }

    /// Waits for the end of a run.
    ///
    /// # Panics
    /// Where it takes too long, or has tried to leave this machine.
    pub async fn end_of(&self, run: Child) -> Said {
        let ended = tokio::time::timeout(LONGEST_RUN, run.wait_with_output()).await;
        let output = ended.unwrap_or_else(|_| panic!("{:?} ran longer than {LONGEST_RUN:?}", self.agent));
        let output = output.unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let out = self.out.requests();
        assert_eq!(out, Vec::<String>::new(), "{:?} tried to leave this machine: {text:?}", self.agent);
        Said { code: output.status.code(), text: text.concat() }
    }

    /// Stops a run as Ctrl-C does.
    pub async fn interrupt(&self, run: Child) {
        run::interrupt(&run).await;
        self.end_of(run).await;
    }
}

fn arguments(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}
