//! The web's globals: URLs, text, clones.

use super::*;

#[test]
fn urls_are_those_of_the_web() {
    assert_eq!(
        values(
            "const u = new URL('../b?x=1&x=2#h', 'https://user:pw@Example.com:8443/a/c/'); check(u.href); check([u.origin, u.protocol, u.host, u.hostname, u.port, u.pathname, u.search, u.hash, u.username, u.password]);
             check(u.searchParams.getAll('x')); u.searchParams.append('y', 'a b&'); check(u.search); u.search = '?z=1'; check(u.searchParams.get('z')); u.port = '443'; check(String(u)); u.pathname = '/ä'; check(u.href);
             check(JSON.stringify({u})); check(URL.canParse('nope')); try { new URL('nope') } catch (e) { check([e.name, e.message, e.code, e.input]) }"
        ),
        [
            "https://user:pw@example.com:8443/a/b?x=1&x=2#h",
            r##"["https://example.com:8443","https:","example.com:8443","example.com","8443","/a/b","?x=1&x=2","#h","user","pw"]"##,
            r#"["1","2"]"#,
            "?x=1&x=2&y=a+b%26",
            "1",
            "https://user:pw@example.com/a/b?z=1#h",
            "https://user:pw@example.com/%C3%A4?z=1#h",
            r#"{"u":"https://user:pw@example.com/%C3%A4?z=1#h"}"#,
            "false",
            r#"["TypeError","Invalid URL","ERR_INVALID_URL","nope"]"#,
        ]
    );
}

#[test]
fn search_params_keep_their_order() {
    assert_eq!(
        values(
            "const p = new URLSearchParams({b: '2', a: 'x y'}); p.append('b', '3'); check(p.toString()); p.sort(); check([...p]); p.set('b', '9'); check(String(p)); p.delete('a'); check([p.size, p.has('b', '9'), p.get('q')]);
             check(new URLSearchParams([['a', '1']]).toString()); check(new URLSearchParams('?a=%20+').get('a')); console.log(new URLSearchParams('a=1'), new URL('http://h/?a=1'));"
        ),
        [
            "b=2&a=x+y&b=3",
            r#"[["a","x y"],["b","2"],["b","3"]]"#,
            "a=x+y&b=9",
            "[1,true,null]",
            "a=1",
            "  ",
            "URLSearchParams { 'a' => '1' } URL { href: 'http://h/?a=1', origin: 'http://h', protocol: 'http:', \
             username: '', password: '', host: 'h', hostname: 'h', port: '', pathname: '/', search: '?a=1', \
             searchParams: URLSearchParams { 'a' => '1' }, hash: '' }",
        ]
    );
}

#[test]
fn text_is_encoded_and_decoded() {
    assert_eq!(
        values(
            "check([...new TextEncoder().encode('\u{20ac}')]); check(new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 97]))); check(new TextDecoder('latin1').encoding);
             const d = new TextDecoder(); check(d.decode(new Uint8Array([0xe2, 0x82]), {stream: true}) + d.decode(new Uint8Array([0xac])));
             check(new TextDecoder('utf-16le').decode(new Uint8Array([97, 0]).buffer)); check(new TextDecoder().decode(new Uint8Array([255])));
             try { new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array([255])) } catch (e) { check([e.name, e.message]) } try { new TextDecoder('x') } catch (e) { check([e.name, e.message]) }
             check(new TextEncoder().encodeInto('a\u{20ac}', new Uint8Array(3)));"
        ),
        [
            "[226,130,172]",
            "a",
            "windows-1252",
            "\u{20ac}",
            "a",
            "\u{fffd}",
            r#"["TypeError","The encoded data was not valid for encoding utf-8"]"#,
            r#"["RangeError","The \"x\" encoding is not supported"]"#,
            r#"{"read":1,"written":1}"#,
        ]
    );
}

#[test]
fn clones_are_deep() {
    assert_eq!(
        values(
            "const a = {d: new Date(0), m: new Map([[1, {x: 1}]]), s: new Set([1]), r: /x/g, b: new Uint8Array([1, 2]), e: new RangeError('no')}; a.self = a; const c = structuredClone(a);
             check(c !== a && c.self === c && c.d instanceof Date && c.d !== a.d && c.m.get(1) !== a.m.get(1) && c.m.get(1).x === 1); check([...c.s]); check(c.r.flags); check([...c.b]); check([c.e instanceof RangeError, c.e.message]);
             try { structuredClone({f() {}}) } catch (e) { check([e.name, e instanceof DOMException]) }"
        ),
        ["true", "[1]", "g", "[1,2]", r#"[true,"no"]"#, r#"["DataCloneError",true]"#]
    );
}

#[test]
fn blobs_and_signals() {
    assert_eq!(
        values(
            "const b = new Blob(['a\u{20ac}', new Uint8Array([98])], {type: 'Text/Plain'}); check([b.size, b.type, await b.text(), await b.slice(0, 1).text()]); check(new File(['x'], 'f.txt').name);
             const c = new AbortController(); c.signal.addEventListener('abort', (e) => check(e.type)); c.abort(); check([c.signal.aborted, c.signal.reason.name]);"
        ),
        [r#"[5,"text/plain","a€b","a"]"#, "f.txt", "abort", r#"[true,"AbortError"]"#]
    );
}

#[test]
fn base64_globals_refuse_what_the_webs_refuse() {
    assert_eq!(
        values(
            "check(btoa('\u{e9}')); for (const f of [() => btoa('\u{20ac}'), () => atob('a')]) try { f() } catch (e) { check(e.name) }"
        ),
        ["6Q==", "InvalidCharacterError", "InvalidCharacterError"]
    );
}

#[test]
fn events_have_all_their_members() {
    assert_eq!(
        values(
            "const t = new EventTarget(); let seen; t.addEventListener('a', (e) => { seen = [e.composedPath().length, e.eventPhase, e.srcElement === t, e.currentTarget === t] }); const e = new Event('a', {cancelable: true}); t.dispatchEvent(e);
             check(seen); e.preventDefault(); check([e.eventPhase, e.currentTarget, e.returnValue, e.isTrusted, e.composed, Event.AT_TARGET]); e.initEvent('b', true); check([e.type, e.bubbles, e.cancelable]);
             let n = 0; const c = new AbortController(); t.addEventListener('n', () => n++, {signal: c.signal}); t.dispatchEvent(new Event('n')); c.abort(); t.dispatchEvent(new Event('n')); check(n);
             for (const f of [() => new Event(), () => t.dispatchEvent({}), () => t.addEventListener('a'), () => URL.createObjectURL(new Blob([]))]) try { f() } catch (e) { check(e.message) }"
        ),
        [
            "[1,2,true,true]",
            "[0,null,false,false,false,2]",
            r#"["b",true,false]"#,
            "1",
            "The \"type\" argument must be specified",
            "The \"event\" argument must be an instance of Event. Received an instance of Object",
            "The \"type\" and \"listener\" arguments must be specified",
            "'createObjectURL' of 'URL' is not supported",
        ]
    );
}
