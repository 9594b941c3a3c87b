//! `Buffer` and Node's small modules; the expected values are Node 20's.

use super::*;

#[test]
fn buffers_read_and_write_every_encoding() {
    assert_eq!(
        values(
            "for (const e of ['utf8', 'hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le']) check(Buffer.from('h\u{e9}?>\u{20ac}').toString(e));
             check(Buffer.from('68c3a9zz', 'hex')); check(Buffer.from('aMOpPz7igqw=', 'base64').toString());
             check(Buffer.from('aMOpPz-4', 'base64').toString('hex')); check(Buffer.from('\u{e9}', 'latin1').toString('hex'));
             check(Buffer.from([256, -1, 1.5]).toString('hex')); check(Buffer.from('a\u{e9}', 'utf16le').toString('hex'));
             check(Buffer.byteLength('\u{20ac}')); check(Buffer.from('\\ud800').toString('hex'));"
        ),
        [
            "h\u{e9}?>\u{20ac}",
            "68c3a93f3ee282ac",
            "aMOpPz7igqw=",
            "aMOpPz7igqw",
            "h\u{c3}\u{a9}?>\u{e2}\u{82}\u{ac}",
            "hC)?>b\u{2},",
            "써㾩\u{e23e}겂",
            r#"{"type":"Buffer","data":[104,195,169]}"#,
            "h\u{e9}?>\u{20ac}",
            "68c3a93f3fb8",
            "e9",
            "00ff01",
            "6100e900",
            "3",
            "efbfbd",
        ]
    );
}

#[test]
fn buffers_are_bytes_with_methods() {
    assert_eq!(
        values(
            "const b = Buffer.from('hello'); check(Buffer.isBuffer(b) && b instanceof Uint8Array && b.slice(1) instanceof Buffer);
             b.slice(0, 1)[0] = 72; check(b.toString()); check(Buffer.concat([b, Buffer.from('!')]).toString());
             check(b.equals(Buffer.from('Hello'))); check(b.compare(Buffer.from('Hellp'))); check(b.indexOf('l')); check(b.lastIndexOf('l'));
             check(b.includes('ell')); check(Buffer.alloc(5, 'ab').toString()); const w = Buffer.alloc(4); check(w.write('\u{20ac}\u{20ac}')); check(w.toString('hex'));
             check(b.toString('utf8', 1, 3)); check(Buffer.from(b.buffer).length); check(Buffer.compare(Buffer.from('b'), Buffer.from('a')));
             check(Buffer.from('0102', 'hex').swap16().toString('hex')); console.log(Buffer.from('abc')); check(new Buffer('x').toString('hex'));"
        ),
        [
            "true", "Hello", "Hello!", "true", "-1", "2", "3", "true", "ababa", "3", "e282ac00", "el", "5", "1", "0201",
            "<Buffer 61 62 63>", "78",
        ]
    );
}

#[test]
fn buffers_read_and_write_numbers() {
    assert_eq!(
        values(
            "const b = Buffer.alloc(8); b.writeUInt32BE(0xdeadbeef); check(b.readUInt32LE()); check(b.readInt16BE(2)); b.writeDoubleLE(1.5); check(b.readDoubleLE());
             b.writeBigUInt64BE(12345678901234567890n); check(String(b.readBigUInt64BE())); b.writeIntBE(-2, 0, 6); check(b.readIntBE(0, 6)); check(b.readUIntLE(0, 3));
             try { b.readUInt8(8) } catch (e) { check(e.message); check(e.code) } try { b.writeInt8(200) } catch (e) { check(e.message) }"
        ),
        [
            "4022250974",
            "-16657",
            "1.5",
            "12345678901234567890",
            "-2",
            "16777215",
            r#"The value of "offset" is out of range. It must be >= 0 and <= 7. Received 8"#,
            "ERR_OUT_OF_RANGE",
            r#"The value of "value" is out of range. It must be >= -128 and <= 127. Received 200"#,
        ]
    );
}

