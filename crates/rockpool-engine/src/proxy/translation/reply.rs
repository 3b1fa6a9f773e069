//! What came of a translated request, in the tool's dialect.

use http::{HeaderMap, HeaderValue, Response, header};
use http_body_util::BodyExt;
use rockpool_dialects::{AnswerForm, Delivery, End, Fault, Whole};
use uuid::Uuid;

use super::answered::WhenAnswered;
use super::stream::TranslatedStream;
use crate::provider::sse::{self, Piece, Splitter};
use crate::proxy::failover::over_http::HttpAnswer;
use crate::proxy::response::body::ProxyBody;
use crate::proxy::response::public;

/// What all answers to one request carry.
pub(crate) struct Reply {
    pub(crate) form: AnswerForm,
    /// When it was asked, in seconds since 1970.
    pub(crate) seconds: i64,
}

impl Reply {
    pub(crate) async fn respond(
        &self,
        answer: HttpAnswer,
        when_answered: impl FnOnce(rockpool_routing::AccountId) -> WhenAnswered,
    ) -> Response<ProxyBody> {
        let mut response = match answer {
            HttpAnswer::Stream { account, headers, relay, .. } => {
                let failed = relay.failed_before_output();
                let delivery = if failed { Delivery::Whole } else { self.form.delivery };
                let translator = self.translator(delivery);
                let stream = TranslatedStream::new(relay, translator, when_answered(account));
                match delivery {
                    Delivery::Streamed => events(&headers, stream.boxed_unsync()),
                    Delivery::Whole => {
                        let told = stream.whole().await;
                        public::object(&headers, told.status, told.body)
                    }
                }
            }
            HttpAnswer::Whole { status, headers, body } => {
                let told = match status.is_success() {
                    // Events after all, of which an error was the only one that mattered.
                    true => self.of_events(body),
                    false => Whole {
                        status: status.as_u16(),
                        body: Fault::of_backend(status.as_u16(), &body).body(self.form.dialect()),
                    },
                };
                public::object(&headers, told.status, told.body)
            }
            HttpAnswer::Error(error) => error.response_in(self.form.dialect()),
        };
        public::name_dropped(&mut response, &self.form.dropped);
        response
    }

    fn translator(&self, delivery: Delivery) -> rockpool_dialects::Translator {
        let mut form = self.form.clone();
        form.delivery = delivery;
        form.translator(self.seconds, &Uuid::now_v7().simple().to_string())
    }

    fn of_events(&self, body: bytes::Bytes) -> Whole {
        let (mut translator, mut splitter) = (self.translator(Delivery::Whole), Splitter::default());
        let mut unused = Vec::new();
        for piece in splitter.push(body) {
            if let Piece::Event(event) = piece
                && let Some(json) = sse::data(&event)
            {
                translator.event(&json, &mut unused);
            }
        }
        translator.whole(End::Regular)
    }
}

fn events(provider: &HeaderMap, body: ProxyBody) -> Response<ProxyBody> {
    let mut response = public::with_headers(provider, body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
