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
             const key = await s.importKey('raw', Buffer.from('Jefe'), {name: 'HMAC', hash: 'SHA-256'}, false, ['sign', 'verify']); var data = Buffer.from('what do ya want for nothing?'); const made = await s.sign('HMAC', key, data);
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
             try { await s.importKey('raw', zero, {name: 'X25519'}, false, []) } catch (e) { check([e.name, e.message]) }"),
        [
            "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
            "00000000000000000000000000000000",
            "OperationError",
            r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA","key_ops":["encrypt","decrypt"],"ext":true}"#,
            "16",
            "hello",
            r#"["NotSupportedError","the algorithm 'X25519' of 'crypto.subtle' is not supported"]"#,
        ]
    );
}

/// Two key pairs and what Node's own `crypto.subtle` signed with them.
const NODES: &str = include_str!("webcrypto-pairs.json");

fn pairs(source: &str) -> Vec<String> {
    web(&format!(
        "const v = {NODES}, b = (text) => Buffer.from(text, 'base64'), text = (made) => Buffer.from(made).toString('base64');
         var data = Buffer.from('a heron');
         const rsa = {{name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256'}}, pss = {{name: 'RSA-PSS', hash: 'SHA-256'}}, ec = {{name: 'ECDSA', namedCurve: 'P-256'}};
         const es = {{name: 'ECDSA', hash: 'SHA-256'}}, ps = {{name: 'RSA-PSS', saltLength: 32}};
         {source}"
    ))
}

#[test]
fn rsa_signs_as_node_does_from_every_form_of_the_key() {
    let source = "for (const [format, key] of [['pkcs8', b(v.rsaPkcs8)], ['jwk', v.rsaJwk]]) check(text(await s.sign('RSASSA-PKCS1-v1_5', await s.importKey(format, key, rsa, false, ['sign']), data)) === v.rs256);
         for (const [format, key] of [['spki', b(v.rsaSpki)], ['jwk', v.rsaPubJwk]]) { const pub = await s.importKey(format, key, rsa, true, ['verify']); check([pub.type, await s.verify(rsa.name, pub, b(v.rs256), data), await s.verify(rsa.name, pub, b(v.rs256), Buffer.from('a crow'))]); }
         const pub = await s.importKey('spki', b(v.rsaSpki), pss, true, ['verify']); const key = await s.importKey('pkcs8', b(v.rsaPkcs8), pss, true, ['sign']);
         check([await s.verify(ps, pub, b(v.ps256), data), await s.verify(ps, pub, await s.sign(ps, key, data), data), text(await s.exportKey('pkcs8', key)) === v.rsaPkcs8]);";
    assert_eq!(
        pairs(source),
        [
            "true",
            "true",
            r#"["public",true,false]"#,
            r#"["public",true,false]"#,
            "[true,true,true]"
        ]
    );
}

#[test]
fn ecdsa_keys_of_node_are_read_and_new_ones_made() {
    let source = "for (const [format, key] of [['spki', b(v.ecSpki)], ['raw', b(v.ecRaw)]]) { const pub = await s.importKey(format, key, ec, true, ['verify']); check([await s.verify(es, pub, b(v.es256), data), await s.verify(es, pub, b(v.es256), Buffer.from('a crow')), text(await s.exportKey('raw', pub)) === v.ecRaw]); }
         const pub = await s.importKey('spki', b(v.ecSpki), ec, true, ['verify']);
         for (const [format, key] of [['pkcs8', b(v.ecPkcs8)], ['jwk', v.ecJwk]]) check(await s.verify(es, pub, await s.sign(es, await s.importKey(format, key, ec, false, ['sign']), data), data));
         const made = await s.generateKey(ec, true, ['sign', 'verify']); const again = await s.importKey('pkcs8', await s.exportKey('pkcs8', made.privateKey), ec, true, ['sign']); check([made.privateKey.usages, await s.verify(es, made.publicKey, await s.sign(es, again, data), data)]);";
    assert_eq!(
        pairs(source),
        [
            "[true,false,true]",
            "[true,false,true]",
            "true",
            "true",
            r#"[["sign"],true]"#
        ]
    );
}

#[test]
fn ed25519_is_that_of_rfc_8032_and_rfc_8037() {
    let source = "const jwk = {kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'};
         const key = await s.importKey('jwk', jwk, 'Ed25519', true, ['sign']), made = await s.sign('Ed25519', key, new Uint8Array(0)); check(hex(made).slice(0, 32));
         const pub = await s.importKey('raw', Buffer.from(jwk.x, 'base64url'), {name: 'Ed25519'}, true, ['verify']); check([await s.verify('Ed25519', pub, made, new Uint8Array(0)), await s.verify('Ed25519', pub, made, B('00')), hex(await s.exportKey('raw', pub)).slice(0, 8)]);
         const two = await s.generateKey('Ed25519', true, ['sign', 'verify']), again = await s.importKey('pkcs8', await s.exportKey('pkcs8', two.privateKey), 'Ed25519', false, ['sign']); check([await s.verify('Ed25519', two.publicKey, await s.sign('Ed25519', again, B('01')), B('01')), two.publicKey.algorithm]);";
    assert_eq!(
        web(source),
        [
            "e5564300c360ac729086e2cc806e828a",
            r#"[true,false,"d75a9801"]"#,
            r#"[true,{"name":"Ed25519"}]"#,
        ]
    );
}

#[test]
fn keys_that_do_not_fit_and_what_is_missing_say_so() {
    let source = "const told = async (work) => { try { await work(); check('no error') } catch (e) { check([e.name, e.message]) } };
         await told(() => s.importKey('pkcs8', Buffer.from('nonsense'), rsa, false, ['sign']));
         await told(() => s.importKey('spki', b(v.ecSpki).slice(4), ec, false, ['verify']));
         await told(() => s.importKey('jwk', { ...v.rsaJwk, p: undefined }, rsa, false, ['sign']));
         await told(() => s.importKey('jwk', v.ecJwk, { ...ec, namedCurve: 'P-521' }, false, ['sign']));
         await told(async () => s.sign({ name: 'ECDSA', hash: 'SHA-512' }, await s.importKey('pkcs8', b(v.ecPkcs8), ec, false, ['sign']), data));
         await told(() => s.generateKey(rsa, true, ['sign']));
         const oaep = { name: 'RSA-OAEP', hash: 'SHA-256' };
         await told(() => s.generateKey({ ...oaep, modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) }, true, []));
         await told(() => s.importKey('spki', b(v.ecSpki), oaep, false, ['encrypt']));
         await told(() => s.importKey('pkcs8', b(v.ecPkcs8), oaep, false, ['decrypt']));
         await told(() => s.importKey('spki', b(v.ecSpki), rsa, false, ['verify']));
         await told(() => s.importKey('spki', Buffer.from('nonsense'), oaep, false, ['encrypt']));
         await told(() => s.importKey('spki', b(v.rsaSpki), ec, false, ['verify']));
         await told(() => s.importKey('spki', b(v.rsaSpki), 'Ed25519', false, ['verify']));
         await told(() => s.importKey('raw', B('010203'), ec, false, ['verify']));
         await told(() => s.importKey('raw', B('010203'), 'Ed25519', false, ['verify']));";
    assert_eq!(
        pairs(source),
        [
            r#"["DataError","Invalid keyData"]"#,
            r#"["DataError","Invalid keyData"]"#,
            r#"["DataError","The JWK lacks a member"]"#,
            r#"["DataError","The JWK is of another kind"]"#,
            r#"["NotSupportedError","'P-256' with a hash other than 'SHA-256' is not supported"]"#,
            r#"["NotSupportedError","a 'modulusLength' other than 2048 and 3072 is not supported"]"#,
            r#"["SyntaxError","Usages cannot be empty when creating a key."]"#,
            r#"["DataError","Invalid key type"]"#,
            r#"["DataError","Invalid key type"]"#,
            r#"["DataError","Invalid key type"]"#,
            r#"["DataError","Invalid keyData"]"#,
            r#"["DataError","Invalid key type"]"#,
            r#"["DataError","Invalid key type"]"#,
            r#"["DataError","Invalid keyData"]"#,
            r#"["DataError","Ed25519 raw keys must be exactly 32-bytes"]"#,
        ]
    );
}

/// As Node's own `crypto.subtle` says it.
#[test]
fn keys_are_for_what_their_kind_can_do() {
    let source = "const told = async (work) => { try { check(await work()) } catch (e) { check(e.name + ': ' + e.message) } };
         const oaep = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, hmac = { name: 'HMAC', hash: 'SHA-256' }, zero = new Uint8Array(16);
         await told(() => s.generateKey(ec, true, ['deriveKey'])); await told(() => s.generateKey(oaep, true, ['sign', 'decrypt'])); await told(() => s.generateKey(oaep, true, ['encrypt']));
         await told(() => s.generateKey(hmac, true, ['sign', 'encrypt'])); await told(() => s.generateKey(hmac, true, [])); await told(() => s.generateKey(hmac, true, ['nope'])); await told(() => s.generateKey('PBKDF2', true, ['deriveBits']));
         for (const length of [undefined, 100]) { await told(() => s.generateKey({ name: 'AES-GCM', length }, true, ['sign'])); await told(() => s.generateKey({ ...hmac, length: length || 0 }, true, ['sign'])); }
         await told(() => s.generateKey({ name: 'AES-GCM', length: 128 }, true, ['sign'])); await told(() => s.generateKey({ name: 'AES-GCM', length: 128 }, true, []));
         await told(() => s.importKey('spki', b(v.ecSpki), ec, true, ['sign'])); await told(() => s.importKey('pkcs8', b(v.ecPkcs8), ec, true, ['sign', 'verify'])); await told(() => s.importKey('jwk', v.ecJwk, ec, true, []));
         await told(async () => (await s.importKey('spki', b(v.rsaSpki), rsa, true, [])).usages); await told(() => s.importKey('pkcs8', b(v.rsaPkcs8), rsa, true, ['decrypt'])); await told(() => s.importKey('raw', b(v.ecRaw), { ...ec, name: 'ECDH' }, true, ['deriveBits']));
         await told(() => s.importKey('raw', zero, 'AES-CBC', true, ['sign'])); await told(() => s.importKey('raw', zero, 'AES-CBC', true, [])); await told(() => s.importKey('raw', zero.slice(1), 'AES-CBC', true, [])); await told(() => s.importKey('raw', zero.slice(16), hmac, true, []));
         await told(() => s.importKey('raw', zero, 'HKDF', true, ['deriveBits'])); await told(() => s.importKey('raw', zero, 'PBKDF2', false, ['sign'])); await told(() => s.importKey('raw', zero, hmac, true, ['sign', 'nope']));
         const p = await s.importKey('raw', zero, 'PBKDF2', false, ['deriveKey']), from = { name: 'PBKDF2', hash: 'SHA-256', salt: zero, iterations: 1 };
         for (const [length, usages] of [[100, ['encrypt']], [128, ['sign']], [128, []], [128, ['nope']], [256, ['encrypt']]]) await told(async () => (await s.deriveKey(from, p, { name: 'AES-GCM', length }, true, usages)).algorithm);";
    let unsupported = |what: &str| format!("SyntaxError: Unsupported key usage for {what} key");
    let creating = "SyntaxError: Usages cannot be empty when creating a key.".to_owned();
    let importing = |what: &str| format!("SyntaxError: Usages cannot be empty when importing a {what} key.");
    let none = |name: &str, place: &str, index: u8| {
        format!(
            "TypeError: Failed to execute '{name}' on 'SubtleCrypto': {place} argument, index {index} value 'nope' is not a valid enum value of type KeyUsage."
        )
    };
    assert_eq!(
        pairs(source),
        [
            unsupported("an ECDSA"),
            unsupported("a RSA"),
            creating.clone(),
            unsupported("an HMAC"),
            creating.clone(),
            none("generateKey", "3rd", 0),
            "NotSupportedError: Unrecognized algorithm name".to_owned(),
            "TypeError: Failed to normalize algorithm: passed algorithm can not be converted to 'AesKeyGenParams' because 'length' is required in 'AesKeyGenParams'.".to_owned(),
            "OperationError: The operation failed for an operation-specific reason".to_owned(),
            "OperationError: AES key length must be 128, 192, or 256 bits".to_owned(),
            "TypeError: The property 'algorithm.length' must be a multiple of 8. Received 100".to_owned(),
            unsupported("an AES"),
            creating,
            unsupported("a ECDSA"),
            unsupported("a ECDSA"),
            importing("private"),
            "[]".to_owned(),
            unsupported("an RSASSA-PKCS1-v1_5"),
            unsupported("a ECDH"),
            unsupported("an AES"),
            importing("secret"),
            "DataError: Invalid key length".to_owned(),
            "DataError: Zero-length key is not supported".to_owned(),
            "SyntaxError: HKDF keys are not extractable".to_owned(),
            unsupported("a PBKDF2"),
            none("importKey", "5th", 1),
            "OperationError: Invalid key length".to_owned(),
            unsupported("an AES"),
            importing("secret"),
            none("deriveKey", "5th", 0),
            r#"{"name":"AES-GCM","length":256}"#.to_owned(),
        ]
    );
}

/// A key may be one that nothing here can sign with, and still be read, written and told of.
#[test]
fn keys_of_all_lengths_are_read_and_what_cannot_be_done_with_one_is_said() {
    let source = format!(
        "const k = {KEYS}, told = async (work) => {{ try {{ check(await work()) }} catch (e) {{ check(e.name + ': ' + e.message) }} }}, sha1 = {{ ...pss, hash: 'SHA-1' }}, oaep = {{ name: 'RSA-OAEP', hash: 'SHA-1' }};
         const small = await s.importKey('pkcs8', b(k.small.pkcs8), oaep, true, ['decrypt']); check(Buffer.from(await s.decrypt('RSA-OAEP', small, b(k.small.oaep))).toString());
         check(small.algorithm); check((await s.importKey('jwk', v.rsaPubJwk, rsa, true, ['verify'])).algorithm);
         await told(async () => s.sign(rsa.name, await s.importKey('pkcs8', b(k.small.pkcs8), rsa, true, ['sign']), data)); await told(async () => s.verify(rsa.name, await s.importKey('spki', b(k.small.spki), rsa, true, ['verify']), b(k.small.rs256), data));
         const pub = await s.importKey('spki', b(v.rsaSpki), sha1, true, ['verify']); check(text(await s.exportKey('spki', pub)) === v.rsaSpki); await told(() => s.verify({{ ...ps, saltLength: 20 }}, pub, b(v.ps256), data));
         const short = Buffer.concat([Buffer.from([2 + (b(v.ecRaw)[64] & 1)]), b(v.ecRaw).slice(1, 33)]), point = await s.importKey('raw', short, ec, true, ['verify']); check([await s.verify(es, point, b(v.es256), data), text(await s.exportKey('raw', point)) === v.ecRaw]);
         const bare = Buffer.concat([B('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420'), Buffer.from(v.ecJwk.d, 'base64url')]); const whole = await s.importKey('pkcs8', bare, ec, true, ['sign']); check(await s.verify(es, point, await s.sign(es, whole, data), data));
         await told(() => s.importKey('spki', b(k['P-384'].spki), ec, true, ['verify'])); await told(() => s.importKey('raw', b(k['P-384'].raw), ec, true, ['verify'])); const off = b(v.ecRaw); off[40] ^= 1; await told(() => s.importKey('raw', off, ec, true, ['verify']));"
    );
    assert_eq!(
        pairs(&source),
        [
            "a heron",
            r#"{"name":"RSA-OAEP","modulusLength":1024,"publicExponent":{"0":1,"1":0,"2":1},"hash":{"name":"SHA-1"}}"#,
            r#"{"name":"RSASSA-PKCS1-v1_5","modulusLength":2048,"publicExponent":{"0":1,"1":0,"2":1},"hash":{"name":"SHA-256"}}"#,
            "NotSupportedError: 'RSASSA-PKCS1-v1_5' with a key of 1024 bits is not supported",
            "NotSupportedError: 'RSASSA-PKCS1-v1_5' with a key of 1024 bits is not supported",
            "true",
            "NotSupportedError: verifying with 'RSA-PSS' and this hash is not supported",
            "[true,true]",
            "true",
            "DataError: Named curve mismatch",
            "DataError: Invalid keyData",
            "DataError: Invalid keyData",
        ]
    );
}

/// Keys of Node's, what two of them agree on there, and what it encrypted for one.
const KEYS: &str = include_str!("webcrypto-keys.json");

#[test]
fn two_agree_on_what_they_agree_on_in_node() {
    let source = format!(
        "const k = {KEYS}; for (const curve of ['P-256', 'P-384', 'P-521']) {{ const one = k[curve], dh = {{name: 'ECDH', namedCurve: curve}}, out = [];
           for (const [format, mine] of [['pkcs8', b(one.pkcs8)], ['jwk', one.jwk]]) for (const [other, theirs] of [['spki', b(one.spki)], ['raw', b(one.raw)]]) {{
             const key = await s.importKey(format, mine, dh, true, ['deriveBits']), pub = await s.importKey(other, theirs, dh, true, []), to = {{name: 'ECDH', public: pub}};
             out.push(text(await s.deriveBits(to, key, null)) === one.shared, text(await s.deriveBits(to, key, 100)) === one.bits100, text(await s.exportKey('raw', pub)) === one.raw, text(await s.exportKey('pkcs8', key)) === one.pkcs8, JSON.stringify(await s.exportKey('jwk', key)) === JSON.stringify(one.jwk)); }}
           const mine = await s.generateKey(dh, true, ['deriveKey', 'deriveBits']), yours = await s.generateKey(dh, true, ['deriveKey']), aes = {{name: 'AES-GCM', length: 256}};
           const [here, there] = [await s.deriveKey({{name: 'ECDH', public: yours.publicKey}}, mine.privateKey, aes, true, ['encrypt']), await s.deriveKey({{name: 'ECDH', public: mine.publicKey}}, yours.privateKey, aes, true, ['encrypt'])];
           check([out.every(Boolean), text(await s.exportKey('raw', here)) === text(await s.exportKey('raw', there)), mine.privateKey.usages, mine.publicKey.usages]); }}
         const told = async (work) => {{ try {{ await work(); check('no error') }} catch (e) {{ check([e.name, e.message]) }} }}, dh = {{name: 'ECDH', namedCurve: 'P-256'}}, p = k['P-256'];
         const key = await s.importKey('pkcs8', b(p.pkcs8), dh, true, ['deriveBits']), pub = await s.importKey('raw', b(k['P-384'].raw), {{...dh, namedCurve: 'P-384'}}, true, []);
         await told(() => s.deriveBits({{name: 'ECDH', public: pub}}, key, 8)); await told(() => s.deriveBits({{name: 'ECDH', public: key}}, key, 8)); await told(() => s.deriveBits({{name: 'ECDH'}}, key, 8));
         await told(async () => s.deriveBits({{name: 'ECDH', public: await s.importKey('raw', b(p.raw), dh, true, [])}}, key, 264));
         const off = b(p.raw); off[40] ^= 1; await told(() => s.importKey('raw', off, dh, true, [])); await told(() => s.importKey('pkcs8', b(k['P-384'].pkcs8), dh, true, ['deriveBits'])); await told(() => s.importKey('spki', b(k['P-384'].spki), dh, true, []));
         await told(() => s.generateKey({{name: 'ECDSA', namedCurve: 'P-521'}}, true, ['sign'])); await told(() => s.generateKey(dh, true, []));"
    );
    let well = r#"[true,true,["deriveKey","deriveBits"],[]]"#;
    assert_eq!(
        pairs(&source),
        [
            well,
            well,
            well,
            r#"["InvalidAccessError","Named curve mismatch"]"#,
            r#"["InvalidAccessError","algorithm.public must be a public key"]"#,
            r#"["TypeError","'public' is required in 'EcdhKeyDeriveParams'."]"#,
            r#"["OperationError","derived bit length is too small"]"#,
            r#"["DataError","Invalid keyData"]"#,
            r#"["DataError","Named curve mismatch"]"#,
            r#"["DataError","Named curve mismatch"]"#,
            r#"["NotSupportedError","the curve 'P-521' of 'crypto.subtle' is not supported"]"#,
            r#"["SyntaxError","Usages cannot be empty when creating a key."]"#,
        ]
    );
}

