//! Tests: what saving changes in a file, and what it leaves alone.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::sync::Arc;

use super::*;
use crate::model::request::{Entry, Method};
use crate::model::{Auth, Body, Entity, Environment, Group, ItemPath, Request, Variable};

const SAMPLE: &str = r#"# Where tokens come from.
name = "Get token"   # shown in the tree
method = "POST"
url = "{{base_url}}/auth/dex/token"
x-later = { a = 1 }  # of a later version
order = 10

headers = [
  # keep proxies out
  { name = "Cache-Control", value = "no-cache" }, # really
  { name = "X-Two", value = "2", enabled = true },
  { name = "X-Three", value = "3" },
]

# Who we are.
[auth]
type = "basic"
username = "{{client_id}}"  # from the environment
password = "{{client_secret}}"

[scripts]
post-response = '''
pm.test("x", function () {
    // a comment
});
'''

[body]
type = "form"
fields = [ { name = "grant_type", value = "password" } ]
# the end
"#;

struct Fixture {
    folder: tempfile::TempDir,
    files: Files,
    place: Place,
}

impl Fixture {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Request(ItemPath::new("c/r"));
        let files = Files::new(folder.path());
        fs::create_dir_all(folder.path().join("collections/c")).unwrap();
        fs::write(files.path(&place).unwrap(), text).unwrap();
        Self { folder, files, place }
    }

    fn text(&self) -> String {
        fs::read_to_string(self.files.path(&self.place).unwrap()).unwrap()
    }

    fn request(&self) -> Request {
        let content = self.files.load_file(&self.place).unwrap();
        Request::clone(content.request().unwrap())
    }

    fn save(&self, request: Request) -> Result<Saved, SaveError> {
        self.files.save(&self.place, &content(request), false)
    }
}

fn content(request: Request) -> Content {
    Content::Item(Entity::Request(Arc::new(request)))
}

/// The lines that a change of the sample takes away and adds.
fn difference(change: impl FnOnce(&mut Request)) -> (Vec<String>, Vec<String>) {
    let fixture = Fixture::new(SAMPLE);
    let mut request = fixture.request();
    change(&mut request);
    assert_eq!(fixture.save(request.clone()).unwrap(), Saved::Written);
    assert_eq!(fixture.request(), request);
    let after = fixture.text();
    let only = |a: &str, b: &str| {
        let mut rest: Vec<&str> = b.lines().collect();
        a.lines()
            .filter(|line| match rest.iter().position(|other| other == line) {
                Some(at) => {
                    rest.remove(at);
                    false
                }
                None => true,
            })
            .map(str::to_owned)
            .collect()
    };
    (only(SAMPLE, &after), only(&after, SAMPLE))
}

#[test]
fn an_unchanged_entity_leaves_every_byte() {
    let windows = SAMPLE.replace('\n', "\r\n");
    for text in [
        SAMPLE,
        "",
        "name='x'",
        "\u{feff}url = 'http://a/:id?x=1'",
        windows.as_str(),
    ] {
        let fixture = Fixture::new(text);
        assert_eq!(fixture.save(fixture.request()).unwrap(), Saved::Unchanged);
        assert_eq!(fixture.text(), text);
    }
}

