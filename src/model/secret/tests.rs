//! Secrets in all spellings, and what is shown instead.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

#[test]
fn parts_are_hidden_but_in_what_is_whole_until_they_are_secrets_themselves() {
    let (secret, part) = ("Heron-4711/Swan-0815", "Heron-4711/Sw");
    let some = Redactor::new([Secret::new(secret)]).with_parts([Secret::new(part)]);
    let merged = Redactor::default().and(&some);
    for redactor in [&some, &merged] {
        assert_eq!(redactor.redact(part), MASK);
        assert_eq!(redactor.whole().redact(part), part);
        assert_eq!(redactor.whole().redact(secret), MASK);
    }
    let both = merged.with([Secret::new(part)]);
    assert_eq!(both.whole().redact(part), MASK);
    assert_eq!(some.and(&both).whole().redact(part), MASK);
    assert_eq!(both.and(&some).whole().redact(part), MASK, "it stays one");
}

#[test]
fn a_secret_is_never_in_debug_output() {
    assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
    assert!(!format!("{:?}", Redactor::new([Secret::new("hunter2")])).contains("hunter2"));
}

#[test]
fn the_longest_secret_is_hidden_whole() {
    let redactor = Redactor::new([Secret::new("abcd"), Secret::new("abcdef")]);
    assert_eq!(redactor.redact("x abcdef y abcd"), format!("x {MASK} y {MASK}"));
}

#[test]
fn tiny_values_are_hidden_where_they_are_the_whole_text() {
    let redactor = Redactor::new(["", "a", "tok"].map(Secret::new));
    assert_eq!(redactor.redact("banana, a token"), "banana, a token");
    assert_eq!(
        (redactor.redact("a"), redactor.redact("tok")),
        (MASK.to_owned(), MASK.to_owned())
    );
    assert_eq!(redactor.redact("Bearer tok, ?k=tok"), "Bearer tok, ?k=tok");
}

#[test]
fn what_may_be_an_ordinary_word_is_hidden_as_a_word_alone() {
    let redactor = Redactor::new(["admin", "hunter2", "Correcthors", "geheim12"].map(Secret::new));
    let text = "admin-list admins a_admin hunter22 Correcthorses xgeheim12x";
    assert_eq!(
        redactor.redact(text),
        format!("admin-list admins a_admin hunter22 Correcthorses x{MASK}x")
    );
    let text = "?k=admin&a%2Fadmin%20, \"hunter2\"; Correcthors. one\nadmin\ntwo 'hunte…' bad-admi…";
    assert_eq!(
        redactor.redact(text),
        format!("?k={MASK}&a%2F{MASK}%20, \"{MASK}\"; {MASK}. one\n{MASK}\ntwo '{MASK}…' bad-admi…")
    );
    assert_eq!(
        redactor.redact_name("hunter2 is an admin: geheim12"),
        format!("hunter2 is an admin: {MASK}")
    );
}

#[test]
fn a_common_word_is_hidden_within_base64() {
    let redactor = Redactor::new([Secret::new("admin")]);
    assert!(redactor.redact(&STANDARD.encode("alice:admin")).contains(MASK));
}

#[test]
fn names_lose_only_long_secrets() {
    let redactor = Redactor::new(["folder", "0123456789abcdef"].map(Secret::new));
    let name = redactor.redact_name("the folder of GET /?key=0123456789abcdef");
    assert_eq!(name, format!("the folder of GET /?key={MASK}"));
}

#[test]
fn every_spelling_is_hidden() {
    let redactor = Redactor::new([Secret::new("pä ss/\"w&rd?>")]);
    for spelled in [
        "pä ss/\"w&rd?>",
        "p%C3%A4%20ss%2F%22w%26rd%3F%3E",
        "p%C3%A4+ss%2F%22w%26rd%3F%3E",
        "p%C3%A4%20ss/%22w&rd?%3E",
        "pä ss/\\\"w&rd?>",
        "pä ss\\/\\\"w&rd?>",
        "p\\u00e4 ss\\/\\u0022w\\u0026rd?\\u003E",
        "p&#228; ss/&quot;w&amp;rd?&gt;",
        "p%c3%a4%20ss/%22w%26%72d%3f%3e",
        "p\\\\u00e4 ss/\\\\\\\"w&rd?>",
        "pä ss/\n    \"w&rd?>",
        &STANDARD.encode("pä ss/\"w&rd?>"),
        &URL_SAFE_NO_PAD.encode("pä ss/\"w&rd?>"),
    ] {
        let shown = redactor.redact(&format!("<{spelled}>"));
        assert_eq!(shown.trim_end_matches(['=', '>']), format!("<{MASK}"), "{spelled}");
    }
}