#[test]
fn rsa_decrypts_what_node_encrypted_and_new_keys_do_all_that_old_ones_do() {
    let source = format!(
        "const k = {KEYS}; for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) {{ const oaep = {{name: 'RSA-OAEP', hash}}, to = {{name: 'RSA-OAEP', ...(hash === 'SHA-384' ? {{label: Buffer.from('a label')}} : {{}})}};
           const key = await s.importKey('pkcs8', b(v.rsaPkcs8), oaep, false, ['decrypt']), pub = await s.importKey('jwk', v.rsaPubJwk, oaep, true, ['encrypt']);
           check([Buffer.from(await s.decrypt(to, key, b(k.oaep[hash]))).toString(), Buffer.from(await s.decrypt(to, key, await s.encrypt(to, pub, data))).toString()]); }}
         const oaep = {{name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256'}}, two = await s.generateKey(oaep, true, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']);
         check([two.privateKey.usages, two.publicKey.usages, two.publicKey.algorithm.modulusLength, Object.keys(await s.exportKey('jwk', two.privateKey)).join()]);
         const inner = await s.generateKey({{name: 'AES-GCM', length: 128}}, true, ['encrypt']), wrapped = await s.wrapKey('raw', inner, two.publicKey, 'RSA-OAEP');
         const jwk = await s.exportKey('jwk', two.privateKey), again = await s.importKey('jwk', jwk, oaep, true, ['unwrapKey']), back = await s.unwrapKey('raw', wrapped, again, 'RSA-OAEP', 'AES-GCM', true, ['encrypt']);
         check([text(await s.exportKey('raw', back)) === text(await s.exportKey('raw', inner)), (await s.exportKey('jwk', two.publicKey)).n === jwk.n, JSON.stringify(await s.exportKey('jwk', await s.importKey('jwk', v.rsaJwk, rsa, true, ['sign']))) === JSON.stringify(v.rsaJwk)]);
         const told = async (work) => {{ try {{ await work(); check('no error') }} catch (e) {{ check([e.name, e.message]) }} }};
         await told(() => s.decrypt({{name: 'RSA-OAEP', label: Buffer.from('x')}}, two.privateKey, wrapped)); await told(() => s.encrypt('RSA-OAEP', two.publicKey, new Uint8Array(191))); await told(() => s.encrypt({{name: 'RSA-OAEP', label: B('ff')}}, two.publicKey, data));"
    );
    let heron = r#"["a heron","a heron"]"#;
    let failed = r#"["OperationError","The operation failed for an operation-specific reason"]"#;
    assert_eq!(
        pairs(&source),
        [
            heron,
            heron,
            heron,
            heron,
            r#"[["decrypt","unwrapKey"],["encrypt","wrapKey"],2048,"key_ops,ext,kty,n,e,d,p,q,dp,dq,qi,alg"]"#,
            "[true,true,true]",
            failed,
            failed,
            r#"["NotSupportedError","a 'label' that is not UTF-8 is not supported"]"#,
        ]
    );
}

