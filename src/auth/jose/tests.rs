//! Against the vectors of the specifications, and against another library.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use p521::ecdsa::signature::Verifier;
use pkcs8::der::Decode;
use ring::signature::{self, KeyPair, UnparsedPublicKey, VerificationAlgorithm};
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use super::*;

const RSA_PKCS1: &str = include_str!("../../../tests/http/keys/rsa-pkcs1.pem");
const RSA_PKCS8: &str = include_str!("../../../tests/http/keys/rsa-pkcs8.pem");
const RSA_JWK: &str = include_str!("../../../tests/http/keys/rsa-jwk.json");
const RSA_PUBLIC: &str = include_str!("../../../tests/http/keys/rsa-pub.pem");
const EC256_SEC1: &str = include_str!("../../../tests/http/keys/ec256-sec1.pem");
const EC256_PKCS8: &str = include_str!("../../../tests/http/keys/ec256-pkcs8.pem");
const EC256_NO_PUBLIC: &str = include_str!("../../../tests/http/keys/ec256-no-public.pem");
const EC384_SEC1: &str = include_str!("../../../tests/http/keys/ec384-sec1.pem");
const EC384_PKCS8: &str = include_str!("../../../tests/http/keys/ec384-pkcs8.pem");
const EC521_SEC1: &str = include_str!("../../../tests/http/keys/ec521-sec1.pem");
const EC521_PKCS8: &str = include_str!("../../../tests/http/keys/ec521-pkcs8.pem");
const ED25519: &str = include_str!("../../../tests/http/keys/ed25519-pkcs8.pem");

fn algorithm(word: &str) -> Algorithm {
    Algorithm::from_word(word).unwrap()
}

fn signed(word: &str, key: &PrivateKey, data: &str) -> Vec<u8> {
    sign(algorithm(word), Key::Private(key), data.as_bytes()).unwrap()
}

fn key_error(text: &str) -> KeyError {
    PrivateKey::read(text).err().unwrap()
}

fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The public half of one of the keys, as ring wants it.
fn public(pem: &str) -> Vec<u8> {
    let der = rustls::pki_types::PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let rng = ring::rand::SystemRandom::new();
    let der = der.secret_der();
    if let Ok(pair) = signature::RsaKeyPair::from_pkcs8(der) {
        return pair.public_key().as_ref().to_vec();
    }
    if let Ok(pair) = signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
        return pair.public_key().as_ref().to_vec();
    }
    let curves = [
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    ];
    let pair = curves
        .iter()
        .find_map(|curve| signature::EcdsaKeyPair::from_pkcs8(curve, der, &rng).ok());
    pair.unwrap().public_key().as_ref().to_vec()
}

#[test]
fn hmac_is_that_of_rfc_7515_appendix_a_1() {
    let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9\
                 leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let secret = URL_SAFE_NO_PAD.decode(secret).unwrap();
    let made = sign(algorithm("HS256"), Key::Secret(&secret), input.as_bytes()).unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.encode(made),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
}

#[test]
fn ed25519_is_that_of_rfc_8037_appendix_a_4() {
    let key = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let made = signed(
        "EdDSA",
        &PrivateKey::read(key).unwrap(),
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
    );
    let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(URL_SAFE_NO_PAD.encode(made), expected);
}

#[test]
fn p_256_is_that_of_rfc_6979_appendix_a_2_5() {
    let number = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
    let key = json!({"kty": "EC", "crv": "P-256", "d": URL_SAFE_NO_PAD.encode(number)});
    let made = signed("ES256", &PrivateKey::read(&key.to_string()).unwrap(), "sample");
    let expected = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716\
                    F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";
    assert_eq!(made, hex(expected));
}

#[test]
fn rsa_is_what_openssl_makes_whatever_the_key_is_written_in() {
    for text in [RSA_PKCS1, RSA_PKCS8, RSA_JWK] {
        let made = signed("RS256", &PrivateKey::read(text).unwrap(), "header.claims");
        assert_eq!(
            URL_SAFE_NO_PAD.encode(made),
            "owGBJm1qfGuCrqDNeKbcPibmWiNqrEzS-Z1qEPddbRJn6907tFutXNldVApv9ewZZtmPp5z-ESqpm9T2K2zoNhb7qMYkBNDEaKo8d5NKSwghQ1F6qyXVA6P5rUrcNXdHMY2bda_XctC7m48ZC3WCd60kTQ8avhbip-LK-R2Zecktn5VsTDOeaiZcmSyLH6J9uKO5OozYUXaRdcnJOkHq2dhxZJQc_jXdxSECsSzNzU1BYQyNAwJArI2bs1eYdwy9O47MYG3Kece3zpoTv0_TgIWtH7NBzXxGNGq_YrVoOBAJ5mbkCIEE_Po-JyDWb-FoW24hep5g3mfMtZnKJyr43g"
        );
    }
}

#[test]
fn every_algorithm_makes_what_another_library_verifies() {
    let cases: [(&str, &str, &dyn VerificationAlgorithm); 9] = [
        ("RS256", RSA_PKCS8, &signature::RSA_PKCS1_2048_8192_SHA256),
        ("RS384", RSA_PKCS8, &signature::RSA_PKCS1_2048_8192_SHA384),
        ("RS512", RSA_PKCS8, &signature::RSA_PKCS1_2048_8192_SHA512),
        ("PS256", RSA_PKCS8, &signature::RSA_PSS_2048_8192_SHA256),
        ("PS384", RSA_PKCS8, &signature::RSA_PSS_2048_8192_SHA384),
        ("PS512", RSA_PKCS8, &signature::RSA_PSS_2048_8192_SHA512),
        ("ES256", EC256_PKCS8, &signature::ECDSA_P256_SHA256_FIXED),
        ("ES384", EC384_PKCS8, &signature::ECDSA_P384_SHA384_FIXED),
        ("EdDSA", ED25519, &signature::ED25519),
    ];
    for (word, pem, verification) in cases {
        let made = signed(word, &PrivateKey::read(pem).unwrap(), "header.claims");
        let public = UnparsedPublicKey::new(verification, public(pem));
        assert!(public.verify(b"header.claims", &made).is_ok(), "{word}");
        assert!(public.verify(b"header.other", &made).is_err(), "{word}");
    }
}

