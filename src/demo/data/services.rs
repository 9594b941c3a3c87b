//! The services and data sources of the made-up installation.
//!
//! The service names are those of a Cells v1 system, because they are what a reader of its documentation looks for.

use std::collections::BTreeMap;

use serde::Serialize;

use super::is_off;
use super::rng::Rng;

/// One entry of `GET /a/config/ctl`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Service {
    /// Unique name, as `pydio.grpc.user`.
    pub name: String,
    /// Version; Cells omits it for a service that is not running.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// What the service is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Group of services, as `idm`.
    pub tag: String,
    /// `STARTED` or `STOPPED`.
    pub status: &'static str,
    /// True when the service can be started and stopped through the API.
    #[serde(skip_serializing_if = "is_off")]
    pub controllable: bool,
    /// Where the service runs; empty for a stopped one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub running_peers: Vec<Peer>,
}

/// One running copy of a service.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Peer {
    /// The service's name and a unique suffix.
    pub id: String,
    /// IP address, a documentation range excepted: containers use 172.24.0.0/16 by default.
    pub address: String,
    /// TCP port.
    pub port: u16,
    /// What the registry knows about it.
    pub metadata: BTreeMap<&'static str, &'static str>,
}

/// One entry of `GET /a/config/datasource`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataSource {
    /// Unique name; the first part of the node paths below it.
    pub name: String,
    /// True when it is switched off.
    #[serde(skip_serializing_if = "is_off")]
    pub disabled: bool,
    /// `LOCAL` or `S3`; the first is the default and so left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<&'static str>,
    /// Settings of the storage.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub storage_configuration: BTreeMap<&'static str, String>,
    /// Name of the object service behind it.
    pub objects_service_name: String,
    /// Host of the object service.
    pub objects_host: String,
    /// TCP port of the object service.
    pub objects_port: u16,
    /// Bucket the files are in.
    pub objects_bucket: String,
    /// Host of the peer it runs on.
    pub peer_address: String,
    /// True when changes made outside Cells are watched for.
    #[serde(skip_serializing_if = "is_off")]
    pub watch: bool,
    /// `MASTER` for encrypted ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_mode: Option<&'static str>,
    /// Days versions are kept, by policy name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub versioning_policy_name: String,
}

