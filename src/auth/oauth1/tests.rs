//! Against the examples of RFC 5849 and of OAuth Core 1.0a.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use bytes::Bytes;
use jiff::Timestamp;

use super::*;
use crate::auth::fixtures::{header, request, sign_at};
use crate::auth::{Signed, sign};
use crate::model::request::Method as Verb;
use crate::model::wire::ResolvedBody;

const RSA_KEY: &str = include_str!("../../../tests/http/keys/rsa-pkcs1.pem");

fn photos() -> Auth {
    Auth::new("oauth1")
        .with("consumerKey", "dpf43f3p2l4k3l03")
        .with("consumerSecret", "kd94hf93k423kf44")
        .with("token", "nnch734d00sl2jdk")
        .with("tokenSecret", "pfkkdhi9sl3r4s00")
        .with("addParamsToHeader", true)
}

fn sign_photos(auth: Auth, seconds: i64, nonce: &'static str) -> Signed {
    let mut resolved = request(auth);
    resolved.url = "http://photos.example.net/photos?file=vacation.jpg&size=original".to_owned();
    sign_at(resolved, Timestamp::from_second(seconds).unwrap(), nonce)
}

fn authorization(signed: &Signed) -> &str {
    header(&signed.request, "authorization")[0]
}

/// The value of a parameter of the header, decoded.
fn parameter(signed: &Signed, name: &str) -> String {
    let begin = format!("{name}=\"");
    let (_, rest) = authorization(signed).split_once(&begin).unwrap();
    let value = rest.split('"').next().unwrap();
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

#[test]
fn the_header_is_that_of_rfc_5849_section_1_2() {
    let signed = sign_photos(photos().with("realm", "Photos"), 137_131_202, "chapoH");
    assert_eq!(
        authorization(&signed),
        "OAuth realm=\"Photos\",oauth_consumer_key=\"dpf43f3p2l4k3l03\",oauth_token=\"nnch734d00sl2jdk\",\
         oauth_signature_method=\"HMAC-SHA1\",oauth_timestamp=\"137131202\",oauth_nonce=\"chapoH\",\
         oauth_signature=\"MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D\""
    );
    assert!(signed.warnings.is_empty());
    let shown = signed.request.redactor().redact(authorization(&signed));
    assert!(!shown.contains("MdpQ") && !shown.contains("nnch"), "{shown}");
}

#[test]
fn the_signature_is_that_of_oauth_core_appendix_a_5() {
    let signed = sign_photos(photos().with("version", "1.0"), 1_191_242_096, "kllo9940pd9333jh");
    assert_eq!(parameter(&signed, "oauth_signature"), "tR3+Ty81lMeYAr/Fid0kMTYa/WM=");
}

#[test]
fn the_base_string_is_that_of_rfc_5849_section_3_4_1_1() {
    let mut parameters = decoded(Some("b5=%3D%253D&a3=a&c%40=&a2=r%20b"));
    let rest = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ];
    parameters.extend(rest.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(
        base_string("POST", "http://example.com/request", &parameters),
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2\
         %3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth\
         _timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
}

#[test]
fn the_path_is_signed_as_it_is_sent() {
    let mut resolved = request(photos());
    resolved.url = "HTTP://Photos.example.net:80/a/../b/./c?x=|y#f".to_owned();
    let signed = sign_at(resolved, Timestamp::from_second(1).unwrap(), "n");
    assert_eq!(signed.request.url(), "HTTP://Photos.example.net:80/a/../b/./c?x=%7Cy#f");
    let mut parameters = decoded(Some("x=%7Cy"));
    for name in ["consumer_key", "token", "signature_method", "timestamp", "nonce"] {
        let name = format!("oauth_{name}");
        let value = parameter(&signed, &name);
        parameters.push((name, value));
    }
    let base = base_string("GET", "http://photos.example.net/a/../b/./c", &parameters);
    let method = Method::Hmac(Hash::Sha1);
    let expected = method.sign(&base, "kd94hf93k423kf44&pfkkdhi9sl3r4s00").unwrap();
    assert_eq!(parameter(&signed, "oauth_signature"), expected);
}

#[test]
fn rsa_is_what_openssl_verifies() {
    use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    let auth = photos()
        .with("signatureMethod", "RSA-SHA256")
        .with("privateKey", RSA_KEY);
    let signed = sign_photos(auth, 1, "n");
    let signature = STANDARD.decode(parameter(&signed, "oauth_signature")).unwrap();
    let (place, query) = split(signed.request.url());
    let mut parameters = decoded(query);
    for name in ["consumer_key", "token", "signature_method", "timestamp", "nonce"] {
        let name = format!("oauth_{name}");
        let value = parameter(&signed, &name);
        parameters.push((name, value));
    }
    let base = base_string("GET", place, &parameters);
    let der: String = RSA_KEY.lines().filter(|line| !line.starts_with('-')).collect();
    let pair = ring::signature::RsaKeyPair::from_der(&STANDARD.decode(der).unwrap()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    assert!(public.verify(base.as_bytes(), &signature).is_ok());
}

#[test]
fn every_method_signs_otherwise_and_plain_text_shows_the_secrets() {
    let mut seen = Vec::new();
    for method in METHODS {
        let auth = photos().with("signatureMethod", *method).with("privateKey", RSA_KEY);
        let signed = sign_photos(auth, 1, "n");
        assert!(signed.warnings.is_empty(), "{method}: {:?}", signed.warnings);
        assert_eq!(parameter(&signed, "oauth_signature_method"), *method);
        let signature = parameter(&signed, "oauth_signature");
        assert!(!seen.contains(&signature), "{method}");
        seen.push(signature);
    }
    assert_eq!(seen[6], "kd94hf93k423kf44&pfkkdhi9sl3r4s00");
}

#[test]
fn a_form_is_signed_and_takes_the_parameters_of_a_post() {
    let mut resolved = request(photos().with("addParamsToHeader", false));
    resolved.method = Verb::new("POST");
    let fields = [("status", "Hello, +"), ("oauth_nonce", "old")];
    resolved.body = ResolvedBody::Form(fields.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec());
    let signed = sign_at(resolved, Timestamp::from_second(1).unwrap(), "n");
    let ResolvedBody::Form(fields) = signed.request.body() else {
        panic!("the form is gone");
    };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "status",
            "oauth_consumer_key",
            "oauth_token",
            "oauth_signature_method",
            "oauth_timestamp",
            "oauth_nonce",
            "oauth_signature"
        ]
    );
    assert!(signed.request.headers().is_empty());
}

#[test]
fn without_a_form_they_go_into_the_query_spelled_as_the_rfc_has_it() {
    let mut resolved = request(photos().with("addParamsToHeader", "false").with("callback", "oob"));
    resolved.url = "http://a/p?x=[1]+2&flag&oauth_token=old#f".to_owned();
    let signed = sign_at(resolved, Timestamp::from_second(1).unwrap(), "n");
    let url = signed.request.url();
    let expected = "http://a/p?x=%5B1%5D%202&flag&oauth_consumer_key=dpf43f3p2l4k3l03&oauth_token=nnch734d00sl2jdk&";
    assert!(url.starts_with(expected), "{url}");
    assert!(
        url.contains("&oauth_callback=oob&oauth_signature=") && url.ends_with("%3D#f"),
        "{url}"
    );
}

#[test]
fn empty_parameters_are_signed_only_if_asked_for() {
    let query = |auth: Auth| {
        let mut resolved = request(auth.with("addParamsToHeader", false).with("token", ""));
        resolved.url = "http://a/".to_owned();
        sign(resolved).request.url().to_owned()
    };
    assert!(!query(photos()).contains("oauth_token"));
    assert!(query(photos().with("addEmptyParamsToSign", true)).contains("&oauth_token=&"));
}

#[test]
fn a_body_that_is_no_form_may_be_hashed() {
    // The hash is that of the draft `oauth-bodyhash`, section 3.
    let mut resolved = request(photos().with("includeBodyHash", true));
    resolved.method = Verb::new("POST");
    resolved.body = ResolvedBody::Bytes {
        content_type: "text/plain",
        bytes: Bytes::from_static(b"Hello World!"),
        typed: true,
    };
    assert!(crate::auth::signs_body(&resolved));
    let signed = sign(resolved.clone());
    assert_eq!(parameter(&signed, "oauth_body_hash"), "Lve95gjOVATpfV8EL5X4nxwjKHE=");
    resolved.body = ResolvedBody::Form(vec![("a".to_owned(), "b".to_owned())]);
    assert!(!authorization(&sign(resolved)).contains("body_hash"));
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_changed() {
    for (name, value, why) in [
        ("consumerKey", "", "the consumer key is empty"),
        ("consumerSecret", "", "the consumer secret is empty"),
        ("signatureMethod", "MD5", "no signature method `MD5`"),
        ("signatureMethod", "RSA-SHA1", "the private key is empty"),
    ] {
        let mut resolved = request(photos().with(name, value));
        resolved.headers.push(("Authorization".to_owned(), "mine".to_owned()));
        let signed = sign(resolved);
        assert_eq!(authorization(&signed), "mine", "{why}");
        assert_eq!(signed.warnings.len(), 1);
        assert!(signed.warnings[0].contains(why), "{:?}", signed.warnings);
    }
    let ec = include_str!("../../../tests/http/keys/ec256-pkcs8.pem");
    let signed = sign(request(
        photos().with("signatureMethod", "RSA-SHA1").with("privateKey", ec),
    ));
    assert!(signed.warnings[0].contains("P-256"), "{:?}", signed.warnings);
}

#[test]
fn a_time_and_a_nonce_go_out_as_they_are_typed() {
    let signed = sign_photos(
        photos().with("timestamp", " 137131202 ").with("nonce", " n "),
        1,
        "of ours",
    );
    assert!(signed.warnings.is_empty(), "{:?}", signed.warnings);
    assert_eq!(parameter(&signed, "oauth_timestamp"), " 137131202 ");
    assert_eq!(parameter(&signed, "oauth_nonce"), " n ");
    let signed = sign_photos(photos().with("timestamp", "soon"), 1, "n");
    assert!(
        signed.warnings[0].contains("the timestamp `soon` is no number"),
        "{:?}",
        signed.warnings
    );
}
