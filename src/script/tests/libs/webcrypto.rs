//! The web's `crypto`; the expected values are those of specifications (FIPS 180-4, RFC 4231, RFC 5869, RFC 6070 and the
//! test cases of the GCM specification).

use super::*;

const START: &str = "const s = crypto.subtle, hex = (data) => Buffer.from(data).toString('hex'), B = (text) => Buffer.from(text, 'hex');";

fn web(source: &str) -> Vec<String> {
    values(&format!("{START}{source}"))
}

#[test]
fn chance_has_the_shape_asked_for() {
    assert_eq!(
        web("const a = new Uint8Array(32); check(crypto.getRandomValues(a) === a && a.some(Boolean)); check(/^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(crypto.randomUUID()));
             try { crypto.getRandomValues(new Uint8Array(70000)) } catch (e) { check(e.name) }"),
        ["true", "true", "QuotaExceededError"]
    );
}

#[test]
fn digests_and_signatures() {
    assert_eq!(
        web("check(hex(await s.digest('SHA-256', Buffer.from('abc')))); check(hex(await s.digest({name: 'sha-1'}, Buffer.from('abc'))));
             const key = await s.importKey('raw', Buffer.from('Jefe'), {name: 'HMAC', hash: 'SHA-256'}, false, ['sign', 'verify']); const data = Buffer.from('what do ya want for nothing?'); const made = await s.sign('HMAC', key, data);
             check(hex(made)); check(await s.verify('HMAC', key, made, data)); check(await s.verify('HMAC', key, made, Buffer.from('x'))); try { await s.exportKey('raw', key) } catch (e) { check([e.name, e.message]) }"),
        [
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "true",
            "false",
            r#"["InvalidAccessError","key is not extractable"]"#,
        ]
    );
}

#[test]
fn keys_are_derived() {
    assert_eq!(
        web("const p = await s.importKey('raw', Buffer.from('password'), 'PBKDF2', false, ['deriveBits']); check(hex(await s.deriveBits({name: 'PBKDF2', hash: 'SHA-1', salt: Buffer.from('salt'), iterations: 2}, p, 160)));
             const h = await s.importKey('raw', B('0b'.repeat(22)), 'HKDF', false, ['deriveBits']); check(hex(await s.deriveBits({name: 'HKDF', hash: 'SHA-256', salt: B('000102030405060708090a0b0c'), info: B('f0f1f2f3f4f5f6f7f8f9')}, h, 336)));"),
        [
            "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ]
    );
}

#[test]
fn texts_are_encrypted_and_decrypted() {
    assert_eq!(
        web("const zero = new Uint8Array(16); const g = await s.importKey('raw', zero, 'AES-GCM', true, ['encrypt', 'decrypt']); const iv = new Uint8Array(12); const made = await s.encrypt({name: 'AES-GCM', iv}, g, zero); check(hex(made));
             check(hex(await s.decrypt({name: 'AES-GCM', iv}, g, made))); try { await s.decrypt({name: 'AES-GCM', iv, additionalData: zero}, g, made) } catch (e) { check(e.name) } check(await s.exportKey('jwk', g));
             const c = await s.generateKey({name: 'AES-CBC', length: 256}, false, ['encrypt', 'decrypt']); const text = await s.encrypt({name: 'AES-CBC', iv: zero}, c, Buffer.from('hello')); check(text.byteLength); check(Buffer.from(await s.decrypt({name: 'AES-CBC', iv: zero}, c, text)).toString());
             try { await s.importKey('raw', zero, {name: 'ECDSA', namedCurve: 'P-256'}, false, []) } catch (e) { check([e.name, e.message]) }"),
        [
            "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
            "00000000000000000000000000000000",
            "OperationError",
            r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA","key_ops":["encrypt","decrypt"],"ext":true}"#,
            "16",
            "hello",
            r#"["NotSupportedError","the algorithm 'ECDSA' of 'crypto.subtle' is not supported"]"#,
        ]
    );
}
