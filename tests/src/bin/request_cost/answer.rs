//! Reads one streamed answer as far as its measurement needs: how many events, when the first output came, whether it
//! was whole.

use std::time::Duration;

use tokio::time::Instant;

use crate::load_error::LoadError;
use crate::wire::{Seen, Wire};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) events: u64,
    /// From the first byte of the request to the first event that carries output.
    pub(crate) first_output: Duration,
}

#[derive(Debug)]
pub(crate) struct AnswerReader {
    asked: Instant,
    wire: Wire,
    /// Bytes of a line whose end has not come yet.
    unfinished: Vec<u8>,
    events: u64,
    first_output: Option<Duration>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Completed,
}

impl AnswerReader {
    pub(crate) const fn asked_at(asked: Instant, wire: Wire) -> Self {
        Self { asked, wire, unfinished: Vec::new(), events: 0, first_output: None, state: State::Open }
    }

    /// Takes a part of a stream of server-sent events, wherever it was cut, that came at `now`.
    ///
    /// # Errors
    /// If an event ends the answer before it is complete.
    pub(crate) fn read_part(&mut self, part: &[u8], now: Instant) -> Result<(), LoadError> {
        self.unfinished.extend_from_slice(part);
        let Some(end) = self.unfinished.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let rest = self.unfinished.split_off(end + 1);
        let lines = std::mem::replace(&mut self.unfinished, rest);
        for line in lines.split(|byte| *byte == b'\n') {
            if let Some(json) = line.strip_prefix(b"data: ") {
                self.read_event(json, now)?;
            }
        }
        Ok(())
    }

    /// Takes the JSON of one event that came at `now`.
    ///
    /// # Errors
    /// As [`Self::read_part`].
    pub(crate) fn read_event(&mut self, json: &[u8], now: Instant) -> Result<State, LoadError> {
        let seen = self.wire.read(json).ok_or_else(|| LoadError::NoEvent(text(json)))?;
        self.events += 1;
        match seen {
            Seen::Completed => self.state = State::Completed,
            Seen::Failed => return Err(LoadError::Failed(text(json))),
            Seen::Output => {
                self.first_output.get_or_insert(now - self.asked);
            }
            Seen::Other => {}
        }
        Ok(self.state)
    }

    /// # Errors
    /// If the answer is not whole.
    pub(crate) fn finish(self) -> Result<Answer, LoadError> {
        match (self.state, self.first_output) {
            (State::Completed, Some(first_output)) => Ok(Answer { events: self.events, first_output }),
            (State::Completed, None) => Err(LoadError::NoOutput),
            (State::Open, _) => Err(LoadError::CutShort { events: self.events }),
        }
    }
}

fn text(json: &[u8]) -> String {
    String::from_utf8_lossy(json).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "event: response.created\ndata: {\"type\":\"response.created\"}\n\n\
        event: response.output_text.delta\ndata: {\"delta\":\"a\",\"type\":\"response.output_text.delta\"}\n\n\
        event: response.completed\ndata: {\"type\":\"response.completed\"}\n\n";

    fn at(milliseconds: u64, asked: Instant) -> Instant {
        asked + Duration::from_millis(milliseconds)
    }

    #[test]
    fn events_are_counted_wherever_the_stream_was_cut() {
        for cut in 0..STREAM.len() {
            let asked = Instant::now();
            let mut reader = AnswerReader::asked_at(asked, Wire::Backend);
            let (first, second) = STREAM.as_bytes().split_at(cut);
            reader.read_part(first, asked).unwrap();
            reader.read_part(second, asked).unwrap();
            assert_eq!(reader.finish().unwrap().events, 3, "cut at {cut}");
        }
    }

    #[test]
    fn the_first_output_is_the_first_event_that_carries_some() {
        let asked = Instant::now();
        let mut reader = AnswerReader::asked_at(asked, Wire::Backend);
        reader.read_event(br#"{"type":"response.created"}"#, at(1, asked)).unwrap();
        reader.read_event(br#"{"type":"response.output_item.added"}"#, at(2, asked)).unwrap();
        reader.read_event(br#"{"type":"response.output_text.delta"}"#, at(3, asked)).unwrap();
        assert_eq!(
            reader.read_event(br#"{"type":"response.completed"}"#, at(4, asked)).unwrap(),
            State::Completed
        );
        assert_eq!(reader.finish().unwrap().first_output, Duration::from_millis(2));
    }

    #[test]
    fn an_answer_that_failed_or_was_cut_short_is_none() {
        let asked = Instant::now();
        let mut failed = AnswerReader::asked_at(asked, Wire::Backend);
        let error = failed.read_event(br#"{"type":"error","status":502}"#, asked).unwrap_err();
        assert!(error.to_string().contains("502"), "{error}");

        let mut cut = AnswerReader::asked_at(asked, Wire::Backend);
        cut.read_event(br#"{"type":"response.output_item.added"}"#, asked).unwrap();
        assert!(matches!(cut.finish(), Err(LoadError::CutShort { events: 1 })));
    }
}
