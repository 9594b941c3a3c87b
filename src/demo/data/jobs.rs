//! Jobs of the scheduler, and what a user may start by name.

use serde::Serialize;

use super::EPOCH;
use super::rng::{Rng, uuid_of};

/// Something the scheduler does.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// Identity.
    #[serde(rename = "ID")]
    pub id: String,
    /// Name shown to people.
    #[serde(rename = "Label")]
    pub label: String,
    /// Login of whoever started it, or `pydio.system.user`.
    #[serde(rename = "Owner")]
    pub owner: String,
    /// When it runs by itself.
    #[serde(rename = "Schedule", skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Events that start it.
    #[serde(rename = "EventNames", skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// What it does.
    #[serde(rename = "Actions")]
    pub actions: Vec<Action>,
    /// Its runs.
    #[serde(rename = "Tasks", skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
}

/// A repeated time, ISO 8601.
#[derive(Debug, Clone, Serialize)]
pub struct Schedule {
    /// As `R/2012-06-04T19:25:16.828696-07:00/PT10M`.
    #[serde(rename = "Iso8601Schedule")]
    pub iso8601: String,
}

/// One step of a job.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// Kind of step, as `actions.archive.compress`.
    #[serde(rename = "ID")]
    pub id: String,
    /// Its settings: what the client sent, as text.
    #[serde(rename = "Parameters", skip_serializing_if = "serde_json::Map::is_empty")]
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

/// One run of a job.
#[derive(Debug, Clone, Serialize)]
pub struct Task {
    /// Identity.
    #[serde(rename = "ID")]
    pub id: String,
    /// The job.
    #[serde(rename = "JobID")]
    pub job: String,
    /// `Running`, `Finished`, `Error`, …
    #[serde(rename = "Status")]
    pub status: &'static str,
    /// Last word of the run.
    #[serde(rename = "StatusMessage")]
    pub message: String,
    /// Login of whoever started it.
    #[serde(rename = "TriggerOwner")]
    pub owner: String,
    /// Start, seconds since 1970.
    #[serde(rename = "StartTime")]
    pub started: u64,
    /// End, seconds since 1970; absent while it runs.
    #[serde(rename = "EndTime", skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    /// Part done, 0 to 1.
    #[serde(rename = "Progress", skip_serializing_if = "Option::is_none")]
    pub progress: Option<f32>,
}

/// What `PUT /a/jobs/user/{JobName}` may start: name, action, label.
pub const STARTABLE: &[(&str, &str, &str)] = &[
    ("compress", "actions.archive.compress", "Compress a selection"),
    ("extract", "actions.archive.extract", "Extract an archive"),
    ("remote-download", "actions.cmd.wget", "Download a remote file"),
    ("copy", "actions.tree.copymove", "Copy a selection"),
    ("move", "actions.tree.copymove", "Move a selection"),
    ("delete", "actions.tree.delete", "Delete a selection"),
];

/// The owner of the jobs that come with the system.
const SYSTEM: &str = "pydio.system.user";

/// Generates the jobs that come with the system, with their last runs, and a few that users started.
pub fn generate() -> Vec<Job> {
    let mut rng = Rng::named("jobs");
    // Label, action, schedule, event.
    let system = [
        (
            "Extract image thumbnails",
            "actions.images.thumbnails",
            "",
            "NODE_CHANGE:0",
        ),
        ("Clean image thumbnails", "actions.images.clean", "", "NODE_CHANGE:5"),
        (
            "Clean orphan tasks",
            "actions.internal.prune-jobs",
            "R/2018-06-04T03:00:00Z/PT24H",
            "",
        ),
        (
            "Digest of notifications",
            "broker.activity.actions.mail-digest",
            "R/2018-06-04T19:25:16Z/PT5M",
            "",
        ),
        (
            "Synchronise archive",
            "actions.cmd.rpc",
            "R/2018-06-04T01:30:00Z/PT12H",
            "",
        ),
        (
            "Prune versions",
            "actions.versioning.prune",
            "R/2018-06-04T02:10:00Z/PT10M",
            "",
        ),
        (
            "Forward activities of nodes",
            "broker.activity.actions.create",
            "",
            "NODE_CHANGE:2",
        ),
    ];
    let mut jobs: Vec<Job> = system
        .into_iter()
        .map(|(label, action, schedule, event)| {
            let id = uuid_of(&format!("job {label}"));
            let runs = rng.range(1, 5);
            Job {
                tasks: (0..runs)
                    .map(|run| task(&id, SYSTEM, run + 1 == runs && rng.chance(40), &mut rng))
                    .collect(),
                id,
                label: label.to_owned(),
                owner: SYSTEM.to_owned(),
                schedule: (!schedule.is_empty()).then(|| Schedule {
                    iso8601: schedule.to_owned(),
                }),
                events: (!event.is_empty()).then(|| event.to_owned()).into_iter().collect(),
                actions: vec![Action {
                    id: action.to_owned(),
                    parameters: serde_json::Map::new(),
                }],
            }
        })
        .collect();
    for owner in ["admin", "amber-heron", "teal-otter", "teal-otter"] {
        let Some(&(_, action, label)) = rng.pick(STARTABLE) else {
            continue;
        };
        let id = rng.uuid();
        jobs.push(Job {
            tasks: vec![task(&id, owner, rng.chance(60), &mut rng)],
            id,
            label: label.to_owned(),
            owner: owner.to_owned(),
            schedule: None,
            events: Vec::new(),
            actions: vec![Action {
                id: action.to_owned(),
                parameters: serde_json::Map::new(),
            }],
        });
    }
    jobs
}

fn task(job: &str, owner: &str, running: bool, rng: &mut Rng) -> Task {
    let started = EPOCH - rng.range(600, 90_000);
    Task {
        id: rng.uuid(),
        job: job.to_owned(),
        status: if running { "Running" } else { "Finished" },
        message: if running { "Working" } else { "Done" }.to_owned(),
        owner: owner.to_owned(),
        started,
        ended: (!running).then(|| started + rng.range(1, 500)),
        progress: running.then_some(0.5),
    }
}
