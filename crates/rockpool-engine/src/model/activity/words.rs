//! The values that a record names by a word, and what routing calls them.

use rockpool_routing as routing;
use rockpool_routing::{AccountState, Class, ModelReason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// One request and its answer.
    Http,
    /// A turn on an open connection.
    WebSocket,
}

/// How a request or one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeClass {
    /// Served.
    Success,
    /// The request itself is at fault.
    Rejected,
    /// The bearer was refused.
    Unauthorized,
    /// A usage limit is reached.
    UsageLimit,
    /// A limit of single models is reached; the account serves others.
    ModelLimit,
    /// Asked to slow down.
    RateLimited,
    /// The login does not belong to the account's workspace any more.
    MissingWorkspace,
    /// The account or its workspace is refused.
    Forbidden,
    /// Payment, or another plan, is asked for.
    Billing,
    /// The account cannot serve this request.
    Unsuitable,
    /// The history holds ciphertext that was made for another account.
    ForeignCiphertext,
    /// The provider or the way to it failed, or no account could be asked.
    Failure,
    /// The tool went away before the end.
    Abandoned,
}

impl From<Class> for OutcomeClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Success => Self::Success,
            Class::Rejected => Self::Rejected,
            Class::Unauthorized => Self::Unauthorized,
            Class::UsageLimit { .. } => Self::UsageLimit,
            Class::ModelLimit { .. } => Self::ModelLimit,
            Class::RateLimited { .. } => Self::RateLimited,
            Class::MissingWorkspace => Self::MissingWorkspace,
            Class::Forbidden => Self::Forbidden,
            Class::Billing => Self::Billing,
            Class::Unsuitable => Self::Unsuitable,
            Class::ForeignCiphertext => Self::ForeignCiphertext,
            Class::Failure { .. } => Self::Failure,
            Class::Abandoned => Self::Abandoned,
        }
    }
}

/// Why a candidate stood where it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// The conversation lives there.
    Conversation,
    /// A turn in progress, or an answer that is continued, is there.
    Turn,
    /// The strategy put it there.
    Strategy,
    /// Nothing better was left.
    Fallback,
}

impl From<routing::Placement> for Placement {
    fn from(placement: routing::Placement) -> Self {
        match placement {
            routing::Placement::Conversation => Self::Conversation,
            routing::Placement::Turn => Self::Turn,
            routing::Placement::Strategy => Self::Strategy,
            routing::Placement::Fallback => Self::Fallback,
        }
    }
}

/// How far a request had come when its attempt ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The provider answered it, with whatever answer.
    #[default]
    Answered,
    /// It never left this machine, or was never read: nothing can have been billed.
    NotSent,
    /// It was on its way when the connection broke: nobody knows.
    Unknown,
    /// The provider had begun to work on it and then fell silent.
    Begun,
}

impl From<routing::Delivery> for Delivery {
    fn from(delivery: routing::Delivery) -> Self {
        match delivery {
            routing::Delivery::Answered => Self::Answered,
            routing::Delivery::NotSent => Self::NotSent,
            routing::Delivery::Unknown => Self::Unknown,
            routing::Delivery::Begun => Self::Begun,
        }
    }
}

/// Why a conversation left its account or could not go on there, or a request passed an account over: a state of
/// that account, the class of its failure, what it has to say of the model, or a rule of the pool.
///
/// One list, for states and classes share words (`rate_limited`) and a record holds the word only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoveReason {
    /// State: it takes requests.
    Ready,
    /// State: set aside by hand.
    Paused,
    /// State: a quota window is used up.
    Exhausted,
    /// State or class: asked to slow down.
    RateLimited,
    /// State: the login is dead.
    NeedsReauth,
    /// State: a refresh token was sent and the answer never seen.
    SignInUncertain,
    /// State or class: the login does not belong to the workspace any more.
    MissingWorkspace,
    /// State or class: the provider refuses it.
    Forbidden,
    /// State or class: the provider asks for payment.
    Billing,
    /// State: the keychain cannot be read.
    VaultLocked,
    /// State: its last attempts failed.
    Unreachable,
    /// Class: it had served.
    Success,
    /// Class: it rejected the request.
    Rejected,
    /// Class: its bearer was refused.
    Unauthorized,
    /// Class: a usage limit was reached.
    UsageLimit,
    /// Class, or known before: the limit of the model is reached, and other models go on.
    ModelLimit,
    /// Class, or known before: it cannot serve this request.
    Unsuitable,
    /// Class: the history holds ciphertext that was made for another account.
    ForeignCiphertext,
    /// Class: the provider or the way to it failed.
    Failure,
    /// Class: the tool went away.
    Abandoned,
    /// The pool rotates strictly.
    Rotation,
    /// The account is not in the pool any more.
    LeftPool,
}

impl From<routing::MoveReason> for MoveReason {
    fn from(reason: routing::MoveReason) -> Self {
        match reason {
            routing::MoveReason::State(state) => state.into(),
            routing::MoveReason::Model(reason) => reason.into(),
            routing::MoveReason::Failed(class) => OutcomeClass::from(class).into(),
            routing::MoveReason::Rotation => Self::Rotation,
            routing::MoveReason::LeftPool => Self::LeftPool,
        }
    }
}

