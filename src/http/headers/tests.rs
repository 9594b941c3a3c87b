//! Which headers go out, in which order and encoding.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;

type Assembled = Result<Vec<(String, String)>, SendError>;

fn lines<'a>(user: &'a [(String, String)], disabled: &'a BTreeSet<String>) -> Lines<'a> {
    Lines {
        user,
        disabled,
        method: "GET",
        body: outgoing(""),
        user_agent: "ua",
        token: "t",
        host: "h",
        basic: None,
        cookie: None,
        had_cookie: false,
        redirected: false,
        referer: None,
        authorized_late: false,
        proxy_authorization: None,
    }
}

fn assemble(user: &[(&str, &str)], disabled: &[&str], change: impl FnOnce(&mut Lines<'_>)) -> (Assembled, Vec<String>) {
    let user: Vec<_> = user.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let disabled = disabled.iter().map(|name| (*name).to_owned()).collect();
    let mut lines = lines(&user, &disabled);
    change(&mut lines);
    let mut warnings = Vec::new();
    let map = lines.assemble(&mut warnings);
    (map.map(|headers| headers.on_the_wire(Version::HTTP_11)), warnings)
}

fn names(lines: Assembled) -> Vec<String> {
    lines.unwrap().into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_users_come_first_then_ours_that_no_user_header_has() {
    let (lines, _) = assemble(&[("X-Two", "2"), ("accept", "a/b"), ("", "typing")], &[], |_| {});
    assert_eq!(
        names(lines),
        [
            "X-Two",
            "accept",
            "User-Agent",
            "Cache-Control",
            "Postman-Token",
            "Host",
            "Accept-Encoding",
            "Connection"
        ]
    );
}

#[test]
fn what_answers_the_server_stands_behind_the_length_and_before_the_type_of_a_form() {
    let late = |lines: &mut Lines<'_>| {
        lines.authorized_late = true;
        lines.method = "POST";
    };
    let (lines, _) = assemble(
        &[("authorization", "old"), ("X", "1"), ("Authorization", "Digest x")],
        &[],
        late,
    );
    let lines = lines.unwrap();
    assert_eq!(lines[0].0, "X");
    assert_eq!(lines[lines.len() - 2].0, "Content-Length");
    assert_eq!(
        lines[lines.len() - 1],
        ("Authorization".to_owned(), "Digest x".to_owned())
    );
}

/// The lines of some headers as they go out, without ours.
fn sent(user: &[(&str, &str)], change: impl FnOnce(&mut Lines<'_>)) -> (Vec<String>, usize) {
    let (lines, warnings) = assemble(user, &[], change);
    let mut lines = lines.unwrap();
    lines.retain(|(name, _)| user.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
    let lines = lines.iter().map(|(name, value)| format!("{name}: {value}"));
    (lines.collect(), warnings.len())
}

#[test]
fn all_of_one_name_and_spelling_are_sent_and_of_several_spellings_the_last() {
    let (lines, _) = sent(&[("X-One", "1"), ("A", "b"), ("x-one", "2")], |_| {});
    assert_eq!(lines, ["x-one: 2", "A: b"]);
    let (lines, _) = sent(
        &[("x-one", "1"), ("Accept", "a/b"), ("x-one", "2"), ("Accept", "c/d")],
        |_| {},
    );
    assert_eq!(lines, ["x-one: 1", "x-one: 2", "Accept: a/b", "Accept: c/d"]);
}

#[test]
fn what_can_stand_there_once_does() {
    let twice = |name: &'static str, one: &'static str, other: &'static str| {
        sent(&[(name, one), (name, other)], |lines| {
            lines.cookie = (name == "Cookie").then(|| "jar=9".to_owned());
        })
    };
    assert_eq!(
        twice("Cookie", "a=1", "b=2"),
        (vec!["Cookie: a=1; b=2; jar=9".to_owned()], 0)
    );
    assert_eq!(twice("Host", "a", "b"), (vec!["Host: b".to_owned()], 1));
    let with = |types: [&str; 2], body: &'static Outgoing| {
        let typed = types.map(|kind| ("Content-Type", kind));
        sent(&typed, |lines| lines.body = body).0
    };
    let form = outgoing("a=b");
    form.content_type = Some(FORM.to_owned());
    assert_eq!(with([FORM, "application/json"], form).len(), 2);
    let form = outgoing("a=b");
    form.content_type = Some(FORM.to_owned());
    assert_eq!(with(["text/plain", FORM], form), [format!("Content-Type: {FORM}")]);
    let parts = outgoing("a=b");
    parts.boundary = Some("x".to_owned());
    assert_eq!(
        with(["multipart/mixed", "multipart/mixed"], parts),
        ["Content-Type: multipart/form-data; boundary=x"]
    );
    let (lines, _) = sent(&[("Content-Length", "1"), ("Content-Length", "2")], |lines| {
        lines.body = outgoing("xyz");
    });
    assert_eq!(lines, ["Content-Length: 3"]);
}

#[test]
fn a_value_is_latin_1_and_before_a_text_utf_8() {
    let file = outgoing("x");
    file.length_first = true;
    for (body, bytes) in [
        (outgoing(""), &b"\xfc"[..]),
        (file, b"\xfc"),
        (outgoing("x"), "ü".as_bytes()),
    ] {
        let (user, disabled) = (vec![("L".to_owned(), "ü".to_owned())], BTreeSet::new());
        let lines = Lines {
            body,
            ..lines(&user, &disabled)
        };
        let headers = lines.assemble(&mut Vec::new()).unwrap();
        assert_eq!(headers.map["l"].as_bytes(), bytes);
        assert_eq!(headers.on_the_wire(Version::HTTP_11)[0].1, "ü");
    }
    for value in ["✓", "é✓"] {
        let error = assemble(&[("U", value)], &[], |_| {}).0.unwrap_err();
        assert_eq!(error.code, SendError::BAD_HEADER);
        assert!(error.message.contains("`U` holds a character beyond Latin-1"));
        assert!(!format!("{error:?}").contains(value));
    }
}

#[test]
fn disabled_headers_are_left_out_but_not_the_length_of_what_is_sent() {
    let off = [
        "user-agent",
        "cache-control",
        "postman-token",
        "accept-encoding",
        "connection",
        "host",
        "content-length",
    ];
    for (body, sent, told) in [("", vec!["Accept"], 0), ("hello", vec!["Accept", "Content-Length"], 1)] {
        let body: &'static Outgoing = outgoing(body);
        let (lines, warnings) = assemble(&[], &off, |lines| {
            lines.method = "POST";
            lines.body = body;
        });
        assert_eq!(names(lines), sent);
        assert_eq!(warnings.len(), told);
    }
}

/// A body that lives as long as its test.
fn outgoing(text: &'static str) -> &'static mut Outgoing {
    let body: &'static mut Outgoing = Box::leak(Box::default());
    if !text.is_empty() {
        body.push(text.into());
    }
    body
}

#[test]
fn the_jars_cookies_go_back_as_they_came_and_the_users_own_keep_their_rule() {
    let of = |user: &[(&str, &str)]| {
        let user: Vec<_> = user.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let disabled = BTreeSet::new();
        let lines = Lines {
            cookie: Some(cookies::text("ok=漢; l=ü; b=\u{7}".as_bytes()).replace('\u{7}', &cookies::text(b"\xfc"))),
            ..lines(&user, &disabled)
        };
        let headers = lines.assemble(&mut Vec::new())?;
        Ok::<_, SendError>(headers.map["cookie"].as_bytes().to_vec())
    };
    let jar = [" ok=漢; l=ü; b=".as_bytes(), b"\xfc"].concat();
    assert_eq!(of(&[]).unwrap(), jar[1..]);
    assert_eq!(of(&[("Cookie", "é")]).unwrap(), [b"\xe9;", &jar[..]].concat());
    assert!(of(&[("Cookie", "漢")]).is_err());
}

#[test]
fn cookies_stand_before_a_length_that_only_the_sending_knows() {
    let order = |body: &'static Outgoing| {
        let (lines, _) = assemble(&[], &[], |lines| {
            lines.method = "POST";
            lines.cookie = Some("a=1".into());
            lines.basic = Some("dTpw");
            lines.body = body;
        });
        let names = names(lines);
        names[names.len() - 3..].join(" ")
    };
    let (parts, file) = (outgoing("x"), outgoing("x"));
    parts.boundary = Some("b".into());
    file.length_first = true;
    assert_eq!(order(outgoing("x")), "Authorization Content-Length Cookie");
    for body in [parts, file, outgoing("")] {
        assert_eq!(order(body), "Authorization Cookie Content-Length");
    }
}

#[test]
fn a_line_break_is_refused_without_telling_the_value() {
    let (lines, _) = assemble(&[("Authorization", "Bearer s3cret\n")], &[], |_| {});
    let error = lines.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Request);
    assert!(error.message.contains("`Authorization` holds a line break"));
    assert!(!format!("{error:?}").contains("s3cret"));
    assert!(
        assemble(&[("a b", "c")], &[], |_| {})
            .0
            .unwrap_err()
            .message
            .contains("`a b`")
    );
}

