//! Sends a request, and once more where its connection was shared and gave no sign of having taken it.
//!
//! A provider, or a load balancer in front of it, closes connections that were kept alive at a time of its own. A
//! request that is on its way then is lost without a fault of anybody: it goes out again, over a connection of its
//! own, before anyone hears of it. Only where nothing came on a connection that had answered before, or where the
//! provider says itself that it did not begin; and once. What may have been worked on after all is told to the
//! caller: by `docs/decisions/0007-routing.md` such a request is repeated once in all.

use std::time::Duration;

use rockpool_routing::Delivery;

use super::answered::AnsweredConnections;
use super::delivery::SendFailure;
use super::upstream::HttpClients;

/// How often a request went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Once,
    /// The first time, on a connection that was shared, it had come so far.
    Again(Delivery),
}

impl Sent {
    /// Whether the provider may have worked on it the first time too.
    pub(crate) fn may_be_billed_twice(self) -> bool {
        match self {
            Self::Once => false,
            Self::Again(delivery) => delivery.may_be_billed(),
        }
    }
}

impl HttpClients {
    /// Sends a request that may go out again. Its body has to be whole, and not a stream.
    pub(crate) async fn send(
        &self,
        request: reqwest::RequestBuilder,
    ) -> (Result<reqwest::Response, reqwest::Error>, Sent) {
        let mut sent = Sent::Once;
        let answer = self.send_noting(request, &mut sent).await;
        (answer, sent)
    }

    /// The same within a time, both times together; `None` where it runs out.
    pub(crate) async fn send_within(
        &self,
        limit: Duration,
        request: reqwest::RequestBuilder,
    ) -> (Option<Result<reqwest::Response, reqwest::Error>>, Sent) {
        let mut sent = Sent::Once;
        let answer = tokio::time::timeout(limit, self.send_noting(request, &mut sent)).await.ok();
        (answer, sent)
    }

    /// `sent` is true at each moment, so that whoever gives up waiting knows how often it went out.
    async fn send_noting(
        &self,
        request: reqwest::RequestBuilder,
        sent: &mut Sent,
    ) -> Result<reqwest::Response, reqwest::Error> {
        let (client, request) = request.build_split();
        let request = request?;
        let again = request.try_clone();
        match (client.execute(request).await, again) {
            (Ok(response), _) => {
                self.answered.note(&response);
                Ok(response)
            }
            (Err(error), Some(again)) if allows_another(&self.answered, &error) => {
                let first = SendFailure::of(&error).delivery();
                tracing::debug!(?first, "a shared connection was gone; asking again on another");
                *sent = Sent::Again(first);
                self.fresh.execute(again).await
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// Whether a request that failed so may go out once more.
fn allows_another(answered: &AnsweredConnections, error: &reqwest::Error) -> bool {
    match SendFailure::of(error) {
        SendFailure::NotTaken => true,
        SendFailure::NotWritten | SendFailure::Lost => !error.is_timeout() && answered.had_answered(error),
        SendFailure::NotBuilt | SendFailure::NoConnection => false,
    }
}

#[cfg(test)]
mod tests;
