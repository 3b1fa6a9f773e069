//! An agent in a home of its own, whose every way off this machine ends at a [`RefusingProxy`].

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::Agent;
use super::setup;
use crate::proxies::RefusingProxy;
use crate::tools::Key;
use crate::tools::confined::confined;

/// Longest run of one prompt. A healthy one takes some seconds, most of them to start.
const LONGEST_RUN: Duration = Duration::from_secs(90);

#[derive(Debug)]
pub struct AgentHome {
    agent: Agent,
    key: Key,
    home: TempDir,
    out: RefusingProxy,
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
        let home = tempfile::tempdir().unwrap();
        for folder in ["work", "tmp"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        Self { agent, key: key.clone(), home, out: RefusingProxy::start().await }
    }

    /// The folder that commands of the model run in.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// A picture of one pixel in the work folder.
    #[must_use]
    pub fn picture(&self) -> PathBuf {
        let path = self.work().join("pixel.png");
        let mut encoder = png::Encoder::new(fs::File::create(&path).unwrap(), 1, 1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&[200, 30, 30]).unwrap();
        path
    }

    /// Has it answer one prompt.
    pub async fn ask(&self, prompt: &str) -> Said {
        self.end_of(self.start(prompt)).await
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
        let setup = setup::set_up(self.agent, self.home.path(), &self.key);
        let mut command = confined(Command::new(setup.program), self.home.path(), &self.out);
        command.args(setup.before).args(words).args(after).envs(setup.environment);
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
        let id = run.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().await.unwrap();
        assert!(sent.success());
        self.end_of(run).await;
    }
}
