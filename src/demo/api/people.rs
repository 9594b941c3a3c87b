//! `/a/user` and `/a/role`: search, read, write, delete. Writing changes the data until the server stops.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::query::{Search, fits, flag, read, text};
use crate::demo::data::people::{Role, User, complete, display_name};
use crate::demo::data::rng::uuid_of;
use crate::demo::guard::Caller;
use crate::demo::reply::{ApiError, ApiResult, ok, sparse};
use crate::demo::state::{App, Clock};

/// `POST /a/user`: users and groups; groups come first.
pub async fn search_users(State(app): State<Arc<App>>, body: Bytes) -> ApiResult {
    let search = Search::read(&body)?;
    let data = app.data();
    let (found, total) = search.run(data.groups.iter().chain(data.users.values()), user_fits);
    let (groups, users): (Vec<&User>, Vec<&User>) = found.into_iter().partition(|user| user.is_group);
    Ok(sparse(json!({"Groups": groups, "Users": users, "Total": total})))
}

fn user_fits(query: &Value, user: &User) -> bool {
    let attribute = text(query, "AttributeName");
    let kind = match text(query, "NodeType") {
        "USER" => !user.is_group,
        "GROUP" => user.is_group,
        _ => true,
    };
    kind && fits(query, "Login", &user.login)
        && fits(query, "Uuid", &user.uuid)
        && fits(query, "HasProfile", user.attribute("profile"))
        && fits(query, "FullPath", &user.full_path())
        && in_group(query, user)
        && (text(query, "HasRole").is_empty() || user.roles.iter().any(|role| fits(query, "HasRole", &role.uuid)))
        && (attribute.is_empty() || fits(query, "AttributeValue", user.attribute(attribute)))
}

fn in_group(query: &Value, user: &User) -> bool {
    let wanted = text(query, "GroupPath");
    if wanted.is_empty() {
        return true;
    }
    if wanted.contains('*') {
        return fits(query, "GroupPath", &user.group_path);
    }
    let slash = |path: &str| format!("{}/", path.trim_end_matches('/'));
    let (wanted, own) = (slash(wanted), slash(&user.group_path));
    own == wanted || (flag(query, "Recursive") && own.starts_with(&wanted))
}

/// `GET /a/user/{Login}`.
pub async fn user(State(app): State<Arc<App>>, Path(login): Path<String>) -> ApiResult {
    let data = app.data();
    data.users.get(&login).map(ok).ok_or_else(|| no_user(&login))
}

/// `PUT /a/user/{Login}`: makes or replaces a user; a password that is not sent stays as it was.
pub async fn put_user(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(login): Path<String>,
    body: Bytes,
) -> ApiResult {
    caller.must_be_admin()?;
    let mut user: User = parse(read(&body)?)?;
    let mut data = app.data_mut();
    let data = &mut *data;
    let known = data.users.get(&login);
    user.uuid = known.map_or_else(|| uuid_of(&format!("user {login}")), |known| known.uuid.clone());
    if let (true, Some(known)) = (user.password.reveal().is_empty(), known) {
        user.password.clone_from(&known.password);
    }
    if !user.group_path.starts_with('/') {
        user.group_path.insert(0, '/');
    }
    let default = |user: &mut User, name: &str, value: String| {
        user.attributes.entry(name.to_owned()).or_insert(value);
    };
    default(&mut user, "displayName", display_name(&login));
    default(&mut user, "profile", "standard".to_owned());
    user.login.clone_from(&login);
    user.is_group = false;
    user.policies_context_editable = true;
    let extra = std::mem::take(&mut user.roles);
    complete(&mut user, &data.groups, &mut data.roles, extra);
    let reply = ok(&user);
    data.users.insert(login, user);
    Ok(reply)
}

/// `DELETE /a/user/{Login}`: with the user goes the user's own role.
pub async fn delete_user(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(login): Path<String>,
) -> ApiResult {
    caller.must_be_admin()?;
    let mut data = app.data_mut();
    let user = data.users.shift_remove(&login).ok_or_else(|| no_user(&login))?;
    data.roles.shift_remove(&user.uuid);
    Ok(ok(&json!({"Success": true, "NumRows": "1"})))
}

/// `POST /a/role`.
pub async fn search_roles(State(app): State<Arc<App>>, body: Bytes) -> ApiResult {
    let search = Search::read(&body)?;
    let data = app.data();
    let (roles, total) = search.run(data.roles.values(), |query, role: &Role| {
        fits(query, "Uuid", &role.uuid)
            && fits(query, "Label", &role.label)
            && (!flag(query, "IsGroupRole") || role.of_group)
            && (!flag(query, "IsUserRole") || role.of_user)
            && (!flag(query, "IsTeam") || role.is_team)
            && (!flag(query, "HasAutoApply") || !role.auto_applies.is_empty())
    });
    Ok(sparse(json!({"Roles": roles, "Total": total})))
}

/// `GET /a/role/{Uuid}`.
pub async fn role(State(app): State<Arc<App>>, Path(uuid): Path<String>) -> ApiResult {
    let data = app.data();
    data.roles.get(&uuid).map(ok).ok_or_else(|| no_role(&uuid))
}

/// `PUT /a/role/{Uuid}`: makes or replaces a role.
pub async fn put_role(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(uuid): Path<String>,
    body: Bytes,
) -> ApiResult {
    caller.must_be_admin()?;
    let mut role: Role = parse(read(&body)?)?;
    role.uuid.clone_from(&uuid);
    role.last_updated = Clock::now_ms(&app.clock) / 1_000;
    role.policies_context_editable = true;
    let reply = ok(&role);
    app.data_mut().roles.insert(uuid, role);
    Ok(reply)
}

/// `DELETE /a/role/{Uuid}`: users lose it too; the reply holds no more than the UUID.
pub async fn delete_role(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(uuid): Path<String>,
) -> ApiResult {
    caller.must_be_admin()?;
    let mut data = app.data_mut();
    data.roles.shift_remove(&uuid).ok_or_else(|| no_role(&uuid))?;
    for user in data.users.values_mut() {
        user.roles.retain(|role| role.uuid != uuid);
    }
    Ok(ok(&json!({"Uuid": uuid})))
}

fn parse<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, ApiError> {
    serde_json::from_value(body).map_err(|error| ApiError::Internal(format!("cannot read the request body: {error}")))
}

fn no_user(login: &str) -> ApiError {
    ApiError::NotFound(format!("cannot find user {login}"))
}

fn no_role(uuid: &str) -> ApiError {
    ApiError::NotFound(format!("cannot find role with uuid {uuid}"))
}
