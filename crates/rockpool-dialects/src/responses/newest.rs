//! The names that the newest answer in an input gave.

use crate::surroundings::Ties;

/// Looks at items in their order; what it holds at last is of the newest answer.
#[derive(Default)]
pub(super) struct Newest {
    names: Vec<String>,
    last: Last,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    Answer,
    #[default]
    Other,
}

impl Newest {
    /// An item that a model made. The first one after others begins a new answer.
    pub(super) fn answered(&mut self, names: impl Iterator<Item = String>) {
        if self.last == Last::Other {
            self.names.clear();
        }
        self.last = Last::Answer;
        names.for_each(|name| self.add(name));
    }

    /// The result of a call, which names the call of an answer that the input may only refer to.
    pub(super) fn result(&mut self, call_id: Option<String>) {
        self.last = Last::Other;
        call_id.into_iter().for_each(|name| self.add(name));
    }

    /// What a person or a program said.
    pub(super) fn said(&mut self) {
        self.last = Last::Other;
    }

    pub(super) fn names(self) -> Vec<String> {
        self.names
    }

    fn add(&mut self, name: String) {
        if self.names.len() < Ties::MOST && !self.names.contains(&name) {
            self.names.push(name);
        }
    }
}
