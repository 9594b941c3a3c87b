//! What may not show, in the places where it comes from an answer or leads to one.

use super::*;

/// The text of the copy of this name.
fn copy(harness: &Harness, what: &str) -> String {
    let found = to_copy(harness).into_iter().find(|(name, _)| name == what);
    found.unwrap_or_else(|| panic!("no copy of `{what}`")).1
}

/// The name that a body is to be saved under, and the rest of the prompt.
fn saved_as(harness: &mut Harness) -> String {
    harness.press("s");
    let Some(Modal::Prompt(prompt)) = harness.state.modals.last() else {
        panic!("no prompt")
    };
    let prompt = format!("{prompt:?}");
    harness.press("<esc>");
    prompt
}

#[test]
fn a_value_with_a_secret_is_searched_for_only_when_it_shows() {
    let body = r#"{"echo":"hunter22","open":"seen"}"#;
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    work(&mut harness);
    harness.press("j*");
    has_not(&harness, "hunter22");
    has(&harness, "reveal the secrets to search for it");
    harness.press("j*");
    work(&mut harness);
    has(&harness, "/ \"seen\"");
    harness.press("kv*");
    work(&mut harness);
    has(&harness, "/ \"hunter22\"");
}

#[test]
fn half_a_secret_does_not_show_where_the_request_is_cut() {
    for end in ["hunte", "hunter2é"] {
        let mut outcome = json();
        let request = &mut outcome.exchange.as_mut().unwrap().request;
        let rows = "a row of the body\n".repeat(4_000);
        let mut body = format!("{}{end}", &rows[..rows.len() - 1]).into_bytes();
        // The cut goes through the last character, where it has more than one byte.
        body.truncate(body.len() - usize::from(!end.is_ascii()));
        request.body_len = 1_000_000;
        request.body = body.into();
        let mut harness = sent(120, 40, outcome);
        let copied = copy(&harness, "the request as sent");
        assert!(
            copied.contains("a row of the body") && !copied.contains("hunte"),
            "{end}"
        );
        assert!(
            copied.ends_with("… and 928 KB more"),
            "{}",
            &copied[copied.len() - 60..]
        );
        harness.press("[G");
        has(&harness, "a row of the body");
        has(&harness, "… and 928 KB more");
        has_not(&harness, "hunte");
        harness.press("vG");
        has(&harness, "hunte");
    }
}

#[test]
fn a_secret_that_begins_in_the_host_is_masked_in_the_line_of_the_request() {
    let mut outcome = json();
    outcome.exchange.as_mut().unwrap().request.url = "http://heron/4711-and-more/x".to_owned();
    outcome.redactor = Redactor::new([Secret::new("Heron/4711-and-more")]);
    let harness = sent(120, 40, outcome);
    let copied = copy(&harness, "the request as sent");
    assert!(copied.starts_with("POST ••••••••/x HTTP/1.1\n"), "{copied}");
}

#[test]
fn no_file_is_called_as_a_secret_is() {
    for url in [
        "http://h/reset/hunter22",
        "http://h/reset/%68unter22/",
        "http://h/reset/hunter22.json?a=b",
    ] {
        let mut outcome = json();
        outcome.exchange.as_mut().unwrap().request.url = url.to_owned();
        let name = saved_as(&mut sent(120, 40, outcome));
        assert!(
            name.contains("response.json") && !name.contains("unter22"),
            "{url}: {name}"
        );
    }
    let mut outcome = json();
    outcome.exchange.as_mut().unwrap().request.url = "http://h/hunter22/report".to_owned();
    let name = saved_as(&mut sent(120, 40, outcome));
    assert!(name.contains("report.json"), "{name}");

    let mut named = response(200, "application/json", JSON);
    let header = Bytes::from_static(b"attachment; filename=\"of-hunter22.txt\"");
    named.headers.push(("content-disposition".to_owned(), header));
    let name = saved_as(&mut sent(120, 40, answered(named)));
    assert!(name.contains("token.json") && !name.contains("hunter22"), "{name}");

    let mut cut = response(200, "application/json", JSON);
    let header = Bytes::from_static(b"attachment; filename=\"of-Heron-4711-Swan-08.txt\"");
    cut.headers.push(("content-disposition".to_owned(), header));
    let mut outcome = answered(cut);
    outcome.redactor = Redactor::new([Secret::new("Heron-4711-Swan-0815-and-more")]);
    let name = saved_as(&mut sent(120, 40, outcome));
    assert!(name.contains("token.json") && !name.contains("Heron"), "{name}");
}

#[test]
fn cookies_are_masked_wherever_the_secret_is_in_them() {
    let mut set = response(200, "application/json", JSON);
    let cookie = &mut set.cookies[0];
    (cookie.path, cookie.name) = ("/of/hunter22".to_owned(), "hunter22-seen".to_owned());
    let mut harness = sent(160, 40, answered(set));
    harness.press("]]");
    has(&harness, "c0ffee");
    has(&harness, "-seen");
    has(&harness, "127.0.0.1/of/");
    has_not(&harness, "hunter22");
}

#[test]
fn no_script_gets_a_path_with_a_secret_in_it() {
    let body = r#"{"hunter22":{"a":1},"b":2}"#;
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    work(&mut harness);
    harness.press("jjx");
    has(&harness, "there is a secret in the path to this value");
    has_not(&harness, "hunter22");
    assert!(harness.state.modals.is_empty());
    harness.press("jjx");
    has(&harness, "Set a variable to $.b");
}

#[test]
fn secrets_that_come_back_in_a_body_are_masked_until_revealed_and_after_a_while_again() {
    use base64::Engine;
    let hidden = base64::engine::general_purpose::STANDARD.encode("alice:hunter22");
    let body = format!(r#"{{"echo":"hunter22","basic":"Basic {hidden}","url":"/?k=%68unter22","open":"seen"}}"#);
    let mut harness = sent(120, 40, answered(response(200, "application/json", body)));
    let screen = harness.screen();
    assert!(
        screen.contains(r#""echo": "••••••••""#) && screen.contains(r#""open": "seen""#),
        "{screen}"
    );
    assert!(
        !screen.contains("unter22") && !screen.contains(&hidden[8..]),
        "{screen}"
    );
    harness.press("w R");
    assert!(!harness.screen().contains("unter22"), "{}", harness.screen());
    harness.press("v");
    assert!(harness.screen().contains("hunter22") && harness.screen().contains(&hidden));
    let later = harness.state.shared.now + jiff::SignedDuration::from_secs(31);
    harness.state.handle(Event::Tick, later);
    assert!(!harness.screen().contains("unter22"), "{}", harness.screen());
}

#[test]
fn a_copy_says_that_secrets_are_in_it() {
    let mut harness = sent(
        120,
        40,
        answered(response(200, "application/json", r#"{"echo":"hunter22"}"#)),
    );
    harness.press("y");
    assert!(
        harness.screen().contains("the body, with its secrets in clear"),
        "{}",
        harness.screen()
    );
    assert!(!harness.screen().contains("hunter22"), "{}", harness.screen());
}
