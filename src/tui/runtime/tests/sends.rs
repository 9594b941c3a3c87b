//! What is told of requests on their way.

use std::io::{BufRead as _, BufReader, Write as _};

use super::*;
use crate::tui::action::{Action, App as Actions};

#[test]
fn how_far_a_send_is_shows_also_where_events_come_faster_than_ticks() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let (id, _) = app
        .state
        .shared
        .workspace
        .new_node(Entity::Request(Arc::default()), "two");
    let running = Running {
        run: RunId(1),
        request: String::new(),
        phase: Phase::Preparing,
        started: Timestamp::now(),
        aim: crate::exec::Aim::Response,
        arriving: None,
    };
    app.state.shared.running.insert(id, running);
    let phases = Arc::clone(&app.helpers.as_ref().unwrap().sends.phases);
    phases.lock().unwrap().insert(RunId(1), Phase::Waiting);
    app.queue().send(Event::Key(KeyCode::Down.into())).unwrap();
    app.turn(None, &mut Nobody).unwrap();
    assert_eq!(app.state.shared.running[&id].phase, Phase::Waiting);
    app.state.shared.running.clear();
    app.finish();
}

#[test]
fn where_nobody_reads_keys_any_more_the_program_ends_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let mut app = settled(&home);
    let queue = app.queue();
    let reader = std::thread::spawn(move || {
        let _alarm = super::super::sends::Alarm(queue);
        std::panic::resume_unwind(Box::new("a defect"));
    });
    assert!(reader.join().is_err());
    let flow = app.turn(None, &mut Nobody).unwrap();
    assert!(matches!(flow, Flow::Quit) && app.state.defect.is_some());
    app.finish();
}

#[test]
fn cookies_that_another_postrider_has_set_are_there_when_they_are_wanted_and_none_of_ones_own_is_lost() {
    let home = tempfile::tempdir().unwrap();
    settled(&home).finish();
    // Its answer is the cookies that it was sent.
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let one = format!("name = \"One\"\nmethod = \"GET\"\nurl = \"http://{address}/\"\n");
    std::fs::write(home.path().join("work/collections/api/one.toml"), one).unwrap();
    let (seen, sent) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            .unwrap();
        let cookies = head.iter().find_map(|line| line.strip_prefix("Cookie: "));
        seen.send(cookies.unwrap_or_default().to_owned()).unwrap();
    });
    let mut app = settled_as_it_is(&home);
    let url: url::Url = "http://127.0.0.1/".parse().unwrap();
    let mut elsewhere = Database::open(&Paths::below(home.path()), &home.path().join("work"))
        .unwrap()
        .0;
    let mut theirs = |cookie: &str| {
        let change = |kept: &str| {
            let jar = Jar::from_json(kept).unwrap();
            jar.set(&url, cookie);
            Ok::<_, ()>(jar.to_json().unwrap())
        };
        let fresh = change(&Jar::new().to_json().unwrap()).unwrap();
        elsewhere.change_cookies(&fresh, change).unwrap();
        elsewhere.cookies().unwrap().unwrap()
    };
    let ours = |app: &App, cookie: &str| {
        let cookies = &app.helpers.as_ref().unwrap().sends.cookies;
        cookies.jar().set(&url, cookie);
        cookies.tell();
    };
    let named = |cookies: &[crate::model::exchange::Cookie]| {
        let names = cookies.iter().map(crate::model::exchange::Cookie::pair);
        names.collect::<Vec<_>>().join(" ")
    };
    ours(&app, "own=1; Path=/");
    settle(&mut app);
    theirs("theirs=1; Path=/");
    ours(&app, "own=2; Path=/");
    // The list asks for them.
    command(&mut app, Command::Act(Action::App(Actions::Cookies)));
    settle_until(&mut app, |app| named(&app.state.cookies) == "own=2 theirs=1");
    press(&mut app, &[KeyCode::Esc]);
    // What they have changed since goes with the next send.
    theirs("theirs=2; Path=/");
    theirs("own=3; Path=/");
    app.state.shared.open = app.state.shared.node_at("api/one");
    command(&mut app, Command::Act(Action::App(Actions::Send)));
    let mut cookies: Vec<String> = sent.recv().unwrap().split("; ").map(str::to_owned).collect();
    cookies.sort();
    assert_eq!(cookies, ["own=3", "theirs=2"]);
    settle_until(&mut app, |app| app.state.shared.running.is_empty());
    // Who clears a domain clears what others have set there, for both.
    theirs("late=1; Path=/");
    let domain = crate::tui::effect::CookiesOf::Domain("127.0.0.1".to_owned());
    app.helpers.as_ref().unwrap().sends.clear_cookies(domain);
    let kept = Database::open(&Paths::below(home.path()), &home.path().join("work"))
        .unwrap()
        .0;
    settle_until(&mut app, |app| {
        let is_there = kept.cookies().unwrap().unwrap().contains("late");
        app.state.cookies.is_empty() && !is_there
    });
    app.finish();
    assert_eq!(
        named(&Jar::from_json(&theirs("last=1; Path=/")).unwrap().list()),
        "last=1"
    );
}
