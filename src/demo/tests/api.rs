//! The REST API, one test per service.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Demo;

async fn call(demo: &Demo, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let reply = demo.api(method, path, token, &text).await;
    (reply.status.as_u16(), reply.json())
}

fn len(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

#[tokio::test]
async fn services_are_listed_as_cells_lists_them() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let reply = demo.api("GET", "/a/config/ctl", &token, "").await;
    assert!(
        (15_000..30_000).contains(&reply.body.len()),
        "{} bytes",
        reply.body.len()
    );
    assert_eq!(
        reply.header("content-length"),
        Some(reply.body.len().to_string().as_str())
    );
    assert!(reply.text().starts_with(r#"{"Services":[{"Name":"nats","Version":"1.0.0","Description":"Service registry based on Nats.io","Tag":"discovery","Status":"STARTED","RunningPeers":[{"Id":"nats-"#));
    let body = reply.json();
    assert_eq!(body["Total"], len(&body["Services"]));
    let (_, sources) = call(&demo, &token, "GET", "/a/config/datasource", &Value::Null).await;
    assert_eq!(sources["Total"], len(&sources["DataSources"]));
}

#[tokio::test]
async fn administration_is_for_administrators() {
    let demo = Demo::new();
    let login = demo.login("amber-heron", "heron-demo").await.json();
    let token = login["id_token"].as_str().unwrap();
    for (method, path) in [
        ("GET", "/a/config/ctl"),
        ("GET", "/a/config/datasource"),
        ("PUT", "/a/user/amber-heron"),
        ("DELETE", "/a/user/admin"),
        ("DELETE", "/a/role/ADMINS"),
    ] {
        let (status, body) = call(&demo, token, method, path, &json!({})).await;
        assert_eq!((status, &body["Title"]), (403, &json!("Forbidden")), "{method} {path}");
    }
    assert_eq!(
        call(&demo, token, "GET", "/a/user/amber-heron", &Value::Null).await.0,
        200
    );
}

#[tokio::test]
async fn users_are_found_by_wildcard_and_page() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let query = json!({"Queries": [{"Login": "a*"}], "Limit": "10", "Offset": "0", "Operation": "OR"});
    let (status, body) = call(&demo, &token, "POST", "/a/user", &query).await;
    assert_eq!((status, len(&body["Users"])), (200, 10));
    assert!(
        body["Users"]
            .as_array()
            .unwrap()
            .iter()
            .all(|user| user["Login"].as_str().unwrap().starts_with('a'))
    );
    assert!(body["Total"].as_u64().unwrap() > 10);
    let next = json!({"Queries": [{"Login": "a*"}], "Limit": "10", "Offset": "10"});
    let (_, second) = call(&demo, &token, "POST", "/a/user", &next).await;
    assert_ne!(body["Users"][0]["Login"], second["Users"][0]["Login"]);

    let both =
        json!({"Queries": [{"Login": "amber-*"}, {"GroupPath": "/design", "Recursive": true}], "Operation": "AND"});
    let (_, both) = call(&demo, &token, "POST", "/a/user", &both).await;
    let users = both["Users"].as_array().unwrap();
    assert!(
        !users.is_empty()
            && users
                .iter()
                .all(|user| user["GroupPath"].as_str().unwrap().starts_with("/design"))
    );
    let (_, groups) = call(
        &demo,
        &token,
        "POST",
        "/a/user",
        &json!({"Queries": [{"NodeType": "GROUP"}]}),
    )
    .await;
    assert_eq!((groups.get("Users"), groups["Total"].as_u64()), (None, Some(12)));
    let (_, all) = call(&demo, &token, "POST", "/a/user", &json!({})).await;
    assert!(all["Total"].as_u64().unwrap() >= 300);
}

#[tokio::test]
async fn a_user_is_made_seen_used_and_deleted() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let path = "/a/user/jade-lynx-2";
    let (status, missing) = call(&demo, &token, "GET", path, &Value::Null).await;
    assert_eq!(
        (status, missing),
        (
            404,
            json!({"Title": "Not Found", "Detail": "cannot find user jade-lynx-2"})
        )
    );
    let new = json!({"Login": "jade-lynx-2", "Password": "se:cret", "GroupPath": "/design/web",
        "Attributes": {"displayName": "Jade", "email": "jade@cells.example", "profile": "standard"},
        "Roles": [{"Uuid": "EDITORS"}]});
    let (status, made) = call(&demo, &token, "PUT", path, &new).await;
    assert_eq!(
        (status, &made["Login"], made.get("Password")),
        (200, &json!("jade-lynx-2"), None)
    );
    let (_, seen) = call(&demo, &token, "GET", path, &Value::Null).await;
    assert_eq!(seen, made);
    let roles: Vec<&str> = seen["Roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["Label"].as_str().unwrap())
        .collect();
    assert_eq!(
        roles,
        ["Root Group", "Group design", "Group web", "Editors", "User jade-lynx-2"]
    );
    assert_eq!(demo.login("jade-lynx-2", "se:cret").await.status, StatusCode::OK);
    // Changing a user without a password leaves the password alone.
    assert_eq!(
        call(&demo, &token, "PUT", path, &json!({"GroupPath": "/"})).await.0,
        200
    );
    assert_eq!(demo.login("jade-lynx-2", "se:cret").await.status, StatusCode::OK);
    assert_eq!(call(&demo, &token, "DELETE", path, &Value::Null).await.0, 200);
    assert_eq!(call(&demo, &token, "GET", path, &Value::Null).await.0, 404);
    assert_eq!(call(&demo, &token, "DELETE", path, &Value::Null).await.0, 404);
    assert_eq!(demo.login("jade-lynx-2", "se:cret").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn roles_are_found_made_and_deleted() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let (_, teams) = call(
        &demo,
        &token,
        "POST",
        "/a/role",
        &json!({"Queries": [{"IsTeam": true}]}),
    )
    .await;
    assert_eq!(teams["Total"], 3);
    let path = "/a/role/TESTERS";
    assert_eq!(call(&demo, &token, "GET", path, &Value::Null).await.0, 404);
    let (status, made) = call(&demo, &token, "PUT", path, &json!({"Label": "Testers"})).await;
    assert_eq!(
        (status, &made["Uuid"], &made["Label"]),
        (200, &json!("TESTERS"), &json!("Testers"))
    );
    assert_eq!(call(&demo, &token, "GET", path, &Value::Null).await.1, made);
    assert_eq!(
        call(&demo, &token, "DELETE", path, &Value::Null).await.1,
        json!({"Uuid": "TESTERS"})
    );
    assert_eq!(call(&demo, &token, "GET", path, &Value::Null).await.0, 404);
}

#[tokio::test]
async fn workspaces_and_their_rights() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let (_, spaces) = call(
        &demo,
        &token,
        "POST",
        "/a/workspace",
        &json!({"Queries": [{"scope": "ADMIN"}]}),
    )
    .await;
    let list = spaces["Workspaces"].as_array().unwrap();
    assert!(list.len() >= 18 && list.iter().all(|space| space["Scope"] == "ADMIN"));
    let root = &list[0]["RootUUIDs"][0];
    let (_, rights) = call(
        &demo,
        &token,
        "POST",
        "/a/acl",
        &json!({"Queries": [{"NodeIDs": [root]}]}),
    )
    .await;
    let rights = rights["ACLs"].as_array().unwrap();
    assert!(!rights.is_empty() && rights.iter().all(|right| &right["NodeID"] == root));
    let (_, node) = call(&demo, &token, "GET", "/a/tree/stat/common-files", &Value::Null).await;
    assert_eq!(&node["Node"]["Uuid"], root);
}

#[tokio::test]
async fn the_tree_is_browsed_by_path() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let browse = async |body: Value| call(&demo, &token, "POST", "/a/tree/stats", &body).await;
    let (status, top) = browse(json!({"NodePaths": ["/*"], "AllMetaProviders": true})).await;
    assert_eq!(status, 200);
    assert_eq!(top["Pagination"]["Total"], len(&top["Nodes"]));
    let (_, page) = browse(json!({"NodePaths": ["/common-files/*"], "Limit": 3, "Offset": 3})).await;
    assert_eq!(len(&page["Nodes"]), 3);
    assert_eq!(
        (&page["Pagination"]["CurrentPage"], &page["Pagination"]["NextOffset"]),
        (&json!(2), &json!(6))
    );
    assert_eq!(page["Nodes"][0]["MetaStore"].as_object().unwrap().len(), 1);
    let body = json!({"NodePaths": ["/common-files/*"]});
    let (_, meta) = call(&demo, &token, "POST", "/a/meta/bulk/get", &body).await;
    assert!(meta["Nodes"][0]["MetaStore"].as_object().unwrap().len() > 1);

    let (_, all) = browse(json!({"NodePaths": ["/**"]})).await;
    let (_, recursive) = browse(json!({"NodePaths": ["/*"], "Recursive": true})).await;
    assert_eq!(all, recursive);
    let file = all["Nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|node| node["Type"] == "LEAF")
        .unwrap();
    let path: String = url::form_urlencoded::byte_serialize(file["Path"].as_str().unwrap().as_bytes()).collect();
    let path = path.replace('+', "%20").replace("%2F", "/");
    let (status, stat) = call(&demo, &token, "GET", &format!("/a/tree/stat/{path}"), &Value::Null).await;
    assert_eq!(
        (status, &stat["Node"]["Uuid"], &stat["Node"]["Size"]),
        (200, &file["Uuid"], &file["Size"])
    );

    for body in [json!({"NodePaths": ["/nowhere"]}), json!({"NodePaths": ["/nowhere/*"]})] {
        assert_eq!(browse(body).await.0, 404);
    }
    let (status, missing) = call(&demo, &token, "GET", "/a/tree/stat/nowhere", &Value::Null).await;
    assert_eq!(
        (status, missing["Detail"].as_str()),
        (404, Some("cannot find node nowhere"))
    );
}

#[tokio::test]
async fn one_reply_has_several_megabytes() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let body = r#"{"NodePaths":["/**"],"AllMetaProviders":true}"#;
    let all = demo.api("POST", "/a/tree/stats", &token, body).await;
    assert!(all.body.len() > 2_000_000, "{} bytes", all.body.len());
    let body = r#"{"Query":{"FileName":"*"},"Size":100000,"Details":true}"#;
    let found = demo.api("POST", "/a/search/nodes", &token, body).await;
    assert!(found.body.len() > 2_000_000, "{} bytes", found.body.len());
}

