//! Earlier responses are seen again: after a failure, beside the last one, until something newer comes.

use super::*;

fn text(body: &'static str, at: &str) -> Outcome {
    let mut outcome = answered(response(200, "text/plain", body));
    if let Some(exchange) = &mut outcome.exchange {
        exchange.started = at.parse().unwrap();
    }
    outcome
}

fn cancelled() -> Outcome {
    let error = SendError::new(SendErrorKind::Cancelled, "the send was cancelled");
    Outcome {
        exchange: Some(exchange(Err(error))),
        ..Outcome::default()
    }
}

#[test]
fn an_earlier_response_is_looked_at_and_esc_goes_back() {
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut harness = sent(columns, rows, text("first body", "2026-11-23T12:00:00.001Z"));
        harness.press("H");
        assert!(harness.screen().contains("there is no earlier response"));
        deliver(&mut harness, text("second body", "2026-11-23T12:00:00.002Z"));
        harness.press("H");
        let screen = harness.screen();
        let own = |ms: &str| {
            screen
                .lines()
                .any(|line| line.contains(ms) && line.contains("2026-11-23 "))
        };
        assert!(
            own(":00.001 · 200 OK") && own(":00.002 · 200 OK"),
            "two of one second are told apart: {screen}"
        );
        assert!(screen.contains("the last one"), "{screen}");
        harness.press("<down><enter>");
        let screen = harness.screen();
        assert!(
            screen.contains("first body") && screen.contains("─ earlier"),
            "{screen}"
        );
        assert!(
            screen.contains("last response"),
            "the hint says what Esc does: {screen}"
        );
        harness.press("<esc>");
        let screen = harness.screen();
        assert!(
            screen.contains("second body") && !screen.contains("earlier"),
            "{screen}"
        );
    }
}

#[test]
fn a_cancelled_resend_loses_nothing_and_the_next_response_is_shown() {
    let mut harness = sent(120, 40, text("good body", "2026-11-23T12:00:00Z"));
    deliver(&mut harness, cancelled());
    let screen = harness.screen();
    assert!(
        screen.contains("What came before is kept · H shows it") && !screen.contains("good body"),
        "{screen}"
    );
    harness.press("H<enter>");
    let screen = harness.screen();
    assert!(screen.contains("good body") && screen.contains("earlier, "), "{screen}");
    // Another request's place is its own; coming back the earlier one is still there.
    deliver(&mut harness, text("new body", "2026-11-23T12:00:09Z"));
    let screen = harness.screen();
    assert!(screen.contains("new body") && !screen.contains("earlier"), "{screen}");
    // What is compared with an earlier one is the one that is shown.
    harness.press("H<down><enter>D");
    let job = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Compare(_, job) => Some(job.clone()),
        _ => None,
    });
    let job = job.unwrap();
    let bodies = [&job.left, &job.right].map(|body| body.whole().unwrap());
    assert_eq!(bodies, ["good body", "new body"], "the older one is at the left");
}

#[test]
fn secrets_are_shown_of_one_response_and_until_esc() {
    let secret = |at: &str| Outcome {
        redactor: Redactor::new([Secret::new("heron-4711-secret")]),
        ..text("a heron-4711-secret body", at)
    };
    let mut harness = sent(120, 40, secret("2026-11-23T12:00:00Z"));
    deliver(&mut harness, secret("2026-11-23T12:00:01Z"));
    let sees = |harness: &Harness, shown: bool, how: &str| {
        let screen = harness.screen();
        assert_eq!(screen.contains("heron-4711"), shown, "{how}\n{screen}");
        assert_eq!(harness.state.shared.revealed, shown, "{how}");
        assert!(shown || !screen.contains("secrets are shown"), "{how}\n{screen}");
    };
    // Esc leads back to the last response, which nobody asked to see.
    harness.press("H<down><enter>v");
    sees(&harness, true, "v");
    harness.press("<esc>");
    sees(&harness, false, "Esc");
    // So do other ways to another one, be it a new one.
    harness.press("H<down><enter>vH<up><enter>");
    sees(&harness, false, "another one");
    harness.press("v<ctrl-j>");
    sees(&harness, true, "nothing came yet");
    let run = run(&harness);
    let outcome = secret("2026-11-23T12:00:02Z");
    harness.event(Event::Sent(run, None, Box::new(outcome)));
    sees(&harness, false, "a new one");
    // Whatever else Esc leads out of.
    harness.press("/heron<enter>v");
    sees(&harness, true, "a search");
    harness.press("<esc>");
    sees(&harness, false, "out of a search");
    harness.press("v:");
    assert!(harness.state.shared.revealed);
    harness.press("<esc>");
    sees(&harness, false, "out of a list");
}

#[test]
fn what_arrives_is_shown_instead_of_an_earlier_one() {
    let mut harness = sent(120, 40, text("first body", "2026-11-23T12:00:00Z"));
    deliver(&mut harness, text("second body", "2026-11-23T12:00:01Z"));
    harness.press("H<down><enter>");
    assert!(harness.screen().contains("first body"));
    harness.press("<ctrl-j>");
    assert!(harness.screen().contains("first body"), "as long as nothing has come");
    let run = run(&harness);
    let arriving = exchange(Ok(response(200, "text/plain", "third body")));
    harness.event(Event::Arriving(run, Box::new(arriving)));
    assert!(harness.screen().contains("third body"), "{}", harness.screen());
}
