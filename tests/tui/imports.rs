//! Postman's files by keys: imported into the workspace, or opened as they are.

use std::path::Path;
use std::time::Duration;

use postrider::foreign::Beside;
use postrider::tui::TuiOptions;
use serde_json::json;

use crate::user::{Home, User};

/// A collection whose certificate cannot be carried over, with one request named `List` or otherwise.
fn collection(request: &str) -> String {
    json!({
        "info": {
            "_postman_id": "5f1a0d0e-0000-4000-8000-000000000001",
            "name": "Birds",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": [
            { "name": "Herons", "item": [
                { "id": "5f1a0d0e-0000-4000-8000-000000000002", "name": request,
                  "request": { "method": "GET", "url": "{{base_url}}/herons" } },
            ] },
            "no item",
        ],
    })
    .to_string()
}

fn typed(path: &Path) -> String {
    path.to_str().unwrap().replace('<', "<lt>")
}

#[test]
fn a_file_is_looked_at_and_imported_and_imported_again() {
    let home = Home::new();
    let file = home.beside("birds.json", &collection("List"));
    let mut user = User::at_home(&home);
    user.press("2I").sees("Import from Postman");
    user.press(&format!("{}<enter>", typed(&file)))
        .sees("Birds: 1 request in 1 folder → collections/birds")
        .sees("3 added")
        .sees("lost: an entry that is no item");
    assert!(!home.root().join("collections/birds").exists(), "only looked at");
    user.press("<enter>").sees("imported: 3 added").sees("▾ Birds");
    assert!(home.read("collections/birds/herons/list.toml").contains("/herons"));
    // Again, unchanged: there is nothing to do.
    user.press("I").sees("Import from Postman");
    user.press(&format!("{}<enter>", typed(&file)))
        .sees("nothing is different");
    user.press("<enter>").sees_no("Import from Postman");
    // Again, changed: it says so before anything is written.
    home.beside("birds.json", &collection("List all"));
    user.press("I").sees("Import from Postman");
    user.press(&format!("{}<enter>", typed(&file)))
        .sees("It was imported before")
        .sees("import, overwrite 1 item");
    // What becomes different stands above what may be a long list.
    let screen = user.screen();
    assert!(
        screen.find("What differs:") < screen.find("Not carried over"),
        "{screen}"
    );
    user.press("<enter>").sees("imported: ");
    assert!(home.read("collections/birds/herons/list.toml").contains("List all"));
    user.press("ll").sees("List all");
    user.quit();
}

#[test]
fn what_is_unsaved_of_a_request_that_an_import_removes_comes_back_only_when_asked_for() {
    let home = Home::new();
    let mut two: serde_json::Value = serde_json::from_str(&collection("List")).unwrap();
    two["item"][1] = json!({ "name": "Tell", "request": { "method": "GET", "url": "{{base_url}}/tell" } });
    let file = home.beside("birds.json", &two.to_string());
    let tell = home.root().join("collections/birds/tell.toml");
    let mut user = User::at_home(&home);
    user.press("2I").sees("Import from Postman");
    user.press(&format!("{}<enter>", typed(&file))).sees("4 added");
    user.press("<enter>").sees("imported: ");
    user.press("/tell<enter>").sees("{{base_url}}/tell");
    user.press("3e<end>/mine<esc>").sees("/tell/mine");
    home.beside("birds.json", &collection("List"));
    user.press("I").sees("Import from Postman");
    user.press(&format!("{}<enter>", typed(&file)))
        .sees("saving it asks")
        .sees("removed");
    user.press("<enter>").sees("imported: ");
    // The last word says so, and the title until it is settled.
    user.sees("`Tell` had unsaved changes, which are kept: saving will ask");
    user.sees("Tell ● deleted on disk");
    user.press("<ctrl-s>")
        .sees("was deleted on disk while you were editing it");
    user.press("<esc>").sees_no("was deleted");
    user.press("<ctrl-p>save everything<enter>")
        .sees("was deleted on disk while");
    assert!(!tell.exists());
    user.press("<tab><tab><enter>").sees("saved");
    assert!(home.read("collections/birds/tell.toml").contains("/tell/mine"));
    user.quit();
}