#[test]
fn a_length_that_does_not_fit_is_set_right_with_a_warning() {
    let (lines, warnings) = assemble(&[("Content-Length", "99")], &[], |lines| lines.method = "POST");
    assert_eq!(lines.unwrap()[0], ("Content-Length".to_owned(), "0".to_owned()));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn a_type_that_does_not_fit_a_multipart_body_is_set_right_with_a_warning() {
    for (typed, sent, told) in [
        (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b",
            1,
        ),
        ("multipart/mixed", "multipart/mixed; boundary=b", 0),
        (
            "multipart/form-data; boundary=own",
            "multipart/form-data; boundary=own",
            0,
        ),
    ] {
        let body = outgoing("");
        body.boundary = Some("b".into());
        let body: &'static Outgoing = body;
        let (lines, warnings) = assemble(&[("content-type", typed)], &[], |lines| lines.body = body);
        assert_eq!(lines.unwrap()[0].1, sent);
        assert_eq!(warnings.len(), told, "{typed}");
    }
}

#[test]
fn a_type_that_does_not_fit_fields_is_set_right_with_a_warning() {
    for (typed, disabled, sent, told) in [
        ("application/json", &[][..], FORM, 1),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            &[],
            "application/x-www-form-urlencoded; charset=utf-8",
            0,
        ),
        ("application/json", &["content-type"], "application/json", 0),
    ] {
        let body = outgoing("");
        body.content_type = Some(FORM.into());
        let body: &'static Outgoing = body;
        let (lines, warnings) = assemble(&[("content-type", typed)], disabled, |lines| lines.body = body);
        assert_eq!(lines.unwrap()[0].1, sent);
        assert_eq!(warnings.len(), told, "{typed}");
    }
}