#[test]
fn p_521_is_verified_by_its_own_public_half() {
    let made = signed("ES512", &PrivateKey::read(EC521_PKCS8).unwrap(), "header.claims");
    let info = pkcs8::PrivateKeyInfo::from_der(&der(EC521_PKCS8)).map(|info| {
        let key = sec1::EcPrivateKey::from_der(info.private_key).unwrap();
        p521::ecdsa::VerifyingKey::from_sec1_bytes(key.public_key.unwrap()).unwrap()
    });
    let made = p521::ecdsa::Signature::from_slice(&made).unwrap();
    let public = info.unwrap();
    assert!(public.verify(b"header.claims", &made).is_ok());
    assert!(public.verify(b"header.other", &made).is_err());
}

fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(lines).unwrap()
}

#[test]
fn keys_of_a_curve_are_the_same_in_sec_1_in_pkcs_8_and_without_their_public_half() {
    for (word, texts) in [
        ("ES256", vec![EC256_SEC1, EC256_PKCS8, EC256_NO_PUBLIC]),
        ("ES384", vec![EC384_SEC1, EC384_PKCS8]),
    ] {
        let made: Vec<_> = texts
            .iter()
            .map(|text| signed(word, &PrivateKey::read(text).unwrap(), "x"))
            .collect();
        assert!(made.iter().all(|one| *one == made[0]), "{word}");
    }
    assert!(PrivateKey::read(EC521_SEC1).is_ok());
}

#[test]
fn a_key_is_read_however_its_line_breaks_were_mangled() {
    for mangled in [
        RSA_PKCS8.replace('\n', ""),
        RSA_PKCS8.replace('\n', " "),
        RSA_PKCS8.trim().replace('\n', "\\n"),
        RSA_PKCS8.replace('\n', "\r\n"),
        format!("{RSA_PUBLIC}\n  {RSA_PKCS8}"),
    ] {
        assert!(PrivateKey::read(&mangled).is_ok(), "{}", &mangled[..60]);
    }
}

#[test]
fn what_is_no_key_says_what_it_is_instead() {
    assert_eq!(key_error(" "), KeyError::Empty);
    assert_eq!(key_error("s3cret"), KeyError::Form);
    assert_eq!(key_error(RSA_PUBLIC), KeyError::Other("PUBLIC KEY".to_owned()));
    assert_eq!(
        key_error(include_str!("../../../tests/http/keys/pkcs8-aes256.pem")),
        KeyError::Encrypted
    );
    assert_eq!(
        key_error(include_str!("../../../tests/http/keys/pem-aes128.pem")),
        KeyError::Encrypted
    );
    assert_eq!(key_error(&RSA_PKCS8[..400]), KeyError::Damaged);
    assert_eq!(key_error(&RSA_PKCS8.replace("MII", "MIJ")), KeyError::Damaged);
    assert_eq!(
        key_error("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"),
        KeyError::OpenSsh
    );
    assert_eq!(key_error("{"), KeyError::Damaged);
    for (jwk, error) in [
        (r#"{"kty":"EC","crv":"secp256k1","d":"AA"}"#, "`secp256k1`"),
        (r#"{"kty":"oct","k":"AA"}"#, "`oct`"),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "public JSON Web Key"),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}"#, "damaged"),
        (r#"{"kty":"EC","crv":"P-256","d":"AA"}"#, "damaged"),
    ] {
        assert!(key_error(jwk).to_string().contains(error), "{jwk}: {}", key_error(jwk));
    }
}

#[test]
fn the_algorithm_stands_in_the_header_and_nothing_else_changes() {
    let header = json!({"typ": "JWT", "alg": "none", "kid": "k"});
    let claims = json!({"sub": "ü", "n": 1});
    let token = sign_jwt(
        algorithm("HS256"),
        Key::Secret(b"secret"),
        header.as_object().unwrap(),
        claims.as_object().unwrap(),
    )
    .unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(read(parts[0]), json!({"typ": "JWT", "alg": "HS256", "kid": "k"}));
    assert_eq!(read(parts[1]), claims);
    assert_eq!(parts.len(), 3);
}

#[test]
fn a_key_that_does_not_fit_is_named_and_not_shown() {
    let none = Map::new();
    let ec = PrivateKey::read(EC256_SEC1).unwrap();
    let error = |word: &str, key: Key<'_>| sign_jwt(algorithm(word), key, &none, &none).unwrap_err().to_string();
    assert_eq!(
        error("RS256", Key::Private(&ec)),
        "`RS256` signs with an RSA key, but the key is a key on the curve P-256"
    );
    assert!(error("ES384", Key::Private(&ec)).contains("P-384"));
    assert!(error("HS256", Key::Private(&ec)).contains("a shared secret"));
    assert!(error("ES256", Key::Secret(b"x")).contains("a private key"));
    assert_eq!(error("HS256", Key::Secret(b"")), "the secret is empty");
    assert!(Algorithm::from_word("none").unwrap_err().to_string().contains("`none`"));
}

#[test]
fn every_word_is_that_of_its_algorithm() {
    for word in Algorithm::WORDS {
        assert_eq!(algorithm(word).word(), *word);
        assert_eq!(!Algorithm::ASYMMETRIC.contains(word), algorithm(word).is_symmetric());
    }
}