#[test]
fn an_import_is_undone_and_redone_whole_but_what_was_changed_since() {
    let home = Home::new();
    let mut two: serde_json::Value = serde_json::from_str(&collection("List")).unwrap();
    two["item"][1] = json!({ "name": "Tell", "request": { "method": "GET", "url": "{{base_url}}/tell" } });
    let file = home.beside("birds.json", &two.to_string());
    let root = home.root().join("collections/birds");
    let mut user = User::at_home(&home);
    let import = |user: &mut User| {
        user.press("2I").sees("Import from Postman");
        user.press(&format!("{}<enter>", typed(&file))).sees("↵ import");
    };
    import(&mut user);
    user.press("<enter>").sees("imported: 4 added");
    // Undone, nothing of it is there; redone, all is.
    user.press("u").sees("undid: import (4 added)").sees_no("▾ Birds");
    assert!(!root.exists());
    user.press("<ctrl-y>").sees("redid: import (4 added)").sees("Birds");
    // A comment of one's own; then it is imported with another name, and without the other request.
    let mine = format!("# mine\n{}", home.read("collections/birds/herons/list.toml"));
    std::fs::write(root.join("herons/list.toml"), &mine).unwrap();
    let tell = home.read("collections/birds/tell.toml");
    home.beside("birds.json", &collection("List all"));
    import(&mut user);
    user.sees("changed   collections/birds/herons/list: name");
    user.sees("Undo takes all of it back")
        .press("<enter>")
        .sees("imported: ");
    assert!(!root.join("tell.toml").exists());
    assert!(home.read("collections/birds/herons/list.toml").contains("List all"));
    user.press("u").sees("undid: import (");
    assert_eq!(home.read("collections/birds/herons/list.toml"), mine);
    assert_eq!(home.read("collections/birds/tell.toml"), tell);
    user.press("/tell<enter>").sees("{{base_url}}/tell");
    // What was changed since is nobody's to undo.
    user.press("2<ctrl-y>").sees("redid: import (");
    let since = format!("# since\n{}", home.read("collections/birds/herons/list.toml"));
    std::fs::write(root.join("herons/list.toml"), &since).unwrap();
    user.press("u").sees("1 file stays, as it was changed since");
    assert_eq!(home.read("collections/birds/herons/list.toml"), since);
    assert_eq!(home.read("collections/birds/tell.toml"), tell);
    user.quit();
}

#[test]
fn what_came_with_an_import_is_known_as_before_it_once_that_is_undone() {
    let home = Home::new();
    let one = collection("List");
    let mut two: serde_json::Value = serde_json::from_str(&one).unwrap();
    two["item"][1] = json!({ "name": "Tell", "request": { "method": "GET", "url": "{{base_url}}/tell" } });
    let two = two.to_string();
    let tell = home.root().join("collections/birds/tell.toml");
    let mut user = User::at_home(&home);
    let import = |user: &mut User, text: &str, told: &str| {
        let file = home.beside("birds.json", text);
        user.press("2I").sees("Import from Postman");
        user.press(&format!("{}<enter>", typed(&file))).sees("↵ import");
        user.press("<enter>").sees(&format!("imported: {told}"));
    };
    // It came with a file, also after it was gone for a while: it goes again.
    import(&mut user, &two, "4 added");
    import(&mut user, &one, "1 removed");
    user.press("u").sees("undid: import (1 removed");
    import(&mut user, &one, "1 removed");
    assert!(!tell.exists());
    // One's own in the place of what is undone stays, until that is redone.
    import(&mut user, &two, "1 added");
    let text = home.read("collections/birds/tell.toml");
    user.press("u").sees("undid: import (1 added");
    std::fs::write(&tell, text).unwrap();
    user.sees("Tell").press("2I").sees("Import from Postman");
    user.press(&format!("{}<enter>", typed(&home.beside("birds.json", &one))))
        .sees("nothing is different")
        .press("<esc>");
    user.press("2<ctrl-y>").sees("redid: import (1 added");
    import(&mut user, &one, "1 removed");
    assert!(!tell.exists());
    user.quit();
}

