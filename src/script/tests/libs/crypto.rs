//! `crypto-js`; the expected values are those of version 3.3.0.

use super::*;

/// What stands before each script.
const START: &str = "const C = require('crypto-js'), H = C.enc.Hex.parse, key = H('000102030405060708090a0b0c0d0e0f'), \
                     iv = H('101112131415161718191a1b1c1d1e1f');";

fn crypto(source: &str) -> Vec<String> {
    values(&format!("{START}{source}"))
}

#[test]
fn hashes_and_hmacs() {
    assert_eq!(
        crypto(
            "for (const n of ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'SHA3', 'RIPEMD160']) {
             check(String(C[n]('abc \u{e9}'))); check(String(C[`Hmac${n}`]('Hi There', 'key'))); }"
        ),
        [
            "31c50b0e3a2e10605d0a5485ef3b05ce",
            "eb01ff92f00d651abcdd1f56f1a74725",
            "5ab0c189d23a811e60724c1536c9074a0f57b337",
            "37dc8976df0a29180c80070b234998f5be3712d7",
            "c2058ac4d089ebda08917d230a0ad5ac2aa43626d02660168e789d3a",
            "521219145667863b5428b8ba24c6d5328c09aeff7a3c18209091e73e",
            "66902c6f1827e3a0c390a8df2aeae377b41645a3e031940653c8d64182c6b1ff",
            "e75865ac3fe73a8074997001fcdf339dbb878200ace6efa70f0ee1b2df3a3cf6",
            "0b9ede3745dc61ea0694b5f72bb0e79bc8c64f3c43255aca5439128464da4d7341bea5f13977d29538ab50c291f4d1b7",
            "fd6a2f3aac06b57f73da24301d5e09bcbfe9bffda3de7d856fbcc36456e7b1758c85c5baa2cdfff99c37f3ad318ba49a",
            "c78150551d946fcde709115f1b6fc1bd23ebf5b86cba9974cfa5648c9f8002781b47710371c73009cae41101a807b3b68d7b62300d795c590bf8c6f1969f8505",
            "227a38aae5f62292fe155de50a2c85f8e8f94acb797a4e86da8e7cc3c5f4d579429b67a572f53538d4676341d298c150124f3c61f71b98070be30f77fdd5011a",
            "9a9356fcdd32bfac504a048a53e4a291bc6b8eac3092cec983cc5067f61cf5551b347114e49cc8bf94e8ae93359d051e356024b6e1e493b92484843450cc6aab",
            "96a75fa2b8fb01a0583abbeb0d67a6d84a75212d59adb9a10a3b7ce87ea594f06268a0debff02e8882a496cf2363420da44deba64cdea128dfd2cca434199004",
            "e5aef6053f380fa948f48c341191fb0788f95368",
            "c3b769ed7cfa3f80beabb6440652cee32192cdda",
        ]
    );
}

#[test]
fn hashes_go_step_by_step() {
    assert_eq!(
        crypto(
            "check(C.algo.SHA256.create().update('a').update('bc \u{e9}').finalize().toString() === C.SHA256('abc \u{e9}').toString());
             check(C.algo.HMAC.create(C.algo.SHA256, 'k').update('a').finalize('b').toString()); check(C.HmacSHA512('m', H('aabb')).toString(C.enc.Base64)); check(C.SHA3('x', {outputLength: 256}).toString());"
        ),
        [
            "true",
            "7475bb119fe9b74cc0af5014a49d80ab23bd1ac82987e7696cdc242288654436",
            "3o1FKDROY2O+oXp7tolVwUfV1VLmlj4SQUoWZ0m4gZ3ZOkI0PogniIomKnzoZ2XfqzWD6D+6t5UyLSpkYI5yDw==",
            "7521d1cadbcfa91eec65aa16715b94ffc1c9654ba57ea2ef1a2127bca1127a83",
        ]
    );
}

