//! What is told of requests on their way.

use super::*;

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
