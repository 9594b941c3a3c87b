//! The jar: what is kept, sent, taken over and shown.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn jar() -> Jar {
    let jar = Jar::new();
    assert!(jar.set(&url("http://a.test/x/y"), "s=1; Path=/; HttpOnly"));
    assert!(jar.set(&url("http://a.test/x/y"), "deep=2; Max-Age=1000"));
    assert!(jar.set(&url("http://b.test/"), "s=3"));
    jar
}

#[test]
fn no_cookie_is_for_everybody() {
    for (host, domain, accepted, seen_by_others) in [
        ("evil.co.uk", "co.uk", false, false),
        ("evil.co.uk", ".CO.UK", false, false),
        ("evil.com", "com", false, false),
        ("a.shop.co.uk", "shop.co.uk", true, true),
        ("a.example.com", "example.com", true, true),
        ("co.uk", "co.uk", true, false),
        ("localhost", "localhost", true, true),
    ] {
        let jar = Jar::new();
        let line = format!("k=1; Path=/; Domain={domain}");
        assert_eq!(
            jar.set(&url(&format!("http://{host}/")), &line),
            accepted,
            "{host} {domain}"
        );
        let other = format!("http://other.{}/", domain.trim_start_matches('.').to_lowercase());
        assert_eq!(jar.header(&url(&other)).is_some(), seen_by_others, "{host} {domain}");
    }
}

#[test]
fn a_refusal_has_a_reason_and_a_cookie_its_rarer_attributes() {
    let jar = Jar::new();
    let at = url("http://127.0.0.1/");
    assert_eq!(jar.take(&at, "dom=1; Domain=example.com"), Err("another domain"));
    assert_eq!(
        jar.take(&url("http://a.com/"), "k=1; Domain=com"),
        Err("a domain that is everybody's")
    );
    assert_eq!(
        jar.take(&at, &format!("k={}", "v".repeat(20_000))),
        Err("longer than 16 KiB")
    );
    assert_eq!(
        jar.take(&at, "k=\u{1b}[31mv; Path=/"),
        Err("it holds a control character")
    );
    assert_eq!(jar.take(&at, "k=1\t2"), Ok(()));
    let more = |text: &str| parse(text, &at).unwrap().more;
    assert_eq!(
        more("k=1; Priority=Low; Secure; Partitioned; priority=HIGH"),
        CookieMore {
            partitioned: true,
            priority: Some("High"),
            ..CookieMore::default()
        }
    );
    assert_eq!(more("priority=High"), CookieMore::default());
}

#[test]
fn cookies_go_where_they_belong_and_longer_paths_first() {
    let jar = jar();
    assert_eq!(jar.header(&url("http://a.test/x/z")).as_deref(), Some("deep=2; s=1"));
    assert_eq!(jar.header(&url("http://a.test/")).as_deref(), Some("s=1"));
    assert_eq!(jar.header(&url("http://c.test/")), None);
}

#[test]
fn the_jar_survives_a_restart_with_its_session_cookies() {
    let again = Jar::from_json(&jar().to_json().unwrap()).unwrap();
    assert_eq!(again.list().len(), 3);
    let ages: Vec<_> = again.list().iter().map(|cookie| cookie.more.max_age).collect();
    assert_eq!(ages, [None, Some(1000), None]);
    assert_eq!(again.header(&url("http://b.test/")).as_deref(), Some("s=3"));
    assert!(Jar::from_json("{broken").is_err());
    // An older jar may hold what no request can be sent with.
    let old = jar().to_json().unwrap().replace("s=3", "s=\\u001b[31m");
    assert!(old.contains("u001b"), "{old}");
    let old = Jar::from_json(&old).unwrap();
    assert_eq!((old.list().len(), old.header(&url("http://b.test/"))), (2, None));
}

#[test]
fn what_others_did_to_the_kept_jar_stays() {
    let json = |jar: &Jar| jar.to_json().unwrap();
    let before = json(&jar());
    let ours = Jar::from_json(&before).unwrap();
    ours.set(&url("http://a.test/"), "ours=1; Path=/");
    ours.set(&url("http://a.test/"), "s=changed; Path=/");
    ours.remove("b.test", "/", "s");
    let theirs = Jar::from_json(&before).unwrap();
    theirs.set(&url("http://t.test/"), "theirs=1; Path=/");
    theirs.remove("a.test", "/x", "deep");
    let merged = Jar::from_json(&merge(&before, &json(&ours), &json(&theirs)).unwrap()).unwrap();
    let listed = merged.list();
    let listed: Vec<_> = listed
        .iter()
        .map(|c| (c.domain.as_str(), c.name.as_str(), c.value.as_str()))
        .collect();
    assert_eq!(
        listed,
        [
            ("a.test", "ours", "1"),
            ("a.test", "s", "changed"),
            ("t.test", "theirs", "1")
        ]
    );
    // A cookie that the server has ended goes from what is kept.
    let ended = Jar::from_json(&before).unwrap();
    ended.set(&url("http://b.test/"), "s=; Max-Age=0");
    let merged = merge(&before, &json(&ended), &before).unwrap();
    assert!(
        Jar::from_json(&merged)
            .unwrap()
            .list()
            .iter()
            .all(|c| c.domain != "b.test")
    );
    assert!(merge(&before, &before, "{broken").is_err());
}

#[test]
fn what_was_seen_of_cookies_that_are_gone_is_forgotten() {
    let jar = Jar::new();
    let set = |n: usize| jar.set(&url(&format!("http://h{n}.test/")), "s=1");
    assert!((0..255).all(set) && jar.seen.count() == 255);
    // As if they had ended by themselves, which nobody tells.
    jar.lock().clear();
    assert!(set(0));
    assert_eq!(jar.seen.count(), 255, "they are few");
    assert!(set(255));
    assert_eq!(jar.seen.count(), 2);
    assert_eq!(jar.kept().len(), 2);
}

