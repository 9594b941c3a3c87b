//! Cookies across sends.

use std::sync::Arc;

use postrider::http::{Jar, SendContext};

use crate::support::{Received, Server, answer, client, get, response, signed, with_headers, with_settings};

async fn server() -> Server {
    Server::start(|_: &Received| {
        answer(
            "200 OK\r\nSet-Cookie: s=1; HttpOnly\r\nSet-Cookie: bad\r\nSet-Cookie: t=2",
            b"",
        )
    })
    .await
}

#[tokio::test]
async fn what_a_response_sets_goes_with_the_next_request() {
    let server = server().await;
    let client = client();
    let context = SendContext::new(Arc::new(Jar::new()));
    let exchange = client.send(signed(get(&server.url("/a"))), context.clone()).await;
    let cookies = &response(&exchange).cookies;
    let names: Vec<_> = cookies.iter().map(|cookie| cookie.name.as_str()).collect();
    assert_eq!(names, ["s", "", "t"], "one that has no name has a value");
    assert!(cookies[0].http_only && cookies[0].domain == "127.0.0.1" && cookies[0].path == "/");

    let mine = with_headers(get(&server.url("/b")), &[("Cookie", "mine=0")]);
    let exchange = client.send(signed(mine), context.clone()).await;
    let sent = server.seen()[1].header("cookie").unwrap_or_default();
    assert_eq!(sent, "mine=0; s=1; bad; t=2");
    assert!(exchange.request.headers.contains(&("Cookie".to_owned(), sent)));
}

#[tokio::test]
async fn cookies_can_be_turned_off() {
    let server = server().await;
    let client = client();
    let context = SendContext::new(Arc::new(Jar::new()));
    let off = || with_settings(get(&server.url("/")), |settings| settings.cookies = Some(false));
    client.send(signed(off()), context.clone()).await;
    assert!(context.cookies.list().is_empty());
    client.send(signed(get(&server.url("/"))), context.clone()).await;
    assert_eq!(context.cookies.list().len(), 3);
    client.send(signed(off()), context.clone()).await;
    assert_eq!(server.seen()[2].header("cookie"), None);
}

#[test]
fn a_domain_has_a_bounded_number_of_cookies_however_they_are_called() {
    let jar = Jar::new();
    let url = "http://a.example/".parse().expect("a URL");
    let set = |n: usize| jar.set(&url, &format!("a={n}; Path=/{}", n % 1000));
    assert!((0..400).all(set));
    assert_eq!(jar.list().len(), Jar::MOST_OF_A_DOMAIN);
    let is_there = |n: usize| jar.list().iter().any(|cookie| cookie.value == n.to_string());
    assert!(!is_there(99) && is_there(100) && is_there(399), "the oldest made room");
    // What is in its place already takes no other's.
    assert!(set(1399) && is_there(100));
    // One that was sent since it was set is newer than one that was not; one that has ended is the first to go.
    assert_eq!(jar.matching(&"http://a.example/100".parse().expect("a URL")).len(), 1);
    assert!(jar.set(&url, "b=short; Path=/b; Max-Age=0") || jar.list().len() == Jar::MOST_OF_A_DOMAIN);
    assert!(set(400) && is_there(100) && !is_there(101));
}