#[test]
fn what_cannot_be_imported_says_why_and_leaves_what_was_typed() {
    let home = Home::new();
    let other = home.beside("package.json", r#"{ "dependencies": {} }"#);
    let mut user = User::at_home(&home);
    user.press("2I<enter>").sees("type or drop a file first");
    user.press("nowhere.json<enter>").sees("cannot read `nowhere.json`");
    // A path is said without detours, and why in words alone.
    user.press("<ctrl-u>/no/such/../nowhere.json<enter>")
        .sees("cannot read `/no/nowhere.json`: no such file or directory");
    assert!(!user.screen().contains("os error"), "{}", user.screen());
    // Tab completes it.
    let begun = other.with_file_name("pack");
    user.press("<ctrl-u>").press(&format!("{}<tab>", typed(&begun)));
    user.sees("package.json").press("<enter>");
    user.sees("no Postman collection")
        .sees("export a collection from Postman");
    user.press("<ctrl-u>http://127.0.0.1:1/x.json<enter>")
        .sees("cannot fetch");
    user.sees("› http://127.0.0.1:1/x.json").press("<esc>");
    user.quit();
}

#[test]
fn a_file_is_opened_as_it_is_and_imported_to_be_changed() {
    let home = Home::new();
    let file = home.beside("birds.json", &collection("List"));
    let options = TuiOptions {
        root: file.clone(),
        foreign: true,
        demo: None,
        ..home.options(Duration::from_mins(10))
    };
    let mut user = User::open(&options, (120, 40));
    user.sees("{{base_url}}/herons").sees("read only").sees("-e FILE");
    assert!(!user.screen().contains("adds an environment"), "{}", user.screen());
    user.press("2");
    assert!(!user.screen().contains("^S save"), "{}", user.screen());
    // Nothing of it can be changed, neither by typing nor otherwise, and nothing offers it.
    user.press("3").sees("Params");
    assert!(!user.screen().contains("+ add"), "{}", user.screen());
    for keys in ["3e", "3kkkk<enter>", "3i"] {
        user.press(keys).sees("Postman's own file is only read here");
    }
    user.press("3x");
    assert!(!user.screen().contains("heronsx"), "{}", user.screen());
    assert!(!user.screen().contains("↵ edit"), "{}", user.screen());
    user.press("2D").sees("Postman's own file is only read here");
    user.press("2r").sees("Postman's own file is only read here");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), collection("List"));
    // Nothing is there before it is confirmed, and what is imported then is alone.
    user.press("I").sees("It goes into your own workspace").press("<esc>");
    let own = options.paths.own_workspace();
    assert!(!own.exists());
    // The nearest workspace is the user's own.
    user.press("I").sees("3 added").sees("It goes into your own workspace");
    user.press("<enter>").until("the workspace", |user| user.next.is_some());
    let landing = user.next.clone().unwrap();
    user.app.finish();
    let imported = landing.root.clone();
    assert_eq!(std::fs::read_dir(own.join("collections")).unwrap().count(), 1);
    assert!(imported.join("collections/birds/herons/list.toml").is_file());
    let options = options.on_to(&landing);
    let mut user = User::open_after(&options, Some(&landing), (120, 40));
    user.sees("Birds").sees("imported: 3 added").sees("{{base_url}}/herons");
    // What was active for the collections that were there before is not for this one, nor is their token.
    assert_eq!(user.app.state.shared.active_environment, None);
    user.sees("no environment");
    assert!(!user.screen().contains("no token · "), "{}", user.screen());
    // As any other import it can be taken back.
    let list = imported.join("collections/birds/herons/list.toml");
    user.press("u").sees("undid: import (3 added)").sees_no("▾ Birds");
    assert!(!list.exists());
    user.press("<ctrl-y>").sees("redid: import (3 added)").sees("Birds");
    assert!(list.is_file());
    user.quit();
    // Where all of it is there already, the key leads there too.
    let options = TuiOptions {
        root: file,
        foreign: true,
        ..options
    };
    let mut user = User::open(&options, (120, 40));
    user.sees("{{base_url}}/herons").press("I").sees("nothing is different");
    user.sees("open it").press("<enter>");
    user.until("the workspace", |user| {
        user.next.as_ref().is_some_and(|next| next.root == imported)
    });
    user.app.finish();
}

#[test]
fn what_is_only_looked_at_goes_into_the_workspace_that_is_named_or_near() {
    let home = Home::new();
    let file = home.beside("birds.json", &collection("List"));
    let near = file.with_file_name("near");
    std::fs::create_dir_all(near.join("collections")).unwrap();
    let options = TuiOptions {
        root: file,
        foreign: true,
        into: Some(near.clone()),
        demo: None,
        ..home.options(Duration::from_mins(10))
    };
    let mut user = User::open(&options, (120, 40));
    user.press("I").sees("It goes into the workspace").press("<enter>");
    user.until("the workspace", |user| {
        user.next.as_ref().is_some_and(|next| next.root == near)
    });
    user.app.finish();
    assert!(near.join("collections/birds/herons/list.toml").is_file());
    assert!(!options.paths.own_workspace().exists());
}

#[test]
fn environments_alone_are_shown_with_what_can_be_done_with_them() {
    let home = Home::new();
    let file = json!({ "name": "Sea", "values": [{ "key": "wing", "value": "left", "enabled": true }] });
    let options = TuiOptions {
        root: home.beside("sea.json", &file.to_string()),
        foreign: true,
        demo: None,
        ..home.options(Duration::from_mins(10))
    };
    for size in [(120, 40), (80, 24)] {
        let mut user = User::open(&options, size);
        user.sees("Environment Sea ─ read only").sees("wing").sees("left");
        user.sees("I import, to change it").sees("postrider COLLECTION -e FILE");
        user.press("<esc>").sees("No collection in").sees("I imports it");
        let screen = user.screen();
        assert!(
            !screen.contains("makes a collection") && !screen.contains("starts a"),
            "{screen}"
        );
        user.press("e").sees("read only");
        user.press("I").sees("Sea: 1 variable → environments/sea.toml");
        user.press("<esc>");
        user.quit();
    }
}

