//! Tests of the whole: the built programs against real tools, and the house rules.

mod tidy;
