//! One request as the handlers see it: read, decoded and written into the journal.

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::byte_stream::ResetSwitch;
use crate::lenient_json;
use crate::reply::Reply;
use crate::world::journal::EntryId;

pub(crate) struct Call {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Body,
    /// `http://host:port` or `https://host:port`, as the client addressed us.
    pub base: String,
    pub reset: ResetSwitch,
    pub entry: EntryId,
    /// The request again, with what hyper needs to switch protocols.
    pub upgrade: Option<Request<()>>,
}

/// A body after its content encoding was undone.
pub(crate) enum Body {
    Decoded(Bytes),
    /// Why it could not be.
    Undecodable(String),
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        pairs(self.query.as_bytes())
    }

    pub(crate) fn content_type_is(&self, wanted: &str) -> bool {
        let essence = self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(wanted)
    }

    pub(crate) fn json(&self) -> Result<Value, String> {
        match &self.body {
            Body::Decoded(bytes) => lenient_json::read(bytes).map_err(|error| error.to_string()),
            Body::Undecodable(why) => Err(why.clone()),
        }
    }

    /// The body as a JSON object, whatever it is about.
    pub(crate) fn json_object(&self) -> Result<Map<String, Value>, Reply> {
        if !self.content_type_is("application/json") {
            return Err(Reply::detail(415, "Unsupported content type: send application/json"));
        }
        if let Body::Undecodable(why) = &self.body {
            return Err(Reply::detail(415, why.clone()));
        }
        match self.json() {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(Reply::detail(400, "The body must be a JSON object")),
            Err(why) => Err(Reply::detail(400, format!("The body is not valid JSON: {why}"))),
        }
    }

    /// The fields of a form or of a flat JSON object of strings, whichever the content type says.
    pub(crate) fn fields(&self) -> Option<Fields> {
        let Body::Decoded(bytes) = &self.body else {
            return None;
        };
        if self.content_type_is("application/x-www-form-urlencoded") {
            return Some(Fields { form: Form::UrlEncoded, pairs: pairs(bytes) });
        }
        if !self.content_type_is("application/json") {
            return None;
        }
        let object: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        let pairs =
            object.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect();
        Some(Fields { form: Form::Json, pairs })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    UrlEncoded,
    Json,
}

pub(crate) struct Fields {
    pub form: Form,
    pairs: Vec<(String, String)>,
}

impl Fields {
    /// The field's value; an absent one is as good as an empty one.
    pub(crate) fn get(&self, name: &str) -> &str {
        value_of(&self.pairs, name)
    }
}

/// The first value of that name, or nothing.
pub(crate) fn value_of<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}
