//! How a command can fail, each with the sentence that says what to do, and its exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::invocation::Invocation;

#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was not understood.
    Usage(String),
    /// Something outside this program has to be put right first; the sentence names the remedy.
    Refused(String),
    /// A step's command did not succeed.
    Step {
        name: String,
        repeat: Box<Invocation>,
        remedy: Option<&'static str>,
    },
    Io {
        doing: String,
        source: io::Error,
    },
}

impl Failure {
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// 2 for a command line that was not understood, 1 for everything else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Refused(_) | Self::Step { .. } | Self::Io { .. } => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(sentence) | Self::Refused(sentence) => f.write_str(sentence),
            Self::Step { name, repeat, remedy } => {
                write!(f, "the step \"{name}\" failed.")?;
                if let Some(remedy) = remedy {
                    write!(f, " {remedy}")?;
                }
                write!(f, "\n  Repeat it alone with: {repeat}")
            }
            Self::Io { doing, source } => write!(f, "{doing}: {source}"),
        }
    }
}
