//! The OpenAPI document, made of the same registrations that serve the routes.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, ToSchema};

use super::problem::{FieldProblem, Problem};

/// Title, licence and the parts that no single handler owns.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Rockpool management API", version = "1", license(name = "MIT OR Apache-2.0"),
        description = "The one interface of window, dashboard, command line and scripts."),
    components(schemas(Problem, FieldProblem)),
    modifiers(&ProblemByDefault)
)]
pub(super) struct Document;

/// Every operation can be refused, always in the same form; said once here.
pub(super) struct ProblemByDefault;

impl Modify for ProblemByDefault {
    fn modify(&self, openapi: &mut OpenApi) {
        for item in openapi.paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
            operations.into_iter().flatten().for_each(add_problem);
        }
    }
}

fn add_problem(operation: &mut Operation) {
    let schema = RefOr::Ref(Ref::from_schema_name(Problem::name()));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let refused = ResponseBuilder::new()
        .description("Refused; nothing was saved")
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.insert("default".to_owned(), refused.into());
}
