//! A workspace too large to be read before the first frame: what is there at once, what waits, and that nothing is lost.
//!
//! Until the program gets a turn it is told of nothing that was read: what is pressed before that is pressed while reading.

use std::fmt::Write as _;
use std::fs;

use postrider::model::{ItemPath, Secret};
use postrider::store::seal::Safe;
use postrider::store::state::{Draft, State, rekey, text_hash};
use postrider::tui::event::Event;
use postrider::tui::{App, TuiOptions};

use crate::user::{Desk, Home, User};

/// Requests in all.
const ALL: usize = 3 * 20 * 20;

/// Three collections of twenty folders of twenty requests.
fn large() -> (Home, TuiOptions) {
    let home = Home::new();
    fs::remove_dir_all(home.root().join("collections")).unwrap();
    for n in 0..ALL {
        let file = home.root().join(file(n));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text(n, "there")).unwrap();
    }
    let options = TuiOptions {
        demo: None,
        ..home.options(std::time::Duration::from_mins(10))
    };
    (home, options)
}

fn text(n: usize, path: &str) -> String {
    let mut text = format!("# mine\nname = \"Request {n}\"\nurl = \"http://127.0.0.1/{path}/{n}\"\norder = {n}\n");
    writeln!(text, "headers = [{{ name = \"X-Number\", value = \"{n}\" }}]").unwrap();
    text
}

fn path(n: usize) -> String {
    format!("c{}/f{:02}/r{n}", n / 400, n / 20 % 20)
}

fn file(n: usize) -> String {
    format!("collections/{}.toml", path(n))
}

fn open(options: &TuiOptions) -> User {
    let user = User::open(options, (120, 40));
    assert!(user.app.state.shared.unread > 0, "there is something left to read");
    user
}

/// Lets the program read the rest.
fn whole(user: &mut User) {
    user.until("all requests", |user| user.app.state.shared.unread == 0);
    let workspace = &user.app.state.shared.workspace;
    let mut found: Vec<String> = Vec::new();
    for collection in workspace.collections() {
        let requests = workspace.requests_below(*collection);
        found.extend(requests.iter().map(|id| workspace.path(*id).unwrap().to_string()));
    }
    let expected: Vec<String> = (0..ALL).map(path).collect();
    assert!(found == expected, "each request once, in order: {found:?}");
}

fn is_open(user: &User, n: usize) -> bool {
    let shared = &user.app.state.shared;
    let open = shared.open.and_then(|id| shared.workspace.path(id));
    open == Some(ItemPath::new(path(n)))
}

#[test]
fn the_first_frame_has_the_folders_and_the_open_request_and_the_tree_fills_under_the_cursor() {
    let (_home, options) = large();
    let mut user = open(&options);
    let first = user.screen();
    for text in ["c0", "f00", "f01", "reading", "Request 0", "http://127.0.0.1/there/0"] {
        assert!(first.contains(text), "{text}:\n{first}");
    }
    // Folds the folder of the first request and unfolds the last one, of which nothing was read.
    user.press("2hhGl");
    let on = user.app.state.panes.tree.on();
    assert!(on.is_some() && is_open(&user, 0));
    whole(&mut user);
    assert_eq!(user.app.state.panes.tree.on(), on);
    let screen = user.screen();
    assert!(!screen.contains("reading"), "{screen}");
    user.press("j<enter>").sees("http://127.0.0.1/there/1180");
    user.quit();
}

#[test]
fn what_needs_all_requests_waits_with_the_keys_behind_it() {
    let (_home, options) = large();
    let mut user = open(&options);
    user.press("2/Request 1199<enter>");
    assert!(user.app.state.modals.is_empty() && is_open(&user, 0));
    assert!(user.screen().contains("still being read"), "{}", user.screen());
    whole(&mut user);
    user.until("the request that was looked for", |user| is_open(user, 1199));
    assert!(user.app.state.modals.is_empty());
    assert!(!user.screen().contains("still being read"));
    user.quit();
}

#[test]
fn typing_goes_on_behind_a_send_that_waits() {
    let (_home, options) = large();
    let mut user = open(&options);
    user.press("3e<end>/a<ctrl-j>b");
    assert!(user.app.state.shared.running.is_empty());
    whole(&mut user);
    user.sees("http://127.0.0.1/there/0/ab");
    // It was sent as it was when it was sent.
    user.until("the send", |user| user.app.state.shared.running.is_empty());
    let shared = &user.app.state.shared;
    let outcome = shared.outcomes.get(&shared.open.unwrap()).unwrap();
    assert_eq!(
        outcome.exchange.as_ref().unwrap().request.url,
        "http://127.0.0.1/there/0/a"
    );
    user.press("<esc><ctrl-s>").sees("saved");
    user.quit();
}