/// As Node's own `crypto.subtle` has them.
#[test]
fn counters_count_in_as_many_bits_as_they_are_given() {
    let source = "const key = await s.importKey('raw', new Uint8Array(16), 'AES-CTR', true, ['encrypt', 'decrypt']), iv = new Uint8Array(16).fill(255);
         for (const [length, count] of [[128, 40], [64, 40], [4, 256]]) { const how = {name: 'AES-CTR', counter: iv, length}, made = await s.encrypt(how, key, new Uint8Array(count)); check(hex(made).slice(0, 80)); check((await s.decrypt(how, key, made)).byteLength === count && !Buffer.from(await s.decrypt(how, key, made)).some(Boolean)); }
         for (const [size, length, count] of [[16, 4, 257], [15, 64, 1], [16, 0, 1], [16, 129, 1]]) try { await s.encrypt({name: 'AES-CTR', counter: new Uint8Array(size), length}, key, new Uint8Array(count)); check('no error') } catch (e) { check([e.name, e.message]) }
         check(key.algorithm);";
    assert_eq!(
        web(source),
        [
            "3f5b8cc9ea855a0afa7347d23e8d664e66e94bd4ef8a2c3b884cfa59ca342b2e58e2fccefa7e3061",
            "true",
            "3f5b8cc9ea855a0afa7347d23e8d664ef807c3e7985fe0f5a50e2cdb25c5109edffafbc01de59440",
            "true",
            "3f5b8cc9ea855a0afa7347d23e8d664ef9b0fda0c4a898f5b9e6f661c4ce4d0725ffbed4a50148a8",
            "true",
            r#"["OperationError","The operation failed for an operation-specific reason"]"#,
            r#"["OperationError","algorithm.counter must contain exactly 16 bytes"]"#,
            r#"["OperationError","AES-CTR algorithm.length must be between 1 and 128"]"#,
            r#"["OperationError","AES-CTR algorithm.length must be between 1 and 128"]"#,
            r#"{"name":"AES-CTR","length":128}"#,
        ]
    );
}