#[test]
fn what_is_no_number_is_written_as_zero_and_a_copy_may_be_empty() {
    assert_eq!(
        values(
            "const b = Buffer.alloc(4, 7), s = Buffer.from('abcd'); const hex = () => b.toString('hex');
             check([b.writeInt32LE(NaN), hex()]); b.fill(7); check([b.writeUInt8(undefined, 1), hex()]); check([b.writeUIntLE(NaN, 0, 3), hex()]);
             check([b.writeUInt8('30'), hex()]); check([b.writeIntBE(undefined, 0, 2), hex()]);
             check([s.copy(b, 4), s.copy(b, 9), s.copy(b, 0, 4), s.copy(b, 0, 3, 2), s.copy(b, 1.7, '2', 3.9), hex()]);
             for (const f of [() => b.writeUInt8('300'), () => s.copy(b, -1), () => s.copy(b, 0, 5), () => s.copy(b, 0, 0, -1), () => s.copy('x')]) try { f() } catch (e) { check(e.message) }"
        ),
        [
            r#"[4,"00000000"]"#,
            r#"[2,"07000707"]"#,
            r#"[3,"00000007"]"#,
            r#"[1,"1e000007"]"#,
            r#"[2,"00000007"]"#,
            r#"[0,0,0,0,1,"00630007"]"#,
            r#"The value of "value" is out of range. It must be >= 0 and <= 255. Received 300"#,
            r#"The value of "targetStart" is out of range. It must be >= 0. Received -1"#,
            r#"The value of "sourceStart" is out of range. It must be >= 0 && <= 4. Received 5"#,
            r#"The value of "sourceEnd" is out of range. It must be >= 0. Received -1"#,
            r#"The "target" argument must be an instance of Buffer or Uint8Array. Received type string ('x')"#,
        ]
    );
}

#[test]
fn corners_of_paths_queries_and_depths() {
    assert_eq!(
        values(
            "const p = require('path'); const each = (f, all) => check(all.map((one) => f(...[].concat(one))));
             each(p.basename, [['.txt', '.txt'], ['a.txt', '.txt'], ['/x/.txt', '.txt'], ['a/a', 'a'], ['a.txt', '']]);
             each(p.dirname, ['//a', '//', '///a', '//a/b', 'a//b', '/a//', 'a', '/a']);
             each((one) => p.parse(one).dir, ['//a', '///a', '/a', 'a//b', '.a', './a', 'a']);
             const q = require('querystring'); each(q.unescape, ['%E4%zz', '%E4%BD%A0%zz', '%zz%41']); check(q.parse('a=%ff').a);
             const u = require('util'), deep = { a: { b: { c: { d: { e: { f: { g: {} } } } } } } };
             for (const given of [[], [{ depth: 0 }], [{ depth: null }], [{ depth: Infinity }], [false, 1], [{}]]) check(u.inspect(deep, ...given));
             check(u.inspect([[[[[]]]]]));"
        ),
        [
            r#"["","a",".txt","a","a.txt"]"#,
            r#"["//","/","//","//a","a/","/",".","/"]"#,
            r#"["/","//","/","a/","",".",""]"#,
            "[\"\u{fffd}%zz\",\"\u{4f60}%zz\",\"%zzA\"]",
            "\u{fffd}",
            "{ a: { b: { c: [Object] } } }",
            "{ a: [Object] }",
            "{ a: { b: { c: { d: { e: { f: { g: {} } } } } } } }",
            "{ a: { b: { c: { d: { e: { f: { g: {} } } } } } } }",
            "{ a: { b: [Object] } }",
            "{ a: { b: { c: [Object] } } }",
            "[ [ [ [Array] ] ] ]",
        ]
    );
}

#[test]
fn wrong_arguments_are_refused_in_words() {
    assert_eq!(
        error("Buffer.from(5)"),
        "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like \
         Object. Received type number (5)"
    );
    assert_eq!(error("Buffer.from('a', 'nope')"), "Unknown encoding: nope");
}