#[test]
fn keys_come_from_passwords() {
    assert_eq!(
        crypto(
            "check(String(C.PBKDF2('pw', 'salt'))); check(String(C.PBKDF2('pw', H('0102'), {keySize: 8, iterations: 10}))); check(String(C.PBKDF2('pw', 's', {keySize: 16, hasher: C.algo.SHA512, iterations: 3})));
             check(String(C.EvpKDF('pw', 'salt', {keySize: 12}))); check(String(C.EvpKDF('pw', 'salt', {keySize: 5, iterations: 7, hasher: C.algo.SHA256})));"
        ),
        [
            "95c9338ea3a049dc400b5ed6617b5c45",
            "600c63fe57a12a8ac7127b2b205f7798a503c7c63d9bb0815a253d23dae8bd2a",
            "64868263049c509fcc35f47ed24e2eebb4e89c51083cfe9db12dfa98c4a46bdfe0f1d4fb03640efb4310c0398b1ab43b6b0fd29c98d4d8c6757fcafeadaa0677",
            "55e70b9971d050fe8f7455eb551189cf2b2971c78b2088b2fd6d6b26f08ef65b69be966964067f7eb09e327dbdd7b076",
            "b0c1a84bb4c164e5f829fb8d3671d7a75e160fbd",
        ]
    );
}

#[test]
fn every_mode_and_padding() {
    assert_eq!(
        crypto(
            "for (const m of ['CBC', 'CFB', 'CTR', 'OFB', 'ECB']) for (const p of ['Pkcs7', 'AnsiX923', 'Iso97971', 'ZeroPadding']) {
             const options = {iv, mode: C.mode[m], padding: C.pad[p]}, made = C.AES.encrypt('hello world \u{e9} and more text', key, options).toString(); check(made);
             if (C.AES.decrypt(made, key, options).toString(C.enc.Utf8) !== 'hello world \u{e9} and more text') check('lost'); }"
        ),
        [
            "i01N0vDgXO2CPxzhcBtPZZ3zovF+dkhZDm3Dl5ss7h0=",
            "i01N0vDgXO2CPxzhcBtPZW+G6Bi0Ch/HfusziVRHBPM=",
            "i01N0vDgXO2CPxzhcBtPZQg2qAFjlZ6DWZRNuqMhoN8=",
            "i01N0vDgXO2CPxzhcBtPZWTwNSO1E9SK5+wCSYDq6uc=",
            "b5uDGI71dAHiYooxTT2y8nyzyPVhhTLAl3zk2wfhEhk=",
            "b5uDGI71dAHiYooxTT2y8nyzyPVhhTLAl3zk2wPlFhk=",
            "b5uDGI71dAHiYooxTT2y8nyzyPVhhTLAl3zk24PlFh0=",
            "b5uDGI71dAHiYooxTT2y8nyzyPVhhTLAl3zk2wPlFh0=",
            "b5uDGI71dAHiYooxTT2y8vym5Wm3fuciMhwFFo/92gw=",
            "b5uDGI71dAHiYooxTT2y8vym5Wm3fuciMhwFFov53gw=",
            "b5uDGI71dAHiYooxTT2y8vym5Wm3fuciMhwFFgv53gg=",
            "b5uDGI71dAHiYooxTT2y8vym5Wm3fuciMhwFFov53gg=",
            "b5uDGI71dAHiYooxTT2y8uerpGVKeZ3k2P888ldgvDM=",
            "b5uDGI71dAHiYooxTT2y8uerpGVKeZ3k2P888lNkuDM=",
            "b5uDGI71dAHiYooxTT2y8uerpGVKeZ3k2P888tNkuDc=",
            "b5uDGI71dAHiYooxTT2y8uerpGVKeZ3k2P888lNkuDc=",
            "fTDgJisJK98Dvy2cPxos+kBvO3s10hxP+EHn9yEz/I4=",
            "fTDgJisJK98Dvy2cPxos+oaNd3LUUamT2L+coTIo7Rk=",
            "fTDgJisJK98Dvy2cPxos+ti9HkFM8dwUQeqyI+Ewe+M=",
            "fTDgJisJK98Dvy2cPxos+rSEQRLeXDAgrEw+vKy3a1k=",
        ]
    );
}

