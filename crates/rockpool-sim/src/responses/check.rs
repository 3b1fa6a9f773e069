//! Whether a request is accepted: it is held against every rule, and refused with the words of the first that it breaks.

use serde_json::{Map, Value};

use crate::backend::catalogue::Model;
use crate::reply::Reply;
use crate::responses::rules::{self, Announced, Asked};
use crate::world::cipher::Sealer;
use crate::world::journal::{EntryId, Journal};
use crate::world::people::Workspace;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Answer,
    /// The last item is a compaction trigger.
    Compaction,
}

#[derive(Debug)]
pub(crate) struct AcceptedRequest {
    pub model: &'static Model,
    pub kind: RequestKind,
    /// The whole conversation: on a WebSocket the earlier part too.
    pub input: Vec<Value>,
    pub fields: Map<String, Value>,
}

/// The answer to a request that breaks rules, and all that it breaks.
#[derive(Debug)]
pub(crate) struct Refusal {
    reply: Reply,
    violations: Vec<String>,
}

impl Refusal {
    /// Writes down what was broken.
    pub(crate) fn noted(self, journal: &mut Journal, entry: EntryId) -> Reply {
        for violation in self.violations {
            journal.violated(entry, violation);
        }
        self.reply
    }
}

impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Self { violations: vec![reply.message()], reply }
    }
}

pub(crate) fn check(
    sealer: &Sealer,
    workspace: &Workspace,
    mut fields: Map<String, Value>,
    earlier: Vec<Value>,
    announced: &Announced,
) -> Result<AcceptedRequest, Refusal> {
    let sent = fields.remove("input");
    let mut input = earlier;
    let first_new = input.len();
    let is_list = sent.as_ref().is_some_and(Value::is_array);
    if let Some(Value::Array(items)) = sent {
        input.extend(items);
    }
    let model = rules::model_of(workspace, &fields, announced);
    let asked = Asked {
        fields: &fields,
        is_list,
        input: &input,
        first_new,
        model: model.as_ref().ok().copied(),
        sealer,
        account_id: &workspace.account_id,
        announced,
    };
    let mut broken = rules::broken(&asked);
    let model = match model {
        Ok(model) if broken.is_empty() => model,
        Ok(_) => return Err(refusal(broken)),
        Err(unusable) => {
            broken.push(*unusable);
            return Err(refusal(broken));
        }
    };
    let kind = match input.last().and_then(|item| item["type"].as_str()) {
        Some("compaction_trigger") => RequestKind::Compaction,
        _ => RequestKind::Answer,
    };
    Ok(AcceptedRequest { model, kind, input, fields })
}

/// `broken` holds one at least.
fn refusal(mut broken: Vec<Reply>) -> Refusal {
    let violations = broken.iter().map(Reply::message).collect();
    Refusal { reply: broken.swap_remove(0), violations }
}