#[tokio::test]
async fn search_finds_by_name_and_counts() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let search = async |body: Value| call(&demo, &token, "POST", "/a/search/nodes", &body).await;
    let (status, body) = search(json!({"Query": {"FileName": "report"}, "Size": 5, "Details": true})).await;
    assert_eq!((status, len(&body["Results"])), (200, 5));
    assert!(body["Total"].as_u64().unwrap() > 5);
    for node in body["Results"].as_array().unwrap() {
        assert!(node["Path"].as_str().unwrap().to_lowercase().contains("report"));
    }
    assert_eq!(body["Facets"][0]["FieldName"], "NodeType");
    let (_, pdf) =
        search(json!({"Query": {"FileName": "re*", "Extension": "pdf", "PathPrefix": ["/common-files"]}})).await;
    for node in pdf["Results"].as_array().unwrap() {
        assert!(node["Path"].as_str().unwrap().starts_with("common-files/"));
    }
    // Nothing found: zero and empty fields are left out.
    assert_eq!(
        search(json!({"Query": {"FileName": "no such file"}})).await.1,
        json!({})
    );
}

#[tokio::test]
async fn jobs_are_listed_and_started() {
    let demo = Demo::new();
    let token = demo.admin().await;
    let list = json!({"Owner": "*", "LoadTasks": "Running"});
    let (_, before) = call(&demo, &token, "POST", "/a/jobs/user", &list).await;
    let start = json!({"JobName": "compress", "JsonParameters": "{\"nodes\":[\"/maps\"],\"format\":\"zip\"}"});
    let (status, started) = call(&demo, &token, "PUT", "/a/jobs/user/compress", &start).await;
    assert_eq!(status, 200);
    let (_, after) = call(&demo, &token, "POST", "/a/jobs/user", &list).await;
    assert_eq!(len(&after["Jobs"]), len(&before["Jobs"]) + 1);
    let job = after["Jobs"].as_array().unwrap().last().unwrap();
    assert_eq!((&job["ID"], &job["Owner"]), (&started["JobUuid"], &json!("admin")));
    assert_eq!(job["Tasks"][0]["Status"], "Running");
    assert_eq!(call(&demo, &token, "PUT", "/a/jobs/user/nonsense", &start).await.0, 404);
    let (status, bad) = call(
        &demo,
        &token,
        "PUT",
        "/a/jobs/user/copy",
        &json!({"JsonParameters": "{"}),
    )
    .await;
    assert_eq!((status, &bad["Title"]), (500, &json!("Internal Server Error")));
}

#[tokio::test]
async fn a_body_that_is_no_json_gets_500_in_json() {
    let demo = Demo::new();
    let token = demo.admin().await;
    for path in [
        "/a/user",
        "/a/role",
        "/a/workspace",
        "/a/acl",
        "/a/tree/stats",
        "/a/search/nodes",
        "/a/jobs/user",
    ] {
        let reply = demo.api("POST", path, &token, "{broken").await;
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(reply.json()["Detail"].as_str().unwrap().contains("request body"));
    }
}