impl From<ModelReason> for MoveReason {
    fn from(reason: ModelReason) -> Self {
        match reason {
            ModelReason::LimitReached => Self::ModelLimit,
            ModelReason::Unsuitable => Self::Unsuitable,
        }
    }
}

impl From<AccountState> for MoveReason {
    fn from(state: AccountState) -> Self {
        match state {
            AccountState::Ready => Self::Ready,
            AccountState::Paused => Self::Paused,
            AccountState::Exhausted => Self::Exhausted,
            AccountState::RateLimited => Self::RateLimited,
            AccountState::NeedsReauth => Self::NeedsReauth,
            AccountState::SignInUncertain => Self::SignInUncertain,
            AccountState::MissingWorkspace => Self::MissingWorkspace,
            AccountState::Forbidden => Self::Forbidden,
            AccountState::Billing => Self::Billing,
            AccountState::VaultLocked => Self::VaultLocked,
            AccountState::Unreachable => Self::Unreachable,
        }
    }
}

impl From<OutcomeClass> for MoveReason {
    fn from(class: OutcomeClass) -> Self {
        match class {
            OutcomeClass::Success => Self::Success,
            OutcomeClass::Rejected => Self::Rejected,
            OutcomeClass::Unauthorized => Self::Unauthorized,
            OutcomeClass::UsageLimit => Self::UsageLimit,
            OutcomeClass::ModelLimit => Self::ModelLimit,
            OutcomeClass::RateLimited => Self::RateLimited,
            OutcomeClass::MissingWorkspace => Self::MissingWorkspace,
            OutcomeClass::Forbidden => Self::Forbidden,
            OutcomeClass::Billing => Self::Billing,
            OutcomeClass::Unsuitable => Self::Unsuitable,
            OutcomeClass::ForeignCiphertext => Self::ForeignCiphertext,
            OutcomeClass::Failure => Self::Failure,
            OutcomeClass::Abandoned => Self::Abandoned,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const CLASSES: [Class; 13] = [
        Class::Success,
        Class::Rejected,
        Class::Unauthorized,
        Class::UsageLimit { resets_at: None },
        Class::ModelLimit { family: routing::LimitFamily::MAIN, resets_at: None },
        Class::RateLimited { retry_after: None },
        Class::MissingWorkspace,
        Class::Forbidden,
        Class::Billing,
        Class::Unsuitable,
        Class::ForeignCiphertext,
        Class::FAILURE,
        Class::Abandoned,
    ];

    const STATES: [AccountState; 11] = [
        AccountState::Ready,
        AccountState::Paused,
        AccountState::Exhausted,
        AccountState::RateLimited,
        AccountState::NeedsReauth,
        AccountState::SignInUncertain,
        AccountState::MissingWorkspace,
        AccountState::Forbidden,
        AccountState::Billing,
        AccountState::VaultLocked,
        AccountState::Unreachable,
    ];

    /// The word of a value, which is read as that value again.
    fn word<T>(value: T) -> Value
    where
        T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let word = serde_json::to_value(&value).unwrap();
        assert_eq!(serde_json::from_value::<T>(word.clone()).unwrap(), value);
        word
    }

    #[test]
    fn each_class_is_recorded_under_the_name_that_routing_gives_it() {
        let words = CLASSES.map(|class| word(OutcomeClass::from(class)));
        assert_eq!(words, CLASSES.map(|class| json!(class.name())));
    }

    #[test]
    fn each_placement_is_recorded_under_the_name_that_routing_gives_it() {
        let placements = [
            routing::Placement::Conversation,
            routing::Placement::Turn,
            routing::Placement::Strategy,
            routing::Placement::Fallback,
        ];
        let words = placements.map(|placement| word(Placement::from(placement)));
        assert_eq!(words, placements.map(|placement| json!(placement.name())));
    }

    #[test]
    fn why_a_conversation_moved_is_recorded_as_the_state_the_class_or_the_rule_behind_it() {
        let states = STATES.map(|state| word(MoveReason::from(routing::MoveReason::State(state))));
        assert_eq!(states, STATES.map(|state| json!(state.name())));
        let models = [ModelReason::LimitReached, ModelReason::Unsuitable];
        let words = models.map(|reason| word(MoveReason::from(routing::MoveReason::Model(reason))));
        assert_eq!(words, models.map(|reason| json!(reason.name())));
        let failed = CLASSES.map(|class| word(MoveReason::from(routing::MoveReason::Failed(class))));
        assert_eq!(failed, CLASSES.map(|class| json!(class.name())));
        let rules = [routing::MoveReason::Rotation, routing::MoveReason::LeftPool];
        assert_eq!(rules.map(|rule| word(MoveReason::from(rule))), [json!("rotation"), json!("left_pool")]);
    }

    #[test]
    fn deliveries_and_transports_have_the_words_of_older_databases() {
        let deliveries = [
            routing::Delivery::Answered,
            routing::Delivery::NotSent,
            routing::Delivery::Unknown,
            routing::Delivery::Begun,
        ];
        let words = deliveries.map(|delivery| word(Delivery::from(delivery)));
        assert_eq!(words, ["answered", "not_sent", "unknown", "begun"].map(Value::from));
        let transports = [Transport::Http, Transport::WebSocket].map(word);
        assert_eq!(transports, ["http", "websocket"].map(Value::from));
    }
}