#[test]
fn a_changed_field_changes_its_line_only_and_keeps_its_comment() {
    let (gone, come) = difference(|request| request.name = "Fetch".into());
    assert_eq!(gone, [r#"name = "Get token"   # shown in the tree"#]);
    assert_eq!(come, [r#"name = "Fetch"   # shown in the tree"#]);

    let (gone, come) = difference(|request| {
        request.auth.params.insert("username".into(), "me".into());
    });
    assert_eq!(gone, [r#"username = "{{client_id}}"  # from the environment"#]);
    assert_eq!(come, [r#"username = "me"  # from the environment"#]);

    let (gone, come) = difference(|request| request.headers[0].value = Some("x".into()));
    assert_eq!(gone, [r#"  { name = "Cache-Control", value = "no-cache" }, # really"#]);
    assert_eq!(come, [r#"  { name = "Cache-Control", value = "x" }, # really"#]);
}

#[test]
fn rows_come_and_go_with_their_comments() {
    let (gone, come) = difference(|request| request.headers.insert(1, Entry::new("New", "v")));
    assert!(gone.is_empty());
    assert_eq!(come, [r#"  { name = "New", value = "v" },"#]);

    let (gone, come) = difference(|request| {
        request.headers.remove(1);
    });
    assert_eq!(gone, [r#"  { name = "X-Two", value = "2", enabled = true },"#]);
    assert!(come.is_empty());

    let (gone, come) = difference(|request| request.headers.swap(0, 2));
    assert!(gone.is_empty() && come.is_empty(), "{gone:?} {come:?}");

    let (gone, come) = difference(|request| request.headers[2].enabled = false);
    assert_eq!(gone, [r#"  { name = "X-Three", value = "3" },"#]);
    assert_eq!(come, [r#"  { name = "X-Three", value = "3", enabled = false },"#]);
}

#[test]
fn new_keys_find_their_place_and_gone_ones_go() {
    let fixture = Fixture::new(SAMPLE);
    let mut request = fixture.request();
    request.params.push(Entry::new("a", "1"));
    request.settings.timeout = Some(std::time::Duration::from_secs(5));
    request.scripts.pre_request = "x();\ny();\n".into();
    request.order = None;
    request.body = Body::Raw {
        language: crate::model::body::Language::Json,
        text: "{\n  \"a\": 1\n}".into(),
    };
    fixture.save(request.clone()).unwrap();
    assert_eq!(fixture.request(), request);
    insta::assert_snapshot!(fixture.text());
}

#[test]
fn a_new_file_is_laid_out_as_documented() {
    let mut request = Request {
        name: "Get token".into(),
        method: Method::new("POST"),
        url: "{{base_url}}/auth/dex/token".into(),
        order: Some(10),
        headers: vec![Entry::new("Cache-Control", "no-cache")],
        auth: Auth::new("basic").with("username", "{{client_id}}"),
        body: Body::Form(vec![
            Entry::new("grant_type", "password"),
            Entry::new("username", "{{username}}"),
        ]),
        ..Request::default()
    };
    request.scripts.post_response = "pm.test(\"a\", function () {\n    b();\n});\n".into();
    insta::assert_snapshot!(request_to_toml(&request));
    assert_eq!(request_from_toml(&request_to_toml(&request)).unwrap(), request);
}

#[test]
fn a_query_written_by_hand_is_taken_apart_only_when_it_changes() {
    let fixture = Fixture::new("# mine\nurl = \"http://a/b?x=1&y=2\" # by hand\n");
    let mut request = fixture.request();
    request.method = Method::new("PUT");
    fixture.save(request.clone()).unwrap();
    assert_eq!(
        fixture.text(),
        "# mine\nurl = \"http://a/b?x=1&y=2\" # by hand\nmethod = \"PUT\"\n"
    );
    request.params[0].value = Some("3".into());
    fixture.save(request.clone()).unwrap();
    assert_eq!(fixture.request(), request);
    assert!(
        fixture.text().starts_with("# mine\nurl = \"http://a/b\" # by hand\n"),
        "{}",
        fixture.text()
    );
}

#[test]
fn somebody_elses_change_is_a_conflict_but_their_comments_are_not() {
    let fixture = Fixture::new(SAMPLE);
    let mut request = fixture.request();
    request.order = Some(11);
    let path = fixture.files.path(&fixture.place).unwrap();
    fs::write(&path, SAMPLE.replace("# the end", "# the very end")).unwrap();
    fixture.save(request.clone()).unwrap();
    assert!(fixture.text().contains("very end") && fixture.text().contains("order = 11"));

    fs::write(&path, fixture.text().replace("\"POST\"", "\"PUT\"")).unwrap();
    request.order = Some(12);
    let error = fixture.save(request.clone()).unwrap_err();
    let SaveError::Conflict { theirs, .. } = error else {
        panic!("{error}")
    };
    assert!(matches!(*theirs, Theirs::Content(theirs) if theirs.request().unwrap().method.as_str() == "PUT"));
    fixture
        .files
        .save(&fixture.place, &content(request.clone()), true)
        .unwrap();
    assert_eq!(fixture.request(), request);
    assert!(fixture.text().contains("very end"));

    fs::remove_file(&path).unwrap();
    request.order = Some(13);
    assert!(matches!(fixture.save(request), Err(SaveError::Conflict { theirs, .. }) if *theirs == Theirs::Removed));
}

#[test]
fn a_broken_file_is_never_overwritten() {
    let fixture = Fixture::new("name = \n");
    for overwrite in [false, true] {
        let error = fixture
            .files
            .save(&fixture.place, &content(Request::default()), overwrite)
            .unwrap_err();
        assert!(
            matches!(&error, SaveError::Broken(problem) if problem.at.is_some()),
            "{error}"
        );
        assert!(error.hint().is_some());
    }
    assert_eq!(fixture.text(), "name = \n");
}

#[test]
fn a_secret_never_reaches_the_file() {
    let fixture = Fixture::new("");
    let place = Place::Environment("e".into());
    let mut environment = Environment {
        name: "E".into(),
        variables: vec![Variable::new("a", "open-value"), Variable::new("b", "hidden-value")],
        ..Environment::default()
    };
    let save = |environment: &Environment| {
        let content = Content::Environment(Arc::new(environment.clone()));
        fixture.files.save(&place, &content, false).unwrap();
        fs::read_to_string(fixture.files.path(&place).unwrap()).unwrap()
    };
    assert!(save(&environment).contains("hidden-value"));
    environment.variables[1].secret = true;
    let text = save(&environment);
    assert!(
        text.contains("open-value") && text.contains("secret = true") && !text.contains("hidden-value"),
        "{text}"
    );
}

#[test]
fn a_secret_written_by_hand_leaves_the_file_and_its_comments_stay() {
    let fixture = Fixture::new("");
    let path = fixture.files.root().join("environments/e.toml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let written =
        "# ours\nname = \"E\"\n\n[[variables]]\nkey = \"pin\" # of the door\nvalue = \"1234\"\nsecret = true\n";
    fs::write(&path, written).unwrap();

    let workspace = fixture.files.load();
    let problem = workspace.problems.iter().find(|problem| problem.file == path).unwrap();
    assert!(
        problem.message.contains("`pin`") && !problem.message.contains("1234"),
        "{problem}"
    );

    let mut environment = workspace.environment_named("e").unwrap().environment.as_ref().clone();
    environment.name = "Door".into();
    let place = Place::Environment("e".into());
    let content = Content::Environment(Arc::new(environment));
    fixture.files.save(&place, &content, false).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        written.replace("\"E\"", "\"Door\"").replace("value = \"1234\"\n", "")
    );
}

#[test]
fn a_folder_has_a_file_only_when_there_is_something_to_say() {
    let fixture = Fixture::new("");
    let place = Place::Group(ItemPath::new("c/users"));
    let folder = |group| Content::Item(Entity::Folder(Arc::new(group)));
    fixture
        .files
        .save(&place, &folder(Group::named("users")), false)
        .unwrap();
    assert!(fixture.folder.path().join("collections/c/users").is_dir());
    assert!(!fixture.files.path(&place).unwrap().exists());
    fixture
        .files
        .save(&place, &folder(Group::named("Users")), false)
        .unwrap();
    assert_eq!(
        fs::read_to_string(fixture.files.path(&place).unwrap()).unwrap(),
        "name = \"Users\"\n"
    );
}

#[test]
fn a_request_whose_rows_lag_behind_its_url_keeps_its_comments() {
    let fixture = Fixture::new("# mine\nurl = 'http://a/:id'\n");
    let mut request = fixture.request();
    request.path_variables.clear();
    request.order = Some(1);
    fixture.save(request).unwrap();
    assert_eq!(fixture.text(), "# mine\nurl = 'http://a/:id'\norder = 1\n");
}

#[test]
fn what_is_undone_comes_back_with_its_comments() {
    let fixture = Fixture::new(SAMPLE);
    let before = fixture.request();
    let mut changed = before.clone();
    changed.headers.remove(0);
    changed.auth = Auth::new(Auth::NONE);
    changed.body = Body::None;
    fixture.save(changed.clone()).unwrap();
    let after = fixture.text();
    assert!(!after.contains("keep proxies out") && !after.contains("# from the environment"));
    fixture.save(before.clone()).unwrap();
    assert_eq!(fixture.text(), SAMPLE);
    fixture.save(changed.clone()).unwrap();
    assert_eq!(fixture.text(), after, "and goes again with redo");

    // What somebody else wrote in between is not lost to an older version, and a renamed file takes its versions along.
    let to = Place::Request(ItemPath::new("c/new"));
    fixture.files.rename(&fixture.place, &to).unwrap();
    fixture.files.save(&to, &content(before.clone()), false).unwrap();
    let path = fixture.files.path(&to).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), SAMPLE);
    fixture.files.save(&to, &content(changed), false).unwrap();
    let theirs = fs::read_to_string(&path).unwrap() + "# theirs\n";
    fs::write(&path, theirs).unwrap();
    fixture.files.save(&to, &content(before), false).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("# theirs"));
}

#[test]
fn the_value_of_a_secret_does_not_come_back_into_its_file() {
    let fixture = Fixture::new("");
    let path = fixture.files.root().join("environments/e.toml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(
        &path,
        "name = \"E\"\n\n[[variables]]\nkey = \"pin\"\nvalue = \"1234\"\nsecret = true\n",
    )
    .unwrap();
    let workspace = fixture.files.load();
    let before = workspace.environment_named("e").unwrap().environment.clone();
    let mut changed = before.as_ref().clone();
    changed.name = "Door".into();
    for environment in [Arc::new(changed), before] {
        let content = Content::Environment(environment);
        fixture
            .files
            .save(&Place::Environment("e".into()), &content, false)
            .unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"E\"") && !text.contains("1234"), "{text}");
}

#[test]
fn globals_that_say_nothing_have_no_file() {
    let fixture = Fixture::new("");
    let path = fixture.files.root().join("globals.toml");
    let save = |variables: Vec<Variable>| {
        let globals = Environment {
            variables,
            ..Environment::default()
        };
        let content = Content::Environment(Arc::new(globals));
        fixture.files.save(&Place::Globals, &content, false).unwrap()
    };
    assert_eq!(save(Vec::new()), Saved::Unchanged);
    for _ in 0..2 {
        save(vec![Variable::new("a", "1")]);
        assert!(path.exists());
        assert_eq!(save(Vec::new()), Saved::Written);
        assert!(!path.exists());
    }
    fs::write(&path, "# mine\nname = \"\"\n[[variables]]\nkey = \"a\"\n").unwrap();
    fixture.files.load();
    save(Vec::new());
    assert!(
        fs::read_to_string(&path).unwrap().starts_with("# mine"),
        "a comment stays"
    );
}
