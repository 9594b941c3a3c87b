//! Against the examples of RFC 7616 and RFC 2617, and what servers ask for.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::auth::fixtures::{header, request, sign_at};
use crate::auth::sign;
use crate::model::Auth;

fn proof<'a>(algorithm: &str, user: &'a str, password: &'a str, realm: &'a str) -> Proof<'a> {
    Proof {
        algorithm: Algorithm::named(algorithm).unwrap(),
        user,
        password,
        realm,
        nonce: "",
        utf8: false,
        method: "GET",
        uri: "/dir/index.html",
        qop: Some("auth"),
        count: "00000001",
        client_nonce: "",
        body: b"",
    }
}

#[test]
fn the_examples_of_rfc_7616_come_out() {
    for (algorithm, expected) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ] {
        let proof = Proof {
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            client_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            ..proof(algorithm, "Mufasa", "Circle of Life", "http-auth@example.org")
        };
        assert_eq!(proof.response(), expected);
    }
    // With the final SHA-512/256 (erratum 4897): the RFC's own figures are of a draft of it.
    let proof = Proof {
        nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
        client_nonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        uri: "/doe.json",
        utf8: true,
        ..proof("SHA-512-256", "Jäsøn Doe", "Secret, or not?", "api@example.org")
    };
    let expected = "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5";
    assert_eq!(proof.response(), expected);
    let asked = [("userhash", "true".to_owned()), ("algorithm", "SHA-512-256".to_owned())];
    let (header, _) = proof.header(&Challenge::new("digest", &asked));
    let hash = "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b";
    assert!(header.contains(&format!("username=\"{hash}\"")), "{header}");
    assert!(header.contains("userhash=true") && header.contains("algorithm=SHA-512-256"));
    let (header, _) = proof.header(&Challenge::new("digest", &[]));
    assert!(header.contains("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe"), "{header}");
}

#[test]
fn the_example_of_rfc_2617_comes_out_and_the_older_form_too() {
    let proof = Proof {
        nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        client_nonce: "0a4f113b",
        ..proof("", "Mufasa", "Circle Of Life", "testrealm@host.com")
    };
    assert_eq!(proof.response(), "6629fae49393a05397450978507c4ef1");
    let proof = Proof { qop: None, ..proof };
    assert_eq!(proof.response(), "670fd8c2df070c60b045671b8b24ff02");
    assert!(!proof.header(&Challenge::new("digest", &[])).0.contains("cnonce"));
}

