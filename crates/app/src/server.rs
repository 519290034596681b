//! Serving: the listener, the background work, and the end that loses nothing.
//!
//! At the end Youlin stops accepting, lets the requests and jobs that run finish (event streams are closed, browsers
//! come back by themselves), and then closes the database. What takes longer than [`GRACE`] is given up: the caller
//! has no answer then, and nothing half-done is in the database because a command is one transaction.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::serve::ListenerExt;
use futures::StreamExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use youlin_database::text::{BUILD_TEXT_INDEX, BuildTextIndex, TextIndexer};
use youlin_database::{
    Consumer, Database, JobHandler, JobWorker, LiveTail, OutboxDispatcher, PlanRecurring,
    Recurring, ReleaseLeases,
};
use youlin_web::{App, Module, RouteInfo};

use crate::House;
use crate::config::Config;
use crate::house::{self, Opening, api_info, modules};
use crate::{assets, housekeeping};

/// How long running requests and jobs may take to finish.
const GRACE: Duration = Duration::from_secs(15);

/// A serving house.
#[derive(Debug)]
pub struct Running {
    pub addr: SocketAddr,
    pub app: App,
    /// Every route with what it asks of its caller.
    pub table: Vec<RouteInfo>,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    background: JoinSet<()>,
    db: Database,
}

/// Opens the house and serves it; what the tests start too.
///
/// # Errors
/// Sentences for the administrator: settings, database, keys, the address.
pub async fn start(config: Config) -> Result<Running> {
    start_with(config, Vec::new()).await
}

/// [`start`] with further modules: tests put in routes that fail on purpose.
///
/// # Errors
/// As [`start`].
pub async fn start_with(config: Config, further: Vec<Module>) -> Result<Running> {
    serve(House::open(Opening::new(config)).await?, further).await
}

/// Serves an opened house.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) async fn serve(house: House, further: Vec<Module>) -> Result<Running> {
    let House {
        config, db, app, ..
    } = house;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("YOULIN_LISTEN: {} cannot be listened on", config.listen))?;
    let addr = listener.local_addr()?;
    if !assets::bundles_built() {
        tracing::warn!(
            "web/dist is missing in this build: pages come without style and script; run `make web` and build again"
        );
    }
    let (stop, stopping) = watch::channel(false);
    let all: Vec<Module> = modules().into_iter().chain(further).collect();
    let built = youlin_web::build(app.clone(), &all, api_info());
    let router = built
        .router
        .layer(from_fn_with_state(stopping.clone(), end_streams));
    if !db.is_postgres() {
        // This process alone works on an embedded database: what is claimed was claimed by one that died.
        let released = db.execute(&app.service_ctx("start"), ReleaseLeases).await;
        if let Err(problem) = released {
            tracing::warn!(%problem, "jobs claimed before stay claimed for some minutes");
        }
    }
    let mut background = JoinSet::new();
    start_background(&mut background, &app, &stopping);
    let served = tokio::spawn(run_server(listener, router, stopping));
    tracing::info!(%addr, "serving");
    Ok(Running {
        addr,
        app,
        table: built.table,
        stop,
        served,
        background,
        db,
    })
}

async fn run_server(listener: TcpListener, router: Router, mut stopping: watch::Receiver<bool>) {
    // Answers are small and complete: waiting to fill a packet only delays them.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move {
        let _sender_gone = stopping.wait_for(|stop| *stop).await;
    };
    let served = axum::serve(listener, service).with_graceful_shutdown(stopped);
    if let Err(error) = served.await {
        tracing::error!(%error, "the server failed");
    }
}