#[test]
fn a_secret_within_base64_is_hidden_wherever_it_begins() {
    let redactor = Redactor::new([Secret::new("hunter2>>?")]);
    for before in ["", "a", "al", "ali", "alice:"] {
        for behind in ["", "!", "!!", "!!!"] {
            let text = format!("{before}hunter2>>?{behind}");
            for spelled in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                let shown = redactor.redact(&format!("Basic {spelled}."));
                assert!(shown.contains(MASK), "{text}: {shown}");
                let left = shown.replace(MASK, "");
                let seen = spelled.as_bytes().windows(4).filter(|four| {
                    let four = std::str::from_utf8(four).expect("ASCII");
                    left.contains(four)
                });
                assert!(seen.count() <= (before.len() + behind.len()) * 8 / 6, "{text}: {shown}");
            }
        }
    }
    let wrapped = STANDARD.encode("hunter2>>?").replacen('d', "d\r\n", 1);
    assert!(
        wrapped.contains('\n') && redactor.redact(&wrapped).contains(MASK),
        "{wrapped}"
    );
}

#[test]
fn a_secret_of_several_lines_is_hidden_whole_and_line_by_line_joined() {
    let key = "-----BEGIN A KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END A KEY-----\n";
    for key in [key.to_owned(), key.replace('\n', "\r\n")] {
        let redactor = Redactor::new([Secret::new(&*key)]);
        let lines = key.lines().collect::<Vec<_>>();
        for spelled in [
            key.clone(),
            lines.join("\n"),
            lines.join("\r\n"),
            lines.join("\\n"),
            lines.concat(),
            lines.concat().replace(' ', ""),
            lines.join(" "),
            lines.join("%20"),
            key.replace(['\r', '\n'], " "),
            lines.join("\\n' +\n  '"),
            lines.join("\\r\\n\" +\n  \""),
        ] {
            let shown = redactor.redact(&format!("<{spelled}>"));
            assert!(
                !["MIIE", "kqhk", "KEY"].iter().any(|part| shown.contains(part)),
                "{shown}"
            );
        }
    }
    let json = "{\n  \"private_key_id\": \"4711\",\n\n  \"kind\": \"heron\"\n}";
    let redactor = Redactor::new([Secret::new(json)]);
    for spelled in [
        json.replace('\n', "\\n' +\n  '"),
        json.replace('\n', " "),
        json.split_whitespace().collect::<Vec<_>>().join(" "),
        serde_json::Value::from(json).to_string(),
    ] {
        let shown = redactor.redact(&spelled);
        assert!(!shown.contains("heron") && !shown.contains("4711"), "{shown}");
    }
}

#[test]
fn a_secret_is_hidden_that_was_read_as_something_else() {
    let redactor =
        Redactor::new(["p\u{e4}ssw\u{f6}rd-\"xyz", "p%41ss%2Fx", "q+of/Tail8==", " spaced-9 "].map(Secret::new));
    let latin: Vec<u8> = "p\u{e4}ssw\u{f6}rd-\"xyz"
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin-1"))
        .collect();
    let lossy = String::from_utf8_lossy(&latin).into_owned();
    for text in [
        "p\u{c3}\u{a4}ssw\u{c3}\u{b6}rd-\"xyz",
        "p\u{c3}\u{a4}ssw\u{c3}\u{b6}rd-\"\"xyz",
        "p\\u00c3\\u00a4ssw\\u00c3\\u00b6rd-\\\"xyz",
        "p%E4ssw%F6rd-%22xyz",
        &lossy,
        &lossy.replace('"', "\"\""),
        &STANDARD.encode(&latin),
        "pAss/x",
        "pAss%2fx",
        "q of/Tail8==",
        "spaced-9",
    ] {
        assert_eq!(
            redactor.redact(&format!("<{text}>")).trim_end_matches(['=', '>']),
            format!("<{MASK}"),
            "{text}"
        );
    }
    let bytes = [b"<", &latin[..], b">"].concat();
    let found = redactor.find(&bytes);
    assert_eq!((found.len(), found.first()), (1, Some(&(1..bytes.len() - 1))));
}

#[test]
fn the_mask_of_base64_ends_with_its_line() {
    let redactor = Redactor::new([Secret::new("hunter2>>?-heron")]);
    for before in ["", "a", "ab"] {
        let encoded = URL_SAFE_NO_PAD.encode(format!("{before}hunter2>>?-heron"));
        let shown = redactor.redact(&format!("letters\n{encoded}\nletters"));
        let masked = shown
            .strip_prefix("letters\n")
            .and_then(|rest| rest.strip_suffix("\nletters"));
        assert!(masked.is_some_and(|masked| masked.contains(MASK)), "{shown}");
    }
}