#[test]
fn waiting_is_called_off_by_escape_and_by_leaving() {
    let (_home, options) = large();
    let mut user = open(&options);
    user.press("2/Request 1199<esc>");
    assert!(!user.screen().contains("still being read"));
    whole(&mut user);
    assert!(user.app.state.modals.is_empty() && is_open(&user, 0));
    user.quit();

    let mut user = open(&options);
    user.press("2/Request<ctrl-q>");
    assert!(user.left, "whoever leaves does not wait");
    user.app.finish();
}

#[test]
fn what_was_open_and_unsaved_is_there_at_once_and_can_be_saved() {
    let (home, options) = large();
    let mut user = open(&options);
    whole(&mut user);
    user.press("2/Request 777<enter>").sees("/there/777");
    user.press("3e<end>/draft<esc>").sees("/there/777/draft");
    user.killed(&home, "/there/777/draft");

    let mut user = open(&options);
    let screen = user.screen();
    assert!(is_open(&user, 777) && screen.contains("/there/777/draft"), "{screen}");
    user.press("3<ctrl-s>").sees("saved");
    assert_eq!(
        home.read(&file(777)),
        text(777, "there").replace("777\"\norder", "777/draft\"\norder")
    );
    whole(&mut user);
    assert!(is_open(&user, 777));
    assert!(user.app.state.shared.workspace.dirty().is_empty());
    user.quit();
}

#[test]
fn a_draft_whose_file_was_changed_meanwhile_still_asks() {
    let (home, options) = large();
    let mut user = open(&options);
    whole(&mut user);
    user.press("2/Request 777<enter>").sees("/there/777");
    user.press("3e<end>/draft<esc>").sees("/there/777/draft");
    user.killed(&home, "/there/777/draft");
    fs::write(home.root().join(file(777)), text(777, "theirs")).unwrap();

    let mut user = open(&options);
    user.press("3<ctrl-s>").sees("Changed on disk");
    whole(&mut user);
    user.press("<tab><enter>").sees("/theirs/777");
    user.quit();
}

#[test]
fn what_is_unlocked_while_it_is_read_finds_its_file() {
    let (home, options) = large();
    let (state, _) = State::open(&options.paths, &options.root).unwrap();
    let draft = Draft {
        key: path(777),
        text: text(777, "draft"),
        base: Some(text_hash(&text(777, "there"))),
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    state.set_draft(&draft, false).unwrap();
    drop(state);
    let safe = Safe::new(options.paths.secrets_key());
    rekey(&options.paths, &safe, Some(&Secret::new("sesame"))).unwrap();

    let mut user = open(&options);
    user.press("Lsesame<enter>");
    assert!(user.app.state.shared.locked, "it waits");
    assert!(user.screen().contains("still being read"), "{}", user.screen());
    whole(&mut user);
    user.until("what was locked", |user| !user.app.state.shared.locked);
    whole(&mut user);
    assert!(user.app.state.shared.contested.is_empty());
    user.press("2/Request 777<enter>").sees("/draft/777");
    user.press("3<ctrl-s>").sees("saved");
    assert_eq!(home.read(&file(777)), text(777, "draft"));
    user.quit();
}

#[test]
fn what_others_do_while_it_is_read_shows_and_what_is_broken_is_told() {
    let (home, options) = large();
    // Kept from reading on, it knows one file by its content and the others by their names.
    let mut app = App::load(&options).unwrap();
    app.take(Event::Resize(120, 40), &mut Desk::default()).unwrap();
    fs::write(home.root().join(file(0)), text(0, "changed")).unwrap();
    fs::write(home.root().join("collections/c2/f19/new.toml"), "name = \"New one\"\n").unwrap();
    fs::write(home.root().join(file(1199)), "name = \n").unwrap();
    fs::remove_file(home.root().join(file(1198))).unwrap();
    app.start(&options, false).unwrap();
    let mut user = User::of(app, (120, 40));
    user.sees("/changed/0").sees("1 file could not be read");
    let workspace = &user.app.state.shared.workspace;
    for n in [1198, 1199] {
        assert_eq!(workspace.find(&ItemPath::new(path(n))), None);
    }
    user.press("2/New one<enter>").sees("3 New one");
    fs::write(home.root().join(file(0)), text(0, "again")).unwrap();
    user.press("2/Request 0<enter>").sees("/again/0");
    user.quit();
}
