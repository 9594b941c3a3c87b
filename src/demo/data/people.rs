//! Users, groups and roles.
//!
//! Anyone can be looked at; those of [`LOGINS`] can also log in. A user made or changed by `PUT /a/user/…` with a
//! `Password` can log in too, until the server stops.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::is_off;
use super::rng::{Rng, uuid_of};
use super::words::{ANIMALS, COLOURS, GROUPS};
use crate::model::secret::Secret;

/// Who can log in from the start: login, password, profile. `admin` may do everything, the others get 403 from the
/// administration part of the API, which is worth seeing once.
pub const LOGINS: &[(&str, &str, &str)] = &[
    ("admin", "admin", "admin"),
    ("amber-heron", "heron-demo", "standard"),
    ("teal-otter", "otter-demo", "standard"),
    ("violet-raven", "raven-demo", "shared"),
];

/// How many users there are besides the administrator.
const USERS: usize = 330;

/// A user or a group; Cells keeps both in one table and one type.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct User {
    /// Identity that survives renaming.
    pub uuid: String,
    /// Where the user or group lives, `/` at the top.
    pub group_path: String,
    /// Display name, e-mail, profile and whatever a client stores.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub attributes: IndexMap<String, String>,
    /// Roles the user has, the user's own among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Name to log in with; empty for a group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub login: String,
    /// Password as sent by a client; never sent back.
    #[serde(skip_serializing, deserialize_with = "secret")]
    pub password: Secret,
    /// True for a group.
    #[serde(skip_serializing_if = "is_off")]
    pub is_group: bool,
    /// Name of a group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group_label: String,
    /// True when the one who asks may change it.
    #[serde(skip_serializing_if = "is_off")]
    pub policies_context_editable: bool,
}

impl User {
    /// An attribute, or an empty text.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// The path of a user or group: its group and its own name.
    pub fn full_path(&self) -> String {
        let own = if self.is_group { &self.group_label } else { &self.login };
        format!("{}/{own}", self.group_path.trim_end_matches('/'))
    }
}

/// A set of rights that users share, or one user's or group's own.
#[expect(clippy::struct_excessive_bools, reason = "the shape is that of the Cells API")]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Role {
    /// Identity, and the name used in ACLs.
    pub uuid: String,
    /// Name shown to people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// True for the role of a group.
    #[serde(rename = "GroupRole", skip_serializing_if = "is_off")]
    pub of_group: bool,
    /// True for the role of one user.
    #[serde(rename = "UserRole", skip_serializing_if = "is_off")]
    pub of_user: bool,
    /// True for a team made by a user.
    #[serde(skip_serializing_if = "is_off")]
    pub is_team: bool,
    /// Profiles that get the role without being given it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub auto_applies: Vec<String>,
    /// Last change, seconds since 1970.
    #[serde(skip_serializing_if = "is_zero")]
    pub last_updated: u64,
    /// True when the one who asks may change it.
    #[serde(skip_serializing_if = "is_off")]
    pub policies_context_editable: bool,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What [`generate`] makes.
#[derive(Debug)]
pub struct People {
    /// Users by login.
    pub users: IndexMap<String, User>,
    /// Groups, parents before children.
    pub groups: Vec<User>,
    /// Roles by UUID.
    pub roles: IndexMap<String, Role>,
}

/// The shared roles: UUID, label, profiles they apply to by themselves, team.
const ROLES: &[(&str, &str, &[&str], bool)] = &[
    ("ROOT_GROUP", "Root Group", &[], false),
    ("ADMINS", "Administrators", &["admin"], false),
    ("EXTERNAL_USERS", "External Users", &["shared"], false),
    ("MINISITE", "Minisite Users", &["shared"], false),
    ("AUDITORS", "Auditors", &[], false),
    ("EDITORS", "Editors", &[], false),
    ("PHOTOGRAPHERS", "Photographers", &[], false),
    ("PUBLISHERS", "Publishers", &[], false),
    ("RELEASE_CREW", "Release crew", &[], true),
    ("NEWSLETTER_CREW", "Newsletter crew", &[], true),
    ("SURVEY_CREW", "Survey crew", &[], true),
];