/// Name, tag, description; running in this order.
const RUNNING: &[(&str, &str, &str)] = &[
    ("nats", "discovery", "Service registry based on Nats.io"),
    (
        "pydio.grpc.config",
        "general",
        "Main service loading configurations for all other services.",
    ),
    ("pydio.grpc.log", "general", "Syslog index store"),
    ("pydio.grpc.update", "general", "Update checker service"),
    ("pydio.grpc.acl", "idm", "Access Control List service"),
    (
        "pydio.grpc.auth",
        "idm",
        "Authentication service : JWT provider and token revocation",
    ),
    ("pydio.grpc.policy", "idm", "Policy engine service"),
    ("pydio.grpc.role", "idm", "Roles service"),
    ("pydio.grpc.user", "idm", "Users persistence layer"),
    ("pydio.grpc.user-key", "idm", "Encryption keys management"),
    ("pydio.grpc.user-meta", "idm", "User-defined metadata"),
    ("pydio.grpc.workspace", "idm", "Workspaces service"),
    ("pydio.grpc.data.index", "datasource", "Index of the data sources"),
    ("pydio.grpc.data.index.pydiods1", "datasource", "Index of pydiods1"),
    ("pydio.grpc.data.index.personal", "datasource", "Index of personal"),
    ("pydio.grpc.data.index.cellsdata", "datasource", "Index of cellsdata"),
    ("pydio.grpc.data.objects", "datasource", "S3 object storage"),
    (
        "pydio.grpc.data.objects.local1",
        "datasource",
        "S3 object storage for local1",
    ),
    (
        "pydio.grpc.data.sync",
        "datasource",
        "Synchronization of storage and index",
    ),
    (
        "pydio.grpc.data.sync.pydiods1",
        "datasource",
        "Synchronization of pydiods1",
    ),
    (
        "pydio.grpc.data.sync.personal",
        "datasource",
        "Synchronization of personal",
    ),
    (
        "pydio.grpc.data.sync.cellsdata",
        "datasource",
        "Synchronization of cellsdata",
    ),
    ("pydio.grpc.data-key", "data", "Encryption keys of the files"),
    ("pydio.grpc.docstore", "data", "Generic document store"),
    ("pydio.grpc.meta", "data", "Metadata server for tree nodes"),
    ("pydio.grpc.search", "data", "Search engine"),
    (
        "pydio.grpc.tree",
        "data",
        "Aggregator of all data sources into one master tree",
    ),
    ("pydio.grpc.versions", "data", "Versioning service"),
    ("pydio.grpc.activity", "broker", "Activities of users and files"),
    ("pydio.grpc.chat", "broker", "Chat rooms"),
    ("pydio.grpc.mailer", "broker", "Mail sender and its queue"),
    ("pydio.grpc.jobs", "scheduler", "Store of scheduled jobs"),
    ("pydio.grpc.tasks", "scheduler", "Tasks are running jobs"),
    ("pydio.grpc.timer", "scheduler", "Triggers events based on schedules"),
    ("pydio.rest.acl", "idm", "REST gateway to the ACL service"),
    ("pydio.rest.activity", "broker", "REST gateway to the activity service"),
    (
        "pydio.rest.config",
        "general",
        "Main service loading configurations for all other services.",
    ),
    (
        "pydio.rest.frontend",
        "frontend",
        "REST service for serving specific requests directly to the frontend",
    ),
    ("pydio.rest.graph", "idm", "Relations between objects"),
    ("pydio.rest.jobs", "scheduler", "REST gateway to the scheduler"),
    ("pydio.rest.meta", "data", "REST gateway to the metadata"),
    ("pydio.rest.policy", "idm", "REST gateway to the policies"),
    ("pydio.rest.role", "idm", "REST gateway to the roles"),
    ("pydio.rest.search", "data", "REST gateway to the search engine"),
    ("pydio.rest.share", "idm", "Public links and shared cells"),
    ("pydio.rest.templates", "data", "Templates of files"),
    ("pydio.rest.tree", "data", "REST gateway to the tree"),
    ("pydio.rest.user", "idm", "REST gateway to the users"),
    ("pydio.rest.user-meta", "idm", "REST gateway to the user metadata"),
    ("pydio.rest.workspace", "idm", "REST gateway to the workspaces"),
    ("pydio.gateway.data", "gateway", "S3 gateway to the tree"),
    ("pydio.gateway.dav", "gateway", "DAV gateway to the tree"),
    ("pydio.gateway.proxy", "gateway", "Main HTTP proxy"),
    ("pydio.gateway.rest", "gateway", "REST gateway to all services"),
    ("pydio.gateway.websocket", "gateway", "Websocket events"),
    ("pydio.web.auth", "idm", "OpenID Connect provider"),
    ("pydio.web.statics", "frontend", "Files of the frontend"),
];

/// Stopped services: name and tag.
const STOPPED: &[(&str, &str)] = &[
    ("pydio.grpc.data.index.archive", "datasource"),
    ("pydio.grpc.data.sync.archive", "datasource"),
    ("pydio.rest.mailer", "broker"),
    ("pydio.rest.update", "general"),
    ("pydio.test.objects", "datasource"),
];

/// The services, running ones first.
pub fn generate() -> Vec<Service> {
    let mut rng = Rng::named("services");
    let mut port = 46_570;
    let running = RUNNING.iter().map(|(name, tag, description)| {
        port += 1;
        Service {
            name: (*name).to_owned(),
            version: if *name == "nats" { "1.0.0" } else { "1.0.3" }.to_owned(),
            description: (*description).to_owned(),
            tag: (*tag).to_owned(),
            status: "STARTED",
            controllable: controllable(name),
            running_peers: vec![peer(name, port, &mut rng)],
        }
    });
    let stopped = STOPPED.iter().map(|(name, tag)| Service {
        name: (*name).to_owned(),
        version: String::new(),
        description: String::new(),
        tag: (*tag).to_owned(),
        status: "STOPPED",
        controllable: controllable(name),
        running_peers: Vec::new(),
    });
    running.chain(stopped).collect()
}

