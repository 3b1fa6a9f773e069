//! Where the pieces of an answer go: into a stream, or into one object.

use super::chunks::Chunks;
use super::collected::{Collected, error};
use super::piece::Piece;
use crate::answer::Whole;
use crate::fault::Fault;

/// Gives pieces away, the role before all others.
#[derive(Debug)]
pub(super) struct Voice {
    sink: Sink,
    state: State,
}

#[derive(Debug)]
pub(super) enum Sink {
    Chunks(Chunks),
    Collected(Box<Collected>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Silent,
    Speaking,
    Over,
}

/// A voice, and the bytes of the stream that it speaks to.
pub(super) struct To<'o> {
    pub(super) voice: &'o mut Voice,
    pub(super) out: &'o mut Vec<u8>,
}

impl Voice {
    pub(super) fn new(sink: Sink) -> Self {
        Self { sink, state: State::Silent }
    }

    /// Whether the last piece has gone.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// The whole answer, or `otherwise` where there is none.
    pub(super) fn whole(self, otherwise: &Fault) -> Whole {
        match self.sink {
            Sink::Collected(collected) => collected.whole(otherwise),
            Sink::Chunks(_) => error(otherwise),
        }
    }
}

impl To<'_> {
    /// Begins to speak.
    pub(super) fn begin(&mut self) {
        if self.voice.state == State::Silent {
            self.voice.state = State::Speaking;
            self.give(&Piece::Role);
        }
    }

    pub(super) fn say(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Failure(_) => self.voice.state = State::Over,
            Piece::End(_) => {
                self.begin();
                self.voice.state = State::Over;
            }
            Piece::Role
            | Piece::Content(_)
            | Piece::Refusal(_)
            | Piece::Reasoning(_)
            | Piece::Citation(_)
            | Piece::Call(_)
            | Piece::Input { .. }
            | Piece::Finish(_) => self.begin(),
        }
        self.give(piece);
    }

    fn give(&mut self, piece: &Piece<'_>) {
        match &mut self.voice.sink {
            Sink::Chunks(chunks) => chunks.take(piece, self.out),
            Sink::Collected(collected) => collected.take(piece),
        }
    }
}