#[test]
fn what_is_given_signs_the_first_request() {
    let auth = Auth::new("digest")
        .with("username", "Mufasa")
        .with("password", "Circle Of Life")
        .with("realm", "testrealm@host.com")
        .with("nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093")
        .with("clientNonce", "0a4f113b")
        .with("nonceCount", "00000001")
        .with("opaque", "5ccc\"0")
        .with("qop", "auth");
    let mut resolved = request(auth);
    resolved.url = "http://h/dir/index.html".into();
    let signed = sign(resolved);
    let header = header(&signed.request, "authorization")[0];
    assert!(
        header.contains("response=\"6629fae49393a05397450978507c4ef1\""),
        "{header}"
    );
    assert!(header.contains(r#"opaque="5ccc\"0""#), "{header}");
    assert!(signed.request.is_bound("Authorization") && !signed.request.is_authorized_late());
    assert!(!signed.request.redactor().redact(header).contains("6629fae4"));
}

#[test]
fn the_uri_is_the_one_that_is_sent() {
    let given = ["username", "password", "realm", "nonce"].into_iter();
    let mut resolved = request(given.fold(Auth::new("digest"), |auth, name| auth.with(name, "x")));
    resolved.url = "http://h/x/../b/./c?a=|b".into();
    let signed = sign(resolved);
    let header = header(&signed.request, "authorization")[0];
    assert!(header.contains("uri=\"/x/../b/./c?a=|b\""), "{header}");
}

#[test]
fn our_nonce_is_by_chance_unless_it_is_given() {
    // The first example of RFC 7616, section 3.9.1.
    let auth = Auth::new("digest")
        .with("username", "Mufasa")
        .with("password", "Circle of Life")
        .with("realm", "http-auth@example.org")
        .with("nonce", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v")
        .with("algorithm", "MD5")
        .with("qop", "auth");
    let mut resolved = request(auth);
    resolved.url = "http://www.example.org/dir/index.html".into();
    let by_chance = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    let signed = sign_at(resolved, jiff::Timestamp::UNIX_EPOCH, by_chance);
    let header = header(&signed.request, "authorization").concat();
    assert!(
        header.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""),
        "{header}"
    );
}

#[test]
fn without_user_or_nonce_nothing_is_sent() {
    let signed = sign(request(Auth::new("digest")));
    assert!(signed.request.headers().is_empty() && signed.warnings.len() == 1);
    let auth = Auth::new("digest")
        .with("username", "u")
        .with("disableRetryRequest", true);
    let signed = sign(request(auth));
    assert!(signed.request.headers().is_empty());
    assert!(
        signed.warnings[0].contains("disableRetryRequest"),
        "{:?}",
        signed.warnings
    );
}

#[test]
fn the_strongest_challenge_is_answered() {
    let offered: Vec<_> = ["MD5", "SHA-999", "SHA-256", "SHA-512-256", "MD5-sess"]
        .iter()
        .flat_map(|name| parse(&format!("Digest nonce=n, algorithm={name}")))
        .collect();
    assert_eq!(strongest(&offered).unwrap().param("algorithm"), Some("SHA-512-256"));
    assert!(strongest(&parse("Digest nonce=n, algorithm=X")).is_none());
    assert!(strongest(&parse("Digest algorithm=MD5")).is_none());
}

#[test]
fn a_domain_limits_where_a_challenge_holds() {
    let challenge = &parse("Digest nonce=n, domain=\"/a http://other/ /c/d\"")[0];
    let covers = |url: &str| covers(challenge, &url.parse().unwrap());
    assert!(covers("http://h/a/b") && covers("http://h/c/d?x") && covers("http://other/x"));
    assert!(!covers("http://h/b") && !covers("http://h/c"));
}

#[test]
fn what_the_server_says_is_hashed_and_sent_back_in_its_own_bytes() {
    // `é` in UTF-8 and in Latin-1, with and without a charset; the user's text goes as the server speaks.
    for (realm, charset, user) in [
        (&b"r\xc3\xa9"[..], "", &b"username=\"\xc3\xb6\""[..]),
        (&b"r\xe9"[..], "", &b"username=\"\xf6\""[..]),
        (&b"r\xc3\xa9"[..], "UTF-8", &b"username*=UTF-8''%C3%B6"[..]),
    ] {
        let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
        let params = [
            ("realm", text(realm)),
            ("opaque", text(b"\xff\xc3")),
            ("nonce", text(b"n\xa0")),
            ("charset", charset.to_owned()),
        ];
        let challenge = Challenge::new("digest", &params);
        let proof = Proof {
            nonce: challenge.param("nonce").unwrap(),
            utf8: !charset.is_empty(),
            ..proof("SHA-256", "ö", "pä", challenge.param("realm").unwrap())
        };
        let (header, response) = proof.header(&challenge);
        let utf8 = std::str::from_utf8(realm).is_ok();
        let (user_bytes, password): (&[u8], &[u8]) = if utf8 {
            (b"\xc3\xb6", b"p\xc3\xa4")
        } else {
            (b"\xf6", b"p\xe4")
        };
        let hex = |data: &[u8]| proof.algorithm.hex(data);
        let secret = hex(&[user_bytes, realm, password].join(&b':'));
        let what = hex(b"GET:/dir/index.html");
        let all = [
            secret.as_bytes(),
            &b"n\xa0"[..],
            b"00000001",
            b"",
            b"auth",
            what.as_bytes(),
        ];
        assert_eq!(response, hex(&all.join(&b':')), "{charset}");
        // Each character is a byte on the wire.
        let wire: Vec<u8> = header.chars().map(|c| u8::try_from(c).unwrap()).collect();
        let has = |part: &[u8]| wire.windows(part.len()).any(|own| own == part);
        let realm = [&b"realm=\""[..], realm, b"\""].concat();
        assert!(has(&realm) && has(user), "{header}");
        assert!(has(b"opaque=\"\xff\xc3\"") && has(b"nonce=\"n\xa0\""), "{header}");
    }
}

#[test]
fn a_nonce_count_that_is_none_is_told() {
    let signed_with = |count: &str| {
        let given = ["username", "password", "realm", "nonce"].into_iter();
        let auth = given.fold(Auth::new("digest"), |auth, name| auth.with(name, "x"));
        let signed = sign(request(auth.with("qop", "auth").with("nonceCount", count)));
        let header = header(&signed.request, "authorization")[0].to_owned();
        (header, signed.warnings)
    };
    for (count, sent) in [("", "nc=00000001"), (" 1f ", "nc=0000001f"), ("0", "nc=00000000")] {
        let (header, warnings) = signed_with(count);
        assert!(
            header.contains(sent) && warnings.is_empty(),
            "{count}: {header} {warnings:?}"
        );
    }
    for count in ["many", "1ffffffff", "-1"] {
        let (header, warnings) = signed_with(count);
        assert!(header.contains("nc=00000001"), "{header}");
        assert!(
            warnings[0].contains(&format!("the nonce count `{count}`, which is no number")),
            "{warnings:?}"
        );
    }
}
