//! `/a/jobs/user`: the scheduler as users see it.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::query::{flag, read, text, texts};
use crate::demo::data::jobs::{Action, Job, STARTABLE, Task};
use crate::demo::guard::Caller;
use crate::demo::reply::{ApiError, ApiResult, ok, sparse};
use crate::demo::state::App;

/// `POST /a/jobs/user`: jobs of an owner (`*`: of everyone), with the tasks of the status in `LoadTasks`.
pub async fn list(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>, body: Bytes) -> ApiResult {
    let body = read(&body)?;
    let owner = match text(&body, "Owner") {
        "" => caller.login.as_str(),
        owner => owner,
    };
    let status = text(&body, "LoadTasks");
    let ids = texts(&body, "JobIDs");
    let data = app.data();
    let jobs: Vec<Job> = data
        .jobs
        .iter()
        .filter(|job| owner == "*" || job.owner == owner)
        .filter(|job| ids.is_empty() || ids.contains(&job.id.as_str()))
        .filter(|job| !flag(&body, "EventsOnly") || !job.events.is_empty())
        .filter(|job| !flag(&body, "TimersOnly") || job.schedule.is_some())
        .map(|job| {
            let mut job = job.clone();
            job.tasks.retain(|task| status == "Any" || task.status == status);
            job
        })
        .collect();
    Ok(sparse(json!({"Jobs": jobs})))
}

/// `PUT /a/jobs/user/{JobName}`: starts one of [`STARTABLE`]; it is listed from then on.
pub async fn start(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    body: Bytes,
) -> ApiResult {
    let body = read(&body)?;
    let &(_, action, label) = STARTABLE
        .iter()
        .find(|(startable, ..)| *startable == name)
        .ok_or_else(|| ApiError::NotFound(format!("cannot find job {name}")))?;
    let parameters: Map<String, Value> = match text(&body, "JsonParameters") {
        "" => Map::new(),
        json => serde_json::from_str(json)
            .map_err(|error| ApiError::Internal(format!("cannot read JsonParameters: {error}")))?,
    };
    let id = format!("{name}-{}", Uuid::new_v4());
    let task = Task {
        id: Uuid::new_v4().to_string(),
        job: id.clone(),
        status: "Running",
        message: "Working".to_owned(),
        owner: caller.login.clone(),
        started: app.clock.now_ms() / 1_000,
        ended: None,
        progress: Some(0.0),
    };
    let job = Job {
        id: id.clone(),
        label: label.to_owned(),
        owner: caller.login,
        schedule: None,
        events: Vec::new(),
        actions: vec![Action {
            id: action.to_owned(),
            parameters,
        }],
        tasks: vec![task],
    };
    app.data_mut().jobs.push(job);
    Ok(ok(&json!({"JobUuid": id})))
}