#[test]
fn old_urls_are_taken_apart() {
    assert_eq!(
        values(
            "const url = require('url'); const u = url.parse('http://user:pa%20ss@Host.com:8080/p/a?x=1&y=a b#h'); check({...u});
             check(url.parse('/p?q=1', true).query.q); check(url.resolve('/one/two/three', 'four')); check(url.resolve('http://example.com/', '/one'));
             check(url.resolve('http://example.com/one', '/two')); check(url.resolve('http://a/b/c', '../d?x')); check(url.format({protocol: 'https', hostname: 'h', port: 1, pathname: 'p', query: {a: [1, 2]}}));
             check(new url.URL('http://a').href); check(url.parse('mailto:a@b.c').pathname ?? url.parse('mailto:a@b.c').href);"
        ),
        [
            r##"{"protocol":"http:","slashes":true,"auth":"user:pa ss","host":"host.com:8080","port":"8080","hostname":"host.com","hash":"#h","search":"?x=1&y=a%20b","query":"x=1&y=a%20b","pathname":"/p/a","path":"/p/a?x=1&y=a%20b","href":"http://user:pa%20ss@host.com:8080/p/a?x=1&y=a%20b#h"}"##,
            "1",
            "/one/two/four",
            "http://example.com/one",
            "http://example.com/two",
            "http://a/d?x",
            "https://h:1/p?a=1&a=2",
            "http://a/",
            "a@b.c",
        ]
    );
}

#[test]
fn paths_queries_and_names() {
    assert_eq!(
        values(
            "const p = require('path'); check(p.join('/a', '../b', './c/')); check(p.resolve('/a', 'b', '../c')); check(p.basename('/x/y.tar.gz', '.gz'));
             check(p.extname('.x')); check(p.extname('a.b')); check(p.relative('/a/b/c', '/a/d')); check(p.parse('/home/u/f.txt')); check(p.normalize('a//b/../..')); check(p.dirname('/a'));
             const q = require('querystring'); check(q.stringify({a: [1, 'x y'], b: true, c: null})); check(q.parse('a=1&a=2&b=%20+&c'));
             const n = require('punycode'); check(n.toASCII('mañana.com')); check(n.toUnicode('xn--maana-pta.com')); check(n.encode('☃-⌘')); check(n.decode('--dqo34k'));"
        ),
        [
            "/b/c/",
            "/a/c",
            "y.tar",
            "",
            ".b",
            "../../d",
            r#"{"root":"/","dir":"/home/u","base":"f.txt","ext":".txt","name":"f"}"#,
            ".",
            "/",
            "a=1&a=x%20y&b=true&c=",
            r#"{"a":["1","2"],"b":"  ","c":""}"#,
            "xn--maana-pta.com",
            "mañana.com",
            "--dqo34k",
            "☃-⌘",
        ]
    );
}

#[test]
fn events_util_and_assert() {
    assert_eq!(
        values(
            "const E = require('events'); class Mine extends E {} const e = new Mine(); e.on('a', (x) => check('on ' + x)); e.once('a', () => check('once'));
             check(e.emit('a', 1)); check(e.emit('a', 2)); check(e.listenerCount('a')); try { e.emit('error', new Error('bad')) } catch (x) { check(x.message) }
             const u = require('util'); check(u.format('%s=%j', 'a', {b: 1})); check(u.inspect({a: [1]})); check(u.isDeepStrictEqual({a: 1}, {a: 1})); check(u.types.isDate(new Date()));
             check(await u.promisify((a, done) => done(null, a + 1))(1)); const a = require('assert'); a(true); a.deepStrictEqual([1], [1]); a.throws(() => { throw new TypeError('x') }, TypeError);
             for (const f of [() => a.equal(1, 2), () => a.strictEqual('a', 'b'), () => a.throws(() => {}), () => a(0, 'mine'), () => a.fail(), () => a(0), () => a.strictEqual({a: 1}, {a: 1}),
               () => a.deepStrictEqual({a: {b: 1}}, {a: {b: 2}}), () => a.deepEqual([1], [2]), () => a.fail(1, 2, undefined, '>')]) try { f() } catch (x) { check([x.name, x.code, x.message]) }
             const d = new (require('string_decoder').StringDecoder)(); check(d.write(Buffer.from([0xe2, 0x82])) + d.write(Buffer.from([0xac])) + d.end());"
        ),
        [
            "on 1",
            "once",
            "true",
            "on 2",
            "true",
            "1",
            "bad",
            r#"a={"b":1}"#,
            "{ a: [ 1 ] }",
            "true",
            "true",
            "2",
            r#"["AssertionError","ERR_ASSERTION","1 == 2"]"#,
            r#"["AssertionError","ERR_ASSERTION","Expected values to be strictly equal:\n\n'a' !== 'b'\n"]"#,
            r#"["AssertionError","ERR_ASSERTION","Missing expected exception."]"#,
            r#"["AssertionError","ERR_ASSERTION","mine"]"#,
            r#"["AssertionError","ERR_ASSERTION","Failed"]"#,
            r#"["AssertionError","ERR_ASSERTION","0 == true"]"#,
            r#"["AssertionError","ERR_ASSERTION","Values identical but not reference-equal:\n\n{ a: 1 }\n"]"#,
            r#"["AssertionError","ERR_ASSERTION","Expected values to be strictly deep-equal:\n+ actual - expected\n\n+ { a: { b: 1 } }\n- { a: { b: 2 } }\n            ^"]"#,
            r#"["AssertionError","ERR_ASSERTION","Expected values to be loosely deep-equal:\n\n[ 1 ]\n\nshould equal\n\n[ 2 ]"]"#,
            r#"["AssertionError","ERR_ASSERTION","1 > 2"]"#,
            "\u{20ac}",
        ]
    );
}