/// Generates users, groups and roles.
pub fn generate() -> People {
    let mut rng = Rng::named("people");
    let mut roles: IndexMap<String, Role> = ROLES
        .iter()
        .map(|&(uuid, label, profiles, is_team)| {
            let role = Role {
                uuid: uuid.to_owned(),
                label: label.to_owned(),
                of_group: uuid == "ROOT_GROUP",
                is_team,
                auto_applies: profiles.iter().map(|profile| (*profile).to_owned()).collect(),
                last_updated: super::EPOCH - rng.range(0, 8_000_000),
                policies_context_editable: true,
                ..Role::default()
            };
            (role.uuid.clone(), role)
        })
        .collect();

    let groups: Vec<User> = GROUPS.iter().map(|path| group(path)).collect();
    for group in &groups {
        let label = format!("Group {}", group.group_label);
        roles.insert(
            group.uuid.clone(),
            Role {
                uuid: group.uuid.clone(),
                label,
                of_group: true,
                policies_context_editable: true,
                ..Role::default()
            },
        );
    }

    let mut users = IndexMap::new();
    for (login, group_path) in logins(&mut rng) {
        let known = LOGINS.iter().find(|(name, ..)| *name == login);
        let profile = known.map_or(if rng.chance(12) { "shared" } else { "standard" }, |(_, _, profile)| {
            *profile
        });
        let mut user = User {
            uuid: uuid_of(&format!("user {login}")),
            group_path,
            login: login.clone(),
            password: known.map_or_else(Secret::default, |(_, password, _)| Secret::new(*password)),
            policies_context_editable: true,
            ..User::default()
        };
        user.attributes = [
            ("displayName", display_name(&login)),
            ("email", format!("{login}@cells.example")),
            ("profile", profile.to_owned()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        if rng.chance(8) {
            user.attributes
                .insert("locks".to_owned(), r#"["pass_change"]"#.to_owned());
        }
        let extra: Vec<&str> = [
            "AUDITORS",
            "EDITORS",
            "PHOTOGRAPHERS",
            "PUBLISHERS",
            "RELEASE_CREW",
            "SURVEY_CREW",
        ]
        .into_iter()
        .filter(|_| rng.chance(15))
        .collect();
        let extra: Vec<Role> = extra.iter().filter_map(|uuid| roles.get(*uuid).cloned()).collect();
        complete(&mut user, &groups, &mut roles, extra);
        users.insert(login, user);
    }
    People { users, groups, roles }
}

/// Gives a user the roles that follow from group, profile and identity, then the `extra` ones, and makes the user's own.
pub fn complete(user: &mut User, groups: &[User], roles: &mut IndexMap<String, Role>, extra: Vec<Role>) {
    let own = Role {
        uuid: user.uuid.clone(),
        label: format!("User {}", user.login),
        of_user: true,
        policies_context_editable: true,
        ..Role::default()
    };
    roles.insert(own.uuid.clone(), own.clone());

    let mut all: Vec<Role> = roles.get("ROOT_GROUP").cloned().into_iter().collect();
    let path = format!("{}/", user.group_path.trim_end_matches('/'));
    for group in groups
        .iter()
        .filter(|group| path.starts_with(&format!("{}/", group.full_path())))
    {
        all.extend(roles.get(&group.uuid).cloned());
    }
    let profile = user.attribute("profile").to_owned();
    all.extend(
        roles
            .values()
            .filter(|role| role.auto_applies.contains(&profile))
            .cloned(),
    );
    for role in extra {
        // A client may send no more than the UUID; the rest is ours to know.
        let role = roles.get(&role.uuid).cloned().unwrap_or(role);
        if role.uuid != own.uuid && !all.iter().any(|known| known.uuid == role.uuid) {
            all.push(role);
        }
    }
    all.push(own);
    user.roles = all;
}

/// `Amber Heron` for `amber-heron`.
pub fn display_name(login: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    login.split('-').map(capital).collect::<Vec<String>>().join(" ")
}

fn group(path: &str) -> User {
    let (parent, label) = path.rsplit_once('/').unwrap_or(("", path));
    User {
        uuid: uuid_of(&format!("group {path}")),
        group_path: if parent.is_empty() {
            "/".to_owned()
        } else {
            parent.to_owned()
        },
        attributes: [("displayName".to_owned(), display_name(label))].into_iter().collect(),
        is_group: true,
        group_label: label.to_owned(),
        policies_context_editable: true,
        ..User::default()
    }
}

/// The administrator at the top, then a scattered choice of colours and animals in groups, by name.
fn logins(rng: &mut Rng) -> Vec<(String, String)> {
    let mut pairs: Vec<String> = COLOURS
        .iter()
        .flat_map(|colour| ANIMALS.iter().map(move |animal| format!("{colour}-{animal}")))
        .collect();
    let keep = |login: &str| LOGINS.iter().any(|(name, ..)| *name == login);
    while pairs.len() > USERS {
        let index = usize::try_from(rng.range(0, pairs.len() as u64)).unwrap_or(0);
        if pairs.get(index).is_some_and(|login| !keep(login)) {
            pairs.remove(index);
        }
    }
    pairs.sort();
    let mut all = vec![("admin".to_owned(), "/".to_owned())];
    for login in pairs {
        let group = if rng.chance(15) {
            "/"
        } else {
            rng.pick(GROUPS).copied().unwrap_or("/")
        };
        all.push((login, group.to_owned()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_who_may_log_in_exists() {
        let people = generate();
        for (login, password, profile) in LOGINS {
            let user = people.users.get(*login);
            assert_eq!(user.map(|user| user.password.reveal()), Some(*password), "{login}");
            assert_eq!(user.map(|user| user.attribute("profile")), Some(*profile), "{login}");
        }
    }

    #[test]
    fn passwords_are_never_sent_or_logged() {
        let people = generate();
        let text = format!("{}{people:?}", serde_json::to_string(&people.users).unwrap_or_default());
        assert!(text.contains("amber-heron"));
        assert!(!text.contains("Password") && !text.contains("heron-demo"));
    }

    #[test]
    fn a_user_has_the_roles_of_all_groups_above() {
        let people = generate();
        let nested = people.users.values().find(|user| user.group_path == "/design/print");
        let labels: Vec<&str> = nested
            .map(|user| user.roles.iter().map(|role| role.label.as_str()).collect())
            .unwrap_or_default();
        assert!(
            labels.contains(&"Group design") && labels.contains(&"Group print"),
            "{labels:?}"
        );
        assert!(labels.last().is_some_and(|label| label.starts_with("User ")));
    }
}