#[test]
fn a_file_is_opened_with_its_environments_and_globals() {
    let home = Home::new();
    let values = |name: &str, key: &str, value: &str| {
        json!({ "name": name, "values": [{ "key": key, "value": value, "enabled": true }] }).to_string()
    };
    let options = TuiOptions {
        root: home.beside("birds.json", &collection("List")),
        foreign: true,
        beside: Beside {
            environments: vec![
                home.beside("sea.json", &values("Sea", "base_url", "http://sea.test")),
                home.beside("lake.json", &values("Lake", "base_url", "http://lake.test")),
            ],
            globals: Some(home.beside("globals.json", &values("Globals", "wing", "left"))),
        },
        demo: None,
        ..home.options(Duration::from_mins(10))
    };
    let mut user = User::open(&options, (120, 40));
    user.sees("● Sea").sees("Lake");
    let shared = &user.app.state.shared;
    assert_eq!(shared.environment_name(), Some("Sea"));
    assert_eq!(shared.workspace.globals().variables[0].key, "wing");
    user.quit();
    let other = home.beside("other.json", r#"{"id": "x"}"#);
    for (file, said) in [
        (options.root.clone(), "holds no environment"),
        (other, "another kind of JSON"),
    ] {
        let beside = Beside {
            environments: vec![file],
            globals: None,
        };
        let error = postrider::tui::App::load(&TuiOptions {
            beside,
            ..options.clone()
        });
        let error = format!("{:#}", error.err().unwrap());
        assert!(error.contains(said), "{error}");
    }
}

/// An environment with a value that is in Postman's vault.
const LAKE: &str = "name: Lake\nvalues:\n  - {key: base_url, value: http://lake.test, enabled: true}\n  \
                    - {key: v, enabled: true, type: secret, source: {provider: postman, vaultId: x}}\n";

#[test]
fn what_is_open_is_imported_with_all_beside_it_and_stays_open() {
    let home = Home::new();
    let values = |name: &str, key: &str, value: &str| {
        json!({ "name": name, "values": [{ "key": key, "value": value, "enabled": true }] }).to_string()
    };
    let mut birds: serde_json::Value = serde_json::from_str(&collection("List")).unwrap();
    let script = "pm.environment.set('seen', 'a heron'); pm.test('it is told', () => pm.response.to.have.status(401));";
    birds["item"][1] = json!({ "name": "Tell", "request": { "method": "GET", "url": "{{base_url}}/a/frontend/bootconf" },
        "event": [{ "listen": "test", "script": { "exec": [script] } }] });
    // The demo server only lends its address here.
    let demo = User::at_home(&home);
    let address = demo.app.state.shared.overrides[0].2.clone();
    let options = TuiOptions {
        root: home.beside("birds.json", &birds.to_string()),
        foreign: true,
        beside: Beside {
            environments: vec![
                home.beside(
                    "sea.json",
                    &values("Sea", "base_url", address.as_deref().unwrap_or_default()),
                ),
                home.beside("lake.environment.yaml", LAKE),
            ],
            globals: Some(home.beside("globals.json", &values("Globals", "wing", "left"))),
        },
        demo: None,
        ..home.options(Duration::from_mins(10))
    };
    let mut user = User::open(&options, (120, 40));
    // The second request and the second environment.
    user.sees("● Sea").press("2G<enter>").sees("bootconf").press("<ctrl-j>");
    user.sees("Tests 1/1").press("3");
    user.sees("I import");
    user.press("I").sees("Sea: 1 variable → environments/sea.toml");
    user.sees("Lake: 2 variables → environments/lake.toml");
    // Also what is lost of them is said.
    user.sees("a value in Postman's vault");
    user.sees("globals: 1 variable → globals.toml").press("<enter>");
    user.until("the workspace", |user| user.next.is_some());
    let landing = user.next.clone().unwrap();
    user.app.finish();
    let options = options.on_to(&landing);
    let mut user = User::open_after(&options, Some(&landing), (120, 40));
    user.sees("● Sea")
        .sees("bootconf")
        .sees("401 Unauthorized")
        .sees("Tests 1/1")
        .sees("imported: ");
    let shared = &user.app.state.shared;
    assert_eq!(shared.environment_name(), Some("Sea"));
    assert_eq!(shared.workspace.globals().variables[0].key, "wing");
    let owner = postrider::model::variable::Owner::Environment("sea".to_owned());
    let seen = shared.current.get(&owner, "seen").and_then(|value| value.value.clone());
    assert_eq!(seen, Some("a heron".into()));
    user.quit();
    // And at the next start.
    let mut user = User::open(&options, (120, 40));
    user.sees("● Sea").sees("bootconf");
    let shared = &user.app.state.shared;
    assert!(shared.current.get(&owner, "seen").is_some());
    user.quit();
}