#[test]
fn a_jar_takes_over_what_others_did_and_keeps_what_was_done_to_it_meanwhile() {
    let ours = jar();
    let before = ours.to_json().unwrap();
    let theirs = Jar::from_json(&before).unwrap();
    theirs.set(&url("http://a.test/"), "s=theirs; Path=/");
    theirs.set(&url("http://t.test/"), "new=1; Path=/");
    theirs.remove("b.test", "/", "s");
    ours.set(&url("http://o.test/"), "own=1; Path=/");
    ours.remove("a.test", "/x", "deep");
    let kept = theirs.to_json().unwrap();
    assert!(ours.catch_up(&before, &kept).unwrap());
    let listed = ours.list();
    let listed: Vec<_> = listed.iter().map(|c| (c.domain.as_str(), c.pair())).collect();
    let of = |domain, pair: &str| (domain, pair.to_owned());
    assert_eq!(
        listed,
        [of("a.test", "s=theirs"), of("o.test", "own=1"), of("t.test", "new=1")]
    );
    assert!(!ours.catch_up(&kept, &kept).unwrap());
    assert!(ours.catch_up(&kept, "{broken").is_err());
}

#[test]
fn cookies_of_one_path_go_out_in_the_order_they_were_set_whoever_set_some() {
    let at = url("http://a.test/");
    let ours = Jar::new();
    assert!(["z=1", "m=1", "a=1"].iter().all(|line| ours.set(&at, line)));
    let before = ours.to_json().unwrap();
    let theirs = Jar::from_json(&before).unwrap();
    assert!(["y=1", "b=1", "m=2"].iter().all(|line| theirs.set(&at, line)));
    let kept = merge(&before, &theirs.to_json().unwrap(), &before).unwrap();
    assert!(ours.catch_up(&before, &kept).unwrap());
    for jar in [&ours, &Jar::from_json(&kept).unwrap()] {
        assert_eq!(jar.header(&at).unwrap(), "z=1; m=2; a=1; y=1; b=1");
    }
}

#[test]
fn cookies_of_a_host_and_its_parent_go_out_in_the_order_they_were_set() {
    let (parent, host) = (url("http://a.test/"), url("http://sub.a.test/"));
    let jar = Jar::new();
    assert!(jar.set(&parent, "z=1; Domain=a.test"));
    assert!(jar.set(&host, "x=1"));
    assert!(jar.set(&parent, "y=1; Domain=a.test"));
    assert_eq!(jar.header(&host).unwrap(), "z=1; x=1; y=1");
    // What is kept goes out as it went.
    let text = jar.to_json().unwrap();
    let kept = Jar::from_json(&text).unwrap();
    assert_eq!(kept.header(&host).unwrap(), "z=1; x=1; y=1");
    let empty = Jar::new().to_json().unwrap();
    let merged = merge(&empty, &text, &empty).unwrap();
    let merged = Jar::from_json(&merged).unwrap();
    assert_eq!(merged.header(&host).unwrap(), "z=1; x=1; y=1");
    // One that is set anew keeps its place (RFC 6265, section 5.3, step 11), and is listed there.
    assert!(kept.set(&parent, "z=2; Domain=a.test") && kept.set(&host, "new=1"));
    assert_eq!(kept.header(&host).unwrap(), "z=2; x=1; y=1; new=1");
    let listed: Vec<String> = kept.kept().iter().map(|kept| kept.cookie.pair()).collect();
    assert_eq!(listed, ["z=2", "x=1", "y=1", "new=1"]);
}

#[test]
fn cookies_are_listed_removed_and_cleared() {
    let jar = jar();
    let listed = jar.list();
    let places: Vec<_> = listed
        .iter()
        .map(|c| (c.domain.as_str(), c.path.as_str(), c.name.as_str()))
        .collect();
    assert_eq!(
        places,
        [("a.test", "/", "s"), ("a.test", "/x", "deep"), ("b.test", "/", "s")]
    );
    assert!(listed[0].http_only && listed[0].expires.is_none() && listed[1].expires.is_some());
    assert!(jar.remove("a.test", "/", "s"));
    assert!(!jar.remove("a.test", "/", "s"));
    jar.clear();
    assert!(jar.list().is_empty());
}

#[test]
fn a_set_cookie_is_read_as_the_server_meant_it() {
    let at = url("https://a.test/x/y");
    let cookie = parse(
        "id=a=b; Domain=.Test; Path=/p; Secure; HttpOnly; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        &at,
    );
    let cookie = cookie.unwrap();
    assert_eq!((cookie.name.as_str(), cookie.value.as_str()), ("id", "a=b"));
    assert_eq!((cookie.domain.as_str(), cookie.path.as_str()), ("test", "/p"));
    assert!(cookie.secure && cookie.http_only);
    assert_eq!(cookie.expires.unwrap().to_string(), "2099-01-01T00:00:00Z");

    let plain = parse("id=1", &at).unwrap();
    assert_eq!(
        (plain.domain.as_str(), plain.path.as_str(), plain.expires),
        ("a.test", "/x", None)
    );
    assert!(parse("", &at).is_none() && parse("; Path=/", &at).is_none() && parse("=", &at).is_none());
}

#[test]
fn debug_output_holds_no_value() {
    assert_eq!(format!("{:?}", jar()), "Jar(3 cookies)");
}