fn start_background(tasks: &mut JoinSet<()>, app: &App, stopping: &watch::Receiver<bool>) {
    let (mut jobs, mut recurring, mut consumers) = (Vec::new(), Vec::new(), Vec::new());
    let texts = house::texts(app);
    jobs.push(Arc::new(BuildTextIndex(texts.clone())) as Arc<dyn JobHandler>);
    recurring.push(BUILD_TEXT_INDEX);
    consumers.push(Arc::new(TextIndexer::new(app.db().clone(), texts)) as Arc<dyn Consumer>);
    for module in modules() {
        jobs.extend((module.jobs)(app));
        recurring.extend_from_slice(module.recurring);
        consumers.extend((module.consumers)(app));
    }
    tasks.spawn(plan_jobs(app.clone(), recurring));
    // A file of a hundred thousand rows must not hold up a reminder that is due.
    let (long, short): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| {
        let kind = job.kind();
        kind.starts_with("imports.")
            || kind == BUILD_TEXT_INDEX.kind
            || kind == youlin_people::privacy::RESEAL.kind
    });
    for handlers in [short, long] {
        let worker = JobWorker::new(app.db().clone(), handlers);
        let (app, stopping) = (app.clone(), stopping.clone());
        tasks.spawn(async move { worker.run(|| app.service_ctx("jobs"), stopping).await });
    }
    let dispatcher = OutboxDispatcher {
        db: app.db().clone(),
        consumers,
    };
    let ctx = {
        let app = app.clone();
        move || app.service_ctx("outbox")
    };
    tasks.spawn(dispatcher.run(ctx, stopping.clone()));
    let ctx = {
        let app = app.clone();
        move || app.service_ctx("live")
    };
    let tail = LiveTail::new(app.db().clone(), ctx().now());
    tasks.spawn(tail.run(ctx, stopping.clone()));
    tasks.spawn(housekeeping::run(app.clone(), stopping.clone()));
    if let Some(notices) = app.service::<youlin_notices::Notices>() {
        let app = app.clone();
        let ctx = move || app.service_ctx("notices");
        tasks.spawn(youlin_notices::Courier::new(notices).run(ctx, stopping.clone()));
    }
}

/// Jobs that run again and again: each server plans them at its start, and there is still only one of each.
async fn plan_jobs(app: App, recurring: Vec<Recurring>) {
    let ctx = app.service_ctx("start");
    let planned = app.db().execute(&ctx, PlanRecurring(recurring)).await;
    if let Err(problem) = planned {
        tracing::warn!(%problem, "recurring jobs could not be planned; those of an earlier start go on");
    }
}

/// An event stream never ends by itself; without this one open page would hold up the end of the server.
async fn end_streams(
    State(stopping): State<watch::Receiver<bool>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    response.map(|body| {
        let mut stopping = stopping;
        let stopped = async move {
            let _sender_gone = stopping.wait_for(|stop| *stop).await;
        };
        Body::from_stream(body.into_data_stream().take_until(Box::pin(stopped)))
    })
}

impl Running {
    /// `http://address`, for tests and the demo's lines.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops accepting, finishes what runs, closes the database.
    pub async fn stop(self) {
        let Self {
            stop,
            mut served,
            mut background,
            db,
            ..
        } = self;
        let _nobody_waits = stop.send(true);
        let finish = async {
            if let Err(error) = (&mut served).await {
                tracing::error!(%error, "the server ended badly");
            }
            while background.join_next().await.is_some() {}
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::warn!(
                seconds = GRACE.as_secs(),
                "some requests or jobs did not finish in time and were given up"
            );
            served.abort();
            background.abort_all();
        }
        db.close().await;
        tracing::info!("stopped");
    }

    /// Serves until the process is asked to end (SIGTERM, SIGINT), then [`Running::stop`].
    ///
    /// # Errors
    /// When signals cannot be listened to, or the server failed by itself.
    pub async fn until_asked_to_stop(mut self) -> Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let failed = tokio::select! {
            _ = terminate.recv() => false,
            _ = interrupt.recv() => false,
            _ = &mut self.served => true,
        };
        if failed {
            anyhow::bail!("the server ended by itself; the log says why");
        }
        tracing::info!("asked to stop: finishing what runs");
        self.stop().await;
        Ok(())
    }
}