/// Whether Cells v1 lets an administrator start and stop the service.
fn controllable(name: &str) -> bool {
    name.starts_with("pydio") && name != "pydio.grpc.config"
}

fn peer(name: &str, port: u16, rng: &mut Rng) -> Peer {
    let transport = if name.starts_with("pydio.rest") || name.starts_with("pydio.web") {
        "rest"
    } else {
        "grpc"
    };
    Peer {
        id: format!("{name}-{}", rng.uuid()),
        address: "172.24.0.3".to_owned(),
        port,
        metadata: [
            ("broker", "nats"),
            ("registry", "nats"),
            ("server", transport),
            ("transport", "grpc"),
        ]
        .into(),
    }
}

/// The data sources; most are one folder on one disk.
pub fn data_sources() -> Vec<DataSource> {
    // Name, bucket, storage, encrypted, watched, disabled.
    let table = [
        ("pydiods1", "pydiods1", None, false, true, false),
        ("personal", "personal", None, false, true, false),
        ("cellsdata", "cellsdata", None, false, true, false),
        ("archive", "archive", None, true, false, true),
        ("cold-storage", "postrider-cold", Some("S3"), true, false, false),
        ("exports", "exports", None, false, false, false),
        ("field-uploads", "postrider-field", Some("S3"), false, false, false),
        ("media", "media", None, false, true, false),
        ("scans", "scans", None, false, true, false),
        ("versions", "versions", None, false, false, false),
    ];
    let mut port = 33_560;
    let mut source =
        |(name, bucket, storage, encrypted, watch, disabled): (&str, &str, Option<&'static str>, bool, bool, bool)| {
            port += 1;
            let configuration = match storage {
                Some(_) => [("customEndpoint", "https://s3.cells.example".to_owned())].into(),
                None => [("folder", format!("/home/pydio/.config/pydio/cells/data/{name}"))].into(),
            };
            DataSource {
                name: name.to_owned(),
                disabled,
                storage_type: storage,
                storage_configuration: configuration,
                objects_service_name: if storage.is_some() {
                    format!("s3-{name}")
                } else {
                    "local1".to_owned()
                },
                objects_host: "172.24.0.3".to_owned(),
                objects_port: port,
                objects_bucket: bucket.to_owned(),
                peer_address: "172.24.0.3".to_owned(),
                watch,
                encryption_mode: encrypted.then_some("MASTER"),
                versioning_policy_name: if watch {
                    "default-policy".to_owned()
                } else {
                    String::new()
                },
            }
        };
    table.into_iter().map(&mut source).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn running_services_come_first() {
        let services = generate();
        let first_stopped = services.iter().position(|service| service.status == "STOPPED").unwrap();
        assert!(
            services
                .iter()
                .skip(first_stopped)
                .all(|service| service.status == "STOPPED")
        );
    }

    #[test]
    fn only_pydio_services_but_the_configuration_are_controllable() {
        let services = generate();
        let of = |name: &str| {
            services
                .iter()
                .find(|service| service.name == name)
                .unwrap()
                .controllable
        };
        assert!(!of("nats"));
        assert!(!of("pydio.grpc.config"));
        assert!(of("pydio.grpc.user"));
    }

    #[test]
    fn false_and_empty_fields_are_left_out() {
        let services = generate();
        let nats = serde_json::to_value(services.first().unwrap()).unwrap();
        let keys: Vec<_> = nats.as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            keys,
            ["Name", "Version", "Description", "Tag", "Status", "RunningPeers"]
        );
    }
}