#[test]
fn what_is_absent_says_so() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'), SD = require('string_decoder').StringDecoder;
             const ask = [() => new Ajv().RULES, () => new Ajv().compile({}).refs, () => new (require('xml2js').Parser)().saxParser, () => require('util').inspect.colors,
               () => new SD().lastNeed, () => require('crypto-js').mode.CBC.Encryptor];
             for (const f of ask) try { check(f()) } catch (e) { check(e.message) }
             const own = new Ajv(); own.RULES = 1; check(own.RULES); try { new Ajv().RULES; check('leaked') } catch (e) { check('kept') }"
        ),
        [
            "'RULES' of 'ajv' is not supported",
            "'refs' of 'ajv' is not supported",
            "'saxParser' of 'xml2js' is not supported",
            "'colors' of 'util.inspect' is not supported",
            "'lastNeed' of 'string_decoder' is not supported",
            "'Encryptor' of 'crypto-js mode CBC' is not supported",
            "1",
            "kept",
        ]
    );
}

#[test]
fn old_timers_events_and_urls() {
    assert_eq!(
        values(
            "const t = require('timers'), o = { _onTimeout() { check('over') } }; t.enroll(o, 1); t.active(o); const gone = { _onTimeout() { check('never') } };
             t.enroll(gone, 1); t.active(gone); t.unenroll(gone); const E = require('events'), e = new E();
             for (const f of [() => e.emit('error', 's'), () => e.on('x', 5), () => e.setMaxListeners(-1), () => e.setMaxListeners(3).getMaxListeners()]) try { check(f()) } catch (x) { check([x.message, x.context]) }
             const u = new (require('url').Url)(); u.host = 'q.io:99'; u.parseHost(); check([u.hostname, u.port]); await new Promise((done) => setTimeout(done, 20));"
        ),
        [
            r#"["Unhandled \"error\" event. (s)","s"]"#,
            r#"["\"listener\" argument must be a function",null]"#,
            r#"["\"n\" argument must be a positive number",null]"#,
            "3",
            r#"["q.io","99"]"#,
            "over",
        ]
    );
}

#[test]
fn modules_are_the_same_at_every_require() {
    assert_eq!(
        values(
            "for (const m of ['buffer', 'events', 'path', 'util', 'url', 'fs', 'os', '_process', 'timers', 'stream']) check(require(m) === require(m) && typeof require(m));
             check(require('buffer').Buffer === Buffer); check(require('timers').setTimeout === setTimeout);"
        ),
        [
            "object", "function", "object", "object", "object", "object", "object", "object", "object", "function", "true", "true"
        ]
    );
    assert_eq!(error("require('process')"), "Cannot find module 'process'");
    assert_eq!(
        error("require('stream').Readable"),
        "'Readable' of 'stream' is not supported"
    );
}

#[test]
fn loading_a_part_leaves_the_order_of_jobs_alone() {
    assert_eq!(
        console(
            "Promise.resolve().then(() => console.log('job')); require('util'); Buffer.from('a'); console.log('first');"
        ),
        ["first", "job"]
    );
}