#[test]
fn a_signature_over_a_type_that_is_not_sent_is_told() {
    let body: &'static mut Outgoing = Box::leak(Box::default());
    body.content_type = Some(FORM.into());
    let body: &'static Outgoing = body;
    for (names, told) in [("content-type;host", true), ("host;x-amz-date", false)] {
        let signature = format!("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders={names}, Signature=0");
        let own = [("content-type", "application/json"), ("Authorization", &*signature)];
        let (_, warnings) = assemble(&own, &[], |lines| lines.body = body);
        let [warning] = &warnings[..] else {
            panic!("{warnings:?}")
        };
        assert_eq!(
            warning.contains("not what the AWS signature is over"),
            told,
            "{warning}"
        );
    }
}

#[test]
fn the_jars_cookies_follow_the_users() {
    let (lines, _) = assemble(&[("Cookie", "mine=1")], &[], |lines| {
        lines.cookie = Some("jar=2".into());
    });
    assert_eq!(lines.unwrap()[0].1, "mine=1; jar=2");
}

#[test]
fn http_2_has_lower_case_and_no_headers_of_the_connection() {
    let mut map = HeaderMap::new();
    for (name, value) in [
        ("x-a", "1"),
        ("connection", "x-b"),
        ("x-b", "2"),
        ("te", "gzip"),
        ("keep-alive", "5"),
    ] {
        map.insert(name, HeaderValue::from_static(value));
    }
    let headers = Headers {
        map,
        spelled: Vec::new(),
    };
    assert_eq!(
        headers.on_the_wire(Version::HTTP_2),
        [("x-a".to_owned(), "1".to_owned())]
    );
}
