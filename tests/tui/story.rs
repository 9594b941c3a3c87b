//! The story of the README, in its six steps, by keys only.

use std::time::Duration;

use crate::user::{Home, User};

#[test]
fn the_token_request_fills_the_token() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    assert!(user.screen().contains("Get token"));
    user.press("<ctrl-j>").sees("200 OK");
    for field in ["access_token", "token_type", "expires_in", "refresh_token", "id_token"] {
        user.sees(field);
    }
    user.sees("dex_token valid");
    // What came with the token is as secret as it is; copied is what came, and the menu says so.
    user.sees("\"access_token\": \"••••").sees("\"refresh_token\": \"••••");
    user.press("4v").sees_no("••••••••");
    user.press("<esc>").sees("\"access_token\": \"••••");
    user.press("gjy")
        .sees("the value under the cursor, with its secrets in clear");
    user.press("<enter>").sees("copied");
    let copied = user.desk.clipboard.last().unwrap();
    assert!(
        copied.len() == 25 && copied.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{copied}"
    );
    user.press("]]]").sees("Update environment");
    assert!(
        user.value("demo", "dex_token")
            .is_some_and(|token| token.starts_with("eyJ"))
    );
}

#[test]
fn auth_is_inherited_and_the_request_is_shown_as_sent() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees("dex_token valid");
    let token = user.value("demo", "dex_token").unwrap();

    user.press("jlj<enter>").sees("/a/config/ctl");
    user.press("<ctrl-j>").sees("\"Services\"");
    user.press("3]").sees("inherited from Pydio Cells");

    // The request as sent: masked until revealed, and hidden again.
    user.press("4[").sees("GET /a/config/ctl HTTP/1.1");
    assert!(!user.screen().contains(&token[..30]), "the token is shown unasked");
    user.press("v").sees(&token[..30]);
    user.press("v").sees_no(&token[..30]);
}

#[test]
fn a_new_request_is_saved_into_the_collection_and_inherits_its_auth() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees("dex_token valid");
    user.press("<ctrl-n>").sees("New request");
    user.press("{{base_url}}/a/config/datasource<esc>");
    user.press("<ctrl-s>").sees("Save");
    user.press("<ctrl-u>My data sources").sees("my-data-sources");
    user.press("<enter>").sees("saved");
    assert!(user.screen().contains("My data sources"));
    user.press("<ctrl-j>").sees("200 OK").sees("DataSources");
    let path = user
        .app
        .state
        .shared
        .workspace
        .path(user.app.state.shared.open.unwrap())
        .unwrap();
    assert!(path.as_str().starts_with("pydio-cells"), "{path}");
    let text = home.read(&format!("collections/{path}.toml"));
    assert!(text.contains("{{base_url}}/a/config/datasource"), "{text}");
    assert!(!text.contains("[auth]"), "auth is inherited by not being there: {text}");
}

#[test]
fn environments_are_switched_and_keep_their_tokens() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees("dex_token valid");
    let token = user.value("demo", "dex_token");
    user.press("jlj<enter>").sees("/a/config/ctl");
    user.press("<ctrl-e>").sees("No environment");
    user.press("cells<enter>");
    // Visible before anything is sent.
    user.sees("no token").sees("the send renews {{dex_token}}");
    user.press("<ctrl-e>demo<enter>").sees("dex_token valid");
    assert_eq!(user.value("demo", "dex_token"), token);
}

#[test]
fn after_a_restart_everything_is_where_it_was() {
    let home = Home::new();
    let mut user = User::at_home(&home);
    user.press("<ctrl-j>").sees("dex_token valid");
    user.press("jlj<enter>").sees("/a/config/ctl");
    let token = user.value("demo", "dex_token").unwrap();
    user.quit();
    assert!(!home.any_file_holds(&token), "a token is in a file of the workspace");

    let mut user = User::at_home(&home);
    user.sees("/a/config/ctl").sees("dex_token valid");
    assert_eq!(user.value("demo", "dex_token"), Some(token));
    // Another port, the same key: the token still counts.
    user.press("<ctrl-j>").sees("200 OK");
}

#[test]
fn an_expired_token_is_told_and_renewed_by_the_next_send_or_one_key() {
    for key in ["<ctrl-j>", "<ctrl-t>"] {
        let home = Home::new();
        let mut user = User::start(&home, (120, 40), Duration::from_secs(2));
        user.press("<ctrl-j>").sees("200 OK");
        user.press("jlj<enter>").sees("/a/config/ctl");
        user.sees("expired");
        let old = user.value("demo", "dex_token");
        user.quit();

        // The next one lives long: who is slow is not refused with it.
        let mut user = User::at_home(&home);
        user.sees("/a/config/ctl").sees("expired");
        assert_eq!(user.value("demo", "dex_token"), old);
        user.press(key);
        if key == "<ctrl-j>" {
            user.sees("200 OK").sees("\"Services\"");
            assert_ne!(user.value("demo", "dex_token"), old);
        }
        user.until("a fresh token", |user| user.value("demo", "dex_token") != old);
        user.sees("dex_token valid");
    }
}
