//! Against AWS's published test suite for Signature Version 4, and the examples of S3's documentation.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use bytes::Bytes;

use super::*;
use crate::auth::fixtures::{header, request, sign_at};
use crate::auth::{Signed, sign};
use crate::model::request::Method;
use crate::model::wire::ResolvedBody;

const SUITE: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The signature of a request of the suite: at 2015-08-30T12:36:00Z, for a service called `service`.
fn suite(method: &str, path: &str, headers: &[(&str, &str)], body: &str, once: bool) -> String {
    let text = format!("https://example.amazonaws.com{path}");
    let url = Url::parse(&text).unwrap();
    let resource = crate::model::address::resource(&text, &url);
    let rest = [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")];
    let mut resolved = request(Auth::new("awsv4"));
    let all = headers.iter().chain(&rest);
    resolved.headers = all.map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let draft = Draft::new(resolved, crate::auth::Memory::default());
    let hash = hex(&Hash::Sha256.of(body.as_bytes()));
    let canonical = canonical(method, &resource, &super::headers(&draft, &url), &hash, once);
    let now = "2015-08-30T12:36:00Z".parse().unwrap();
    Scope::new(now, REGION.to_owned(), "service".to_owned()).sign(SUITE, &canonical)
}

#[test]
fn signatures_are_those_of_the_suite() {
    let get = |path: &str| suite("GET", path, &[], "", false);
    let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    assert_eq!(get("/"), vanilla);
    assert_eq!(get("/example/.."), vanilla);
    assert_eq!(get("//"), vanilla);
    assert_eq!(get("/./"), vanilla);
    let slashes = "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84";
    assert_eq!(get("//example//"), slashes);
    let order = get("/?Param2=value2&Param1=value1");
    assert_eq!(
        order,
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    );
    let post = suite("POST", "/", &[], "", false);
    assert_eq!(post, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let form = suite("POST", "/", &form, "Param1=value1", false);
    assert_eq!(form, "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
    let trimmed = [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")];
    let trimmed = suite("GET", "/", &trimmed, "", false);
    assert_eq!(
        trimmed,
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
    );
}

#[test]
fn a_path_that_is_spelled_once_is_that_of_the_suite_too() {
    let get = |path: &str| suite("GET", path, &[], "", true);
    let space = "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741";
    assert_eq!(get("/example%20space/"), space);
    let utf8 = "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85";
    assert_eq!(get("/ሴ"), utf8);
    let unreserved = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let expected = "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f";
    assert_eq!(get(unreserved), expected);
    assert_eq!(
        path_twice("/a b/%C3%A4".replace(' ', "%20").as_str()),
        "/a%2520b/%25C3%25A4"
    );
}

#[test]
fn s3_signs_the_path_as_it_is_sent_and_the_others_one_without_dots() {
    let path = |s3: bool| canonical("GET", "/a/../b/./c%2F?x=|y", &[], "", s3);
    assert_eq!(path(true), "GET\n/a/../b/./c%2F\nx=%7Cy\n\n\n");
    assert_eq!(path(false), "GET\n/b/c%252F\nx=%7Cy\n\n\n");
    let authorization = |url: &str| {
        let signed = s3(url, Auth::new("awsv4"));
        header(&signed.request, "authorization")[0].to_owned()
    };
    assert_ne!(authorization("/a/../b"), authorization("/b"));
}

fn s3(url: &str, auth: Auth) -> Signed {
    let auth = auth
        .with("accessKey", "AKIAIOSFODNN7EXAMPLE")
        .with("secretKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        .with("service", "s3");
    let mut resolved = request(auth);
    resolved.url = format!("https://examplebucket.s3.amazonaws.com{url}");
    sign_at(resolved, "2013-05-24T00:00:00Z".parse().unwrap(), "")
}

#[test]
fn headers_are_those_of_the_examples_of_s3() {
    let signed = s3("/?lifecycle", Auth::new("awsv4"));
    assert_eq!(
        header(&signed.request, "authorization"),
        [
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
          SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
          Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ]
    );
    let signed = s3("/?max-keys=2&prefix=J", Auth::new("awsv4"));
    let value = header(&signed.request, "authorization")[0];
    assert!(value.ends_with("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
    assert!(signed.request.is_bound("x-amz-date"));
    assert!(!signed.request.redactor().redact(value).contains("34b48302"));
}

#[test]
fn the_url_is_that_of_the_example_of_s3() {
    let signed = s3("/test.txt", Auth::new("awsv4").with("addAuthDataToQuery", true));
    assert_eq!(
        signed.request.url(),
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
         &X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
    assert!(signed.request.headers().is_empty());
    let own = s3(
        "/t?X-Amz-Expires=60",
        Auth::new("awsv4").with("addAuthDataToQuery", "true"),
    );
    assert_eq!(own.request.url().matches("X-Amz-Expires").count(), 1);
}

#[test]
fn a_session_token_is_sent_signed_and_hidden() {
    let auth = Auth::new("awsv4").with("sessionToken", "sess/ion+token");
    let signed = s3("/", auth.clone());
    assert_eq!(header(&signed.request, "x-amz-security-token"), ["sess/ion+token"]);
    assert!(header(&signed.request, "authorization")[0].contains(";x-amz-security-token,"));
    let url = s3("/", auth.with("addAuthDataToQuery", true)).request;
    assert!(
        url.url().contains("X-Amz-Security-Token=sess%2Fion%2Btoken&"),
        "{}",
        url.url()
    );
    assert!(!url.redactor().redact(url.url()).contains("sess"));
}

#[test]
fn a_body_is_signed_and_only_s3_takes_one_that_is_not() {
    let auth = |service: &str| {
        let auth = Auth::new("awsv4").with("accessKey", "a").with("secretKey", "s");
        auth.with("service", service)
    };
    let sign_body = |service: &str, body: ResolvedBody| {
        let mut resolved = request(auth(service));
        resolved.method = Method::new("PUT");
        resolved.body = body;
        sign(resolved)
    };
    let text = || ResolvedBody::Bytes {
        content_type: "text/plain",
        bytes: Bytes::from_static(b"Welcome to Amazon S3."),
        typed: true,
    };
    let file = || ResolvedBody::File {
        path: "f".to_owned(),
        bytes: None,
    };
    let hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    for service in ["s3", "sqs"] {
        let signed = sign_body(service, text());
        assert_eq!(header(&signed.request, "x-amz-content-sha256"), [hash]);
    }
    let signed = sign_body("s3", file());
    assert_eq!(header(&signed.request, "x-amz-content-sha256"), [UNSIGNED]);
    assert!(signed.warnings.is_empty());
    assert_eq!(sign_body("sqs", file()).warnings.len(), 1);
    for (service, reads) in [("s3", false), ("sqs", true)] {
        let mut resolved = request(auth(service));
        assert!(!crate::auth::signs_body(&resolved));
        resolved.method = Method::new("PUT");
        assert_eq!(crate::auth::signs_body(&resolved), reads);
    }
}

#[test]
fn what_stands_there_of_a_former_signature_goes() {
    let auth = Auth::new("awsv4").with("accessKey", "a").with("secretKey", "s");
    let mut resolved = request(auth);
    resolved.url = "http://a/?X-Amz-Signature=old&x=1".to_owned();
    resolved.headers.push(("x-amz-date".to_owned(), "old".to_owned()));
    let signed = sign(resolved);
    assert_eq!(signed.request.url(), "http://a/?x=1");
    assert_eq!(header(&signed.request, "x-amz-date").len(), 1);
    assert_ne!(header(&signed.request, "x-amz-date"), ["old"]);
}

#[test]
fn headers_of_one_name_are_signed_as_the_one_line_that_the_server_makes_of_them() {
    let names = |rows: &[(&str, &str)]| {
        let mut resolved = request(Auth::new("awsv4").with("accessKey", "a").with("secretKey", "s"));
        resolved.headers = rows.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let signed = sign(resolved);
        header(&signed.request, "authorization")[0].to_owned()
    };
    let signed = names(&[("x-b", "1"), ("x-b", "2")]);
    assert!(signed.contains(";x-b,"), "{signed}");
    assert_eq!(signed, names(&[("X-B", "0"), ("x-b", "1,2")]));
    // Which is what goes out.
    let cookies = [("Cookie", "a=1"), ("Cookie", "b=2")];
    assert_eq!(names(&cookies), names(&[("Cookie", "a=1; b=2")]));
    assert_eq!(names(&[("Host", "one"), ("Host", "two")]), names(&[("Host", "two")]));
}

#[test]
fn the_query_goes_out_as_it_is_signed_in_its_own_order() {
    let auth = Auth::new("awsv4").with("accessKey", "a").with("secretKey", "s");
    let mut resolved = request(auth);
    resolved.url = "http://a/?prefix=a/b+c&list&z=%2b&e=#f".to_owned();
    let signed = sign(resolved.clone());
    assert_eq!(signed.request.url(), "http://a/?prefix=a%2Fb%20c&list&z=%2B&e=#f");
    resolved.settings.encode_url = Some(false);
    assert_eq!(sign(resolved.clone()).request.url(), resolved.url);
}

#[test]
fn a_plus_sign_in_a_path_is_a_blank_for_s3_alone() {
    for (path, s3, others) in [
        ("/p+q", "/p%20q", "/p%2Bq"),
        ("/p%2Bq", "/p%2Bq", "/p%252Bq"),
        ("/a%20b/c+", "/a%20b/c%20", "/a%2520b/c%2B"),
    ] {
        assert_eq!((path_once(path).as_str(), path_twice(path).as_str()), (s3, others));
    }
}

#[test]
fn without_a_key_the_request_is_left_alone() {
    for (name, other) in [("accessKey", "secretKey"), ("secretKey", "accessKey")] {
        let mut resolved = request(Auth::new("awsv4").with(name, "x"));
        resolved.headers.push(("Authorization".to_owned(), "mine".to_owned()));
        let signed = sign(resolved);
        assert_eq!(header(&signed.request, "authorization"), ["mine"]);
        assert!(signed.warnings[0].contains("key is empty"), "{other}");
    }
}

#[test]
fn headers_stand_in_postmans_order() {
    let auth = Auth::new("awsv4")
        .with("accessKey", "a")
        .with("secretKey", "s")
        .with("sessionToken", "t");
    let mut resolved = request(auth);
    resolved.method = Method::new("POST");
    resolved.url = "http://127.0.0.1:81/".to_owned();
    resolved.body = ResolvedBody::Bytes {
        content_type: "text/plain",
        bytes: Bytes::from_static(b"x"),
        typed: true,
    };
    let signed = crate::auth::sign(resolved);
    let names: Vec<&str> = signed.request.headers().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Content-Type",
            "X-Amz-Content-Sha256",
            "Host",
            "X-Amz-Security-Token",
            "X-Amz-Date",
            "Authorization"
        ]
    );
    assert_eq!(header(&signed.request, "host"), ["127.0.0.1:81"]);
    assert!(signed.request.is_bound("Host"));
}
