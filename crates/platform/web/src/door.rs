//! The door of each route: who may come in at all. The command behind it authorizes again, for the very record.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use youlin_kernel::{Access, Problem, ProblemKind};

use crate::extract::Caller;
use crate::middleware::SessionRevoked;
use crate::{App, Fault};

pub(crate) fn door(router: MethodRouter<App>, access: Access) -> MethodRouter<App> {
    router.layer(from_fn(move |request: Request, next: Next| {
        check(access, request, next)
    }))
}

async fn check(access: Access, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return Fault(Problem::internal("the context middleware did not run")).into_response();
    };
    let ctx = &caller.0;
    let machine = matches!(ctx.actor(), youlin_kernel::Actor::Machine { .. });
    if access.admits(&ctx.roles(), ctx.is_signed_in() || machine) {
        return next.run(request).await;
    }
    let problem = if ctx.is_signed_in() || machine {
        Problem::forbidden()
    } else if request.extensions().get::<SessionRevoked>().is_some() {
        Problem::new(ProblemKind::SignInNeeded, "session-revoked")
    } else {
        Problem::new(ProblemKind::SignInNeeded, "sign-in-needed")
    };
    Fault(problem).into_response()
}