#[test]
fn other_ciphers() {
    assert_eq!(
        crypto(
            "const triple = H('000102030405060708090a0b0c0d0e0f1011121314151617'); check(String(C.TripleDES.encrypt('0123456789abcdef', triple, {iv}))); check(String(C.DES.encrypt('0123456789abcdef', H('0001020304050607'), {mode: C.mode.ECB, padding: C.pad.Iso97971})));
             for (const n of ['RC4', 'RC4Drop', 'Rabbit']) check(String(C[n].encrypt('hello world, a longer text than sixteen', key, {iv: H('1011121314151617')}).ciphertext));
             try { C.lib.BufferedBlockAlgorithm } catch (e) { check(e.message) } try { C.AES.encrypt('x', H('00'), {iv}) } catch (e) { check(e.message) } try { C.AES.encrypt('x', key) } catch (e) { check(e.message) }"
        ),
        [
            "lpmR2+n5RHATPoWCmhhR/JaFel2MAtTE",
            "jO+uYNXTyZzVOThN7ScpaghqKnz8COKO",
            "81f92c9528c26ea374b7f3ea2ebc0a23bc1fe63a8097368bf7ea85ad91568d222853336b55668c",
            "127a49d0157dbf7b99cc231a4a221d0967a3af8ad787b176e34ca20e587e438f4f4b243cf89f99",
            "0b1ffdfdb38c2024250fa45042d89094565024c4ac9f22a5abe4cd27fd22aea790d5fb0bb9458e",
            "'BufferedBlockAlgorithm' of 'crypto-js' is not supported",
            "AES keys do not have 1 bytes",
            "the mode CBC needs an `iv`",
        ]
    );
}

#[test]
fn passphrases_are_salted() {
    assert_eq!(
        crypto(
            "check(C.AES.decrypt('U2FsdGVkX18BAgMEBQYHCJhKw982UwaH28NRW3g5xO4=', 'pass').toString(C.enc.Utf8)); check(C.DES.decrypt('U2FsdGVkX18BAgMEBQYHCImfo0j2k+p4', 'pass').toString(C.enc.Utf8));
             const made = CryptoJS.AES.encrypt('round', 'pw'); check(made.salt.sigBytes); check(CryptoJS.AES.decrypt(made.toString(), 'pw').toString(C.enc.Utf8)); check(C === CryptoJS);"
        ),
        [
            "secret",
            "secret",
            "Using \"CryptoJS\" is deprecated. Use \"require('crypto-js')\" instead.",
            "8",
            "round",
            "true",
        ]
    );
}

#[test]
fn words_and_steps() {
    assert_eq!(
        crypto(
            "const w = C.lib.WordArray.create([0x48656c6c, 0x6f000000], 5); check([w + '', w.toString(C.enc.Utf8), w.clone().concat(H('ff')) + '', w.words, w.sigBytes]); check([C.enc.Utf16.parse('a\u{e9}') + '', C.enc.Utf16LE.parse('a\u{e9}') + '', C.enc.Base64.parse('+/8=') + '', C.enc.Latin1.parse('\u{e9}') + '']);
             const e = C.algo.AES.createEncryptor(key, {iv}); check([e.process('Message Part 1'), e.process('Message Part 2 and more text'), e.process('x'), e.finalize('end')].map(String)); try { H('ff').toString(C.enc.Utf8) } catch (error) { check(error.message) }"
        ),
        [
            r#"["48656c6c6f","Hello","48656c6c6fff",[1214606444,1862270976],5]"#,
            r#"["006100e9","6100e900","fbff","e9"]"#,
            r#"["","720cd5eaaed1ba7fc0f468a9481cbf840018515efe605d8dc98eb58ae72469e3","","fe4052d5721df9165efd971c0c60c834"]"#,
            "Malformed UTF-8 data",
        ]
    );
}

#[test]
fn rarely_used_ciphers_modes_and_words() {
    assert_eq!(
        crypto(
            "const long = 'a longer text than one block \u{e9}';
             check(C.RabbitLegacy.encrypt(long, key).ciphertext.toString());
             check(C.RabbitLegacy.encrypt(long, key, {iv: H('0011223344556677')}).ciphertext.toString());
             check(C.RabbitLegacy.decrypt(C.RabbitLegacy.encrypt('\u{e9}', 'pw'), 'pw').toString(C.enc.Utf8));
             const mode = C.mode.CTRGladman, padding = C.pad.NoPadding;
             for (const start of ['ffffffff00000000ffffffffffffffff', 'feffffff00000000ffffffffffffffff', 'ffffff00ff000000ffffffffffffffff'])
               check(C.AES.encrypt('a longer text than one block, and than two of them: \u{e9}', key, {iv: H(start), mode, padding}).ciphertext.toString());
             check(C.DES.encrypt('a longer text than one block', H('0011223344556677'), {iv: H('ffffffffffffffff'), mode}).ciphertext.toString());
             check(C.AES.decrypt(C.AES.encrypt('\u{e9}', key, {iv, mode}), key, {iv, mode}).toString(C.enc.Utf8));"
        ),
        [
            "10286a921062ed671752b726ed0fa67cb18cb13ed26200397bfe25565c9a38",
            "cc5800b70e5c8eb4261383db933205ffeebf5ade82b09ce046732550e568ab",
            "\u{e9}",
            "30b541059b6b07088faf51732cfbdbb872242d8649b123d88cf3deb9a0a5f87e7535ede896c142180b57fbb9b34709a50adb894e06cc",
            "61562c19c5fffd25d57ad7ec7440d67030fb0d059b694218c3b4576074fbcebe776a798146ba23ce97f39dbdeaa5ed787478a3a03406",
            "09fa32ccf1c38647f1ce34391f7044dd6fe97f782cd17f269f90531ad5ae05a91da82d55a54d6cc93c94e3e73d46a18a9bc487962974",
            "4542b710b26705a86be71269d4869278c5ab7a2a4a8bd10b938a4912445adc03",
            "\u{e9}",
        ]
    );
    assert_eq!(
        crypto(
            "const {Word, WordArray} = C.x64, words = WordArray.create([Word.create(0x00010203, 0x04050607), Word.create(0x08090a0b, 0x0c0d0e0f)]);
             const copy = words.clone(); copy.words[0].high = 9;
             check([words.sigBytes, words.toX32(), words.words[0].high, WordArray.create([Word.create(1, 2)], 5).toX32()].join());"
        ),
        ["16,000102030405060708090a0b0c0d0e0f,66051,0000000100"]
    );
}

