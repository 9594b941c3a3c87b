//! The web's streams; the expected values are Node's.

use super::super::sdk::each;

#[test]
fn streams_flow_through_each_other() {
    const ALL: &str =
        "async (stream) => { const all = []; for await (const part of stream) all.push(part); return all; }";
    let all = |stream: &str| format!("(async () => ({ALL})(await {stream}))()");
    for (stream, expected) in [
        (
            "new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close(); } })",
            r#"["a","b"]"#,
        ),
        (
            "(() => { let n = 0; return new ReadableStream({ pull(c) { n += 1; c.enqueue(n); if (n === 3) c.close(); } }); })()",
            "[1,2,3]",
        ),
        (
            "ReadableStream.from(['h\u{e9}']).pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream())",
            r#"["hé"]"#,
        ),
        (
            "ReadableStream.from([1, 2]).pipeThrough(new TransformStream({ transform: (n, c) => c.enqueue(n * 10), flush: (c) => c.enqueue('end') }))",
            r#"[10,20,"end"]"#,
        ),
        ("ReadableStream.from([1, 2]).tee()[1]", "[1,2]"),
        (
            "new Blob(['ab', new Uint8Array([99])]).stream().pipeThrough(new TextDecoderStream())",
            r#"["abc"]"#,
        ),
        (
            "new Blob(['hello']).stream().pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream())",
            r#"["hello"]"#,
        ),
        (
            "new Blob(['hello']).stream().pipeThrough(new CompressionStream('deflate-raw')).pipeThrough(new DecompressionStream('deflate-raw')).pipeThrough(new TextDecoderStream())",
            r#"["hello"]"#,
        ),
    ] {
        assert_eq!(each(&[&all(stream)]), [expected], "{stream}");
    }
}

#[test]
fn writers_wait_and_failures_reach_both_ends() {
    for (expression, expected) in [
        (
            "(async () => { const got = []; const w = new WritableStream({ write: (c) => void got.push(c), close: () => void got.push('end') }).getWriter(); await w.write(1); w.write(2); await w.close(); return got; })()",
            r#"[1,2,"end"]"#,
        ),
        (
            "(async () => { const w = new WritableStream({ write() { throw new Error('full'); } }).getWriter(); await w.write(1); })()",
            "Error: full",
        ),
        (
            "(async () => { for await (const x of new ReadableStream({ start(c) { c.error(new Error('gone')); } })) x; })()",
            "Error: gone",
        ),
        (
            "(async () => { await ReadableStream.from([1]).pipeTo(new WritableStream({ write() { throw new Error('no room'); } })); })()",
            "Error: no room",
        ),
        (
            "(async () => { for await (const x of new Blob(['zz']).stream().pipeThrough(new DecompressionStream('deflate'))) x; })()",
            "TypeError: the data cannot be unpacked: corrupt deflate stream",
        ),
        (
            "new CompressionStream('br')",
            "TypeError: The argument 'format' is invalid. Received 'br'",
        ),
        (
            "(() => { const r = new ReadableStream(); r.getReader(); return r.getReader(); })()",
            "TypeError: Invalid state: ReadableStream is locked",
        ),
        (
            "new ReadableStream().getReader({ mode: 'byob' })",
            r#"Error: 'getReader({ mode: "byob" })' of 'ReadableStream' is not supported"#,
        ),
        (
            "new ReadableStreamDefaultController()",
            "TypeError: Illegal constructor",
        ),
        ("new Crypto()", "TypeError: Illegal constructor"),
        (
            "[crypto instanceof Crypto, crypto.subtle instanceof SubtleCrypto, typeof performance, typeof globalThis]",
            r#"[true,true,"undefined","undefined"]"#,
        ),
        (
            "[new CountQueuingStrategy({ highWaterMark: 3 }).size(), new ByteLengthQueuingStrategy({ highWaterMark: 3 }).size({ byteLength: 2 })]",
            "[1,2]",
        ),
    ] {
        assert_eq!(each(&[expression]), [expected], "{expression}");
    }
}