#[test]
fn escapes_are_taken_back_as_deep_as_a_console_shows_them() {
    let secret = "S3cr\u{e9}&t\"pass";
    let redactor = Redactor::new([Secret::new(secret)]);
    let ascii = |text: &str| {
        let json = serde_json::Value::from(text).to_string();
        json.replace('\u{e9}', "\\u00e9")
    };
    let html = secret.replace('&', "&amp;").replace('"', "&quot;");
    let (mut json, mut inner) = (secret.to_owned(), html.clone());
    for times in 1..=4 {
        json = ascii(&json);
        assert!(!redactor.redact(&json).contains("S3cr"), "{times}: {json}");
        if times < 4 {
            inner = ascii(&inner);
            assert!(!redactor.redact(&inner).contains("S3cr"), "{times}: {inner}");
        }
    }
    let attribute = ascii(secret).replace('&', "&amp;").replace('"', "&quot;");
    assert!(!redactor.redact(&attribute).contains("S3cr"), "{attribute}");
}

#[test]
fn a_short_secret_is_hidden_escaped_but_not_made_of_two_lines() {
    let redactor = Redactor::new([Secret::new("a\"bc")]);
    assert_eq!(redactor.redact(r#"a\"bc"#), MASK);
    assert_eq!(redactor.redact("a\"\nbc"), "a\"\nbc");
}

#[test]
fn two_secrets_that_begin_alike_are_told_apart() {
    let redactor = Redactor::new(["eyJhbGciOiJSUzI1NiJ9.one", "eyJhbGciOiJSUzI1NiJ9.two.longer"].map(Secret::new));
    let text = "eyJhbGciOiJSUzI1NiJ9.two.longer eyJhbGciOiJSUzI1NiJ9.one eyJhbGciOiJSUzI1NiJ9.other";
    assert_eq!(
        redactor.redact(text),
        format!("{MASK} {MASK} eyJhbGciOiJSUzI1NiJ9.other")
    );
}

#[test]
fn a_secret_that_was_cut_short_is_hidden_too() {
    let redactor = Redactor::new([Secret::new("eyJhbGciOiJSUzI1NiJ9.payload")]);
    for (text, shown) in [
        (
            "expected 'eyJhbGciOiJSUz…' to equal",
            format!("expected '{MASK}…' to equal"),
        ),
        (
            "'eyJhbGci'... 9 more characters",
            format!("'{MASK}'... 9 more characters"),
        ),
        (
            "eyJ… is too short, and so is this…",
            "eyJ… is too short, and so is this…".to_owned(),
        ),
        (
            "an eyJhbGciOiJSUz without an end",
            "an eyJhbGciOiJSUz without an end".to_owned(),
        ),
    ] {
        assert_eq!(redactor.redact(text), shown);
    }
}

#[test]
fn a_secret_at_a_cut_is_hidden_whole() {
    let secret = "0123456789-abcdefghij-0123456789";
    let redactor = Redactor::new([Secret::new(secret)]);
    let text = format!("{} {secret} and so on", "x ".repeat(200));
    for length in 0..text.len() {
        for most in [380, 410, 1000] {
            let shown = redactor.redact_start(&text[..length], most, true);
            assert!(!shown.contains("0123"), "{length}, {most}: {shown}");
        }
    }
    let whole = redactor.redact_start(&text, 1000, false);
    assert_eq!(whole, redactor.redact(&text));
    assert!(redactor.redact_start(&text, 410, false).ends_with(MASK));
    assert_eq!(redactor.redact_start("x y", 2, false), "x ");
    assert_eq!(Redactor::default().redact_start("x y", 9, true), "x y");
}

#[test]
fn a_secret_is_hidden_in_each_part_of_a_text_that_was_taken_apart() {
    let redactor = Redactor::new([Secret::new("T00Seg/B00Seg%2FXyz")]);
    let mut parts = ["x", "echo", "T00Seg", "B00Seg%252FXyz"].map(str::to_owned);
    redactor.redact_parts(&mut parts.iter_mut().zip(["", "/", "/", "?"]).collect::<Vec<_>>());
    assert_eq!(parts, ["x", "echo", MASK, MASK]);
}

#[test]
fn what_was_put_into_json_or_base64_more_than_once_is_hidden() {
    let secret = "V4ult\"Sec\\ret99x";
    let redactor = Redactor::new([Secret::new(secret)]);
    let mut text = secret.to_owned();
    for times in 1..=3 {
        text = serde_json::Value::from(text).to_string();
        assert!(redactor.redact(&text).contains(MASK), "{times}: {text}");
    }
    for before in ["", "a", "ab"] {
        let twice = STANDARD.encode(format!("{before}{}", STANDARD.encode(secret)));
        let shown = redactor.redact(&format!("<{twice}>"));
        // Beside it are at most the letters that hold bits of something else, too.
        assert!(
            shown.contains(MASK) && shown.replace(MASK, "").len() < 16,
            "{before}: {shown}"
        );
    }
}

#[test]
fn a_key_is_hidden_that_a_form_has_read_and_that_stands_for_a_host() {
    let key = format!(
        "-----BEGIN A KEY-----\nMIIE+Qx/{}+Az\n-----END A KEY-----\n",
        "kqhk+G9w/".repeat(90)
    );
    let redactor = Redactor::new([Secret::new(&*key)]);
    let read = key.replace('+', " ");
    for text in [&*key, key.trim(), &read, read.trim()] {
        let text = STANDARD.encode(text);
        let shown = redactor.redact(&text);
        assert!(shown.contains(MASK) && shown.replace(MASK, "").len() < 6, "{shown}");
    }
    let (host, path) = key.split_once('/').expect("it has one");
    let url = format!("http://{}/{}/x", host.to_lowercase(), path.replace('\n', "%0A"));
    assert_eq!(redactor.redact(&url), format!("http://{MASK}%0A/x"));
}

#[test]
fn what_urls_make_of_a_secret_is_hidden() {
    let redactor = Redactor::new(
        [
            "http://127.0.0.1:42001/services/T0AAAA/B0BBBB/XyzSlackTok99",
            "Qwe9Secret/Rty+Tail8==",
            "Zq9!sec\"r$et\\z",
        ]
        .map(Secret::new),
    );
    for (text, shown) in [
        (
            "> POST /services/T0AAAA/B0BBBB/XyzSlackTok99/sub?x=1",
            "> POST •/sub?x=1",
        ),
        ("http://joe:qwe9secret/Rty+Tail8==@h/x", "http://joe:•@h/x"),
        ("/p/Zq9!sec%22r$et/z/x", "/p/•/x"),
    ] {
        assert_eq!(redactor.redact(text), shown.replace('•', MASK));
    }
}

#[test]
fn redactors_add_up() {
    let both = Redactor::new([Secret::new("first")]).and(&Redactor::new([Secret::new("second")]));
    assert_eq!(both.redact("first second"), format!("{MASK} {MASK}"));
}

#[test]
fn a_url_loses_its_credentials_and_nothing_else() {
    for (url, shown) in [
        ("http://u:p@h:1/x", "http://h:1/x"),
        ("http://u@h", "http://h"),
        ("http://u:p@ss@h/", "http://h/"),
        ("u:p@h:1", "h:1"),
        ("u:p@h/?to=http://a@b", "h/?to=http://a@b"),
        ("https://h/@scope/package", "https://h/@scope/package"),
        (
            "https://h:8443/users/me@example.com",
            "https://h:8443/users/me@example.com",
        ),
        ("https://h?mail=me@example.com", "https://h?mail=me@example.com"),
        ("https://h#me@there", "https://h#me@there"),
        ("https://u:p@h/a?b=c@d#e@f", "https://h/a?b=c@d#e@f"),
        ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
        ("http://[::1]/a@b", "http://[::1]/a@b"),
        ("http://u:p@[::1]/", "http://[::1]/"),
        ("socks5h://u:pa/ss@h:1", "socks5h://h:1"),
        ("http://u:p?w#x@h", "http://h"),
        ("h", "h"),
        ("", ""),
    ] {
        assert_eq!(without_credentials(url), shown, "{url}");
    }
}

#[test]
fn a_name_loses_the_credentials_of_a_url_in_it_and_nothing_else() {
    for (name, shown) in [
        ("http://u:p@h/x", "http://h/x"),
        ("GET http://u:p@h/x for me@h", "GET http://h/x for me@h"),
        ("mail: me@h", "mail: me@h"),
        ("http://h/x  y", "http://h/x  y"),
    ] {
        assert_eq!(super::name_without_credentials(name), shown);
    }
}

#[test]
fn headers_that_carry_credentials_are_known() {
    assert!(is_credential_header("X-API-Key") && is_credential_header("COOKIE"));
    assert!(!is_credential_header("Accept"));
}

#[test]
fn a_short_text_is_looked_through_as_a_long_one() {
    let secrets = ["hunter2", "a token of some length", "x".repeat(5000).as_str(), "é=&?"].map(Secret::new);
    let base64 = STANDARD.encode("..a token of some length..");
    for text in [
        "a=hunter2&b=hunter21",
        &format!("Basic {base64}"),
        "a%20token%20of%20some%20length",
        "%C3%A9%3D%26%3F é=&?",
        "nothing",
    ] {
        let (short, long) = (Redactor::new(secrets.clone()), Redactor::new(secrets.clone()));
        long.redact(&"-".repeat(5000));
        assert_eq!(short.redact(text), long.redact(text), "{text}");
        assert_eq!(short.redact(text).contains(MASK), text != "nothing", "{text}");
    }
}