#[test]
fn keys_are_wrapped_by_keys() {
    assert_eq!(
        web(
            "const outer = await s.importKey('raw', B('000102030405060708090a0b0c0d0e0f'), 'AES-CBC', false, ['wrapKey', 'unwrapKey']), inner = await s.importKey('raw', Buffer.from('Jefe'), {name: 'HMAC', hash: 'SHA-256'}, true, ['sign']);
             for (const format of ['raw', 'jwk']) { const to = {name: 'AES-CBC', iv: new Uint8Array(16)}, wrapped = await s.wrapKey(format, inner, outer, to);
               const back = await s.unwrapKey(format, wrapped, outer, to, {name: 'HMAC', hash: 'SHA-256'}, true, ['sign']); check([wrapped.byteLength % 16, Buffer.from(await s.exportKey('raw', back)).toString()]); }
             try { await s.wrapKey('raw', outer, outer, {name: 'AES-CBC', iv: new Uint8Array(16)}) } catch (e) { check(e.message) } try { await s.encrypt({name: 'AES-CBC', iv: new Uint8Array(16)}, outer, B('00')) } catch (e) { check(e.name) }"
        ),
        [r#"[0,"Jefe"]"#, r#"[0,"Jefe"]"#, "key is not extractable", "InvalidAccessError"]
    );
}