#[test]
fn a_script_can_bring_a_mode_of_its_own() {
    assert_eq!(
        crypto(
            "const mode = C.lib.BlockCipherMode.extend(), long = 'a longer text than one block \u{e9}';
             const mix = (words, offset, by) => by.forEach((word, at) => { words[offset + at] ^= word; });
             mode.Encryptor = mode.extend({processBlock(words, offset) {
               mix(words, offset, this.last || this._iv); this._cipher.encryptBlock(words, offset);
               this.last = words.slice(offset, offset + this._cipher.blockSize); }});
             mode.Decryptor = mode.extend({processBlock(words, offset) {
               const last = words.slice(offset, offset + this._cipher.blockSize);
               this._cipher.decryptBlock(words, offset); mix(words, offset, this.last || this._iv); this.last = last; }});
             const made = C.AES.encrypt(long, key, {iv, mode});
             check(made.ciphertext.toString()); check(made.ciphertext.toString() === C.AES.encrypt(long, key, {iv}).ciphertext.toString());
             check(C.AES.decrypt(made, key, {iv, mode}).toString(C.enc.Utf8));"
        ),
        [
            "9b8941bdf8956613cfd135c0f32bd774ec5083e6ffd34356366681b7cfe35e88",
            "true",
            "a longer text than one block \u{e9}",
        ]
    );
}

#[test]
fn results_are_words_and_their_size_alone() {
    assert_eq!(
        values(
            "check(JSON.stringify(CryptoJS.enc.Utf8.parse('ab'))); check(Object.keys(CryptoJS.SHA1('a'))); check(CryptoJS.SHA1('a').clone().toString().length);
             check(CryptoJS.enc.Base64._map.length)"
        )
        .into_iter()
        .filter(|line| !line.starts_with("Using"))
        .collect::<Vec<_>>(),
        [r#"{"words":[1633812480],"sigBytes":2}"#, r#"["words","sigBytes"]"#, "40", "65"]
    );
}

#[test]
fn what_is_nothing_has_no_bytes_and_no_key() {
    assert_eq!(
        crypto(
            "check([C.MD5(null), C.SHA1(undefined), C.HmacMD5(null, 'k'), C.HmacMD5('', 'k')].map(String).join());
             for (const f of [() => C.HmacMD5('a', null), () => C.PBKDF2(undefined, 's'), () => C.enc.Base64.stringify('a'), () => C.enc.Base64.stringify(null), () => C.HmacMD5('a', 5)])
               try { f() } catch (e) { check(`${e}`) }"
        ),
        [
            "d41d8cd98f00b204e9800998ecf8427e,da39a3ee5e6b4b0d3255bfef95601890afd80709,\
             cd32bedd46aa63cffa3023f050fc78e3,cd32bedd46aa63cffa3023f050fc78e3",
            "TypeError: Cannot read properties of null (reading 'sigBytes')",
            "TypeError: Cannot read properties of undefined (reading 'sigBytes')",
            "TypeError: e.clamp is not a function",
            "TypeError: Cannot read properties of null (reading 'words')",
            "TypeError: t.clamp is not a function",
        ]
    );
}
