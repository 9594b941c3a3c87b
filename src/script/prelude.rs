//! The JavaScript half of `pm`, compiled to bytecode when this crate is built.

use rquickjs::loader::Bundle;

/// Compiles the modules, and has cargo look at their files: a changed one must be compiled again.
macro_rules! prelude {
    ($($name:tt : $path:tt),* $(,)?) => {
        /// Loads the prelude's modules by their names.
        pub static PRELUDE: Bundle = rquickjs::embed! { $($name : $path),* };
        $(const _: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path));)*
    };
}

// A module stands after those it imports: the compiler looks only at what it has seen.
prelude! {
    "format.js": "src/script/js/format.js",
    "run.js": "src/script/js/run.js",
    "libs.js": "src/script/js/libs.js",
    "console.js": "src/script/js/console.js",
    "timers.js": "src/script/js/timers.js",
    "json.js": "src/script/js/json.js",
    "substitute.js": "src/script/js/substitute.js",
    "base.js": "src/script/js/base.js",
    "props.js": "src/script/js/props.js",
    "lists.js": "src/script/js/lists.js",
    "mutations.js": "src/script/js/mutations.js",
    "scope.js": "src/script/js/scope.js",
    "url.js": "src/script/js/url.js",
    "auth.js": "src/script/js/auth.js",
    "expect/inspect.js": "src/script/js/expect/inspect.js",
    "expect/equal.js": "src/script/js/expect/equal.js",
    "expect/core.js": "src/script/js/expect/core.js",
    "expect/words.js": "src/script/js/expect/words.js",
    "expect/numbers.js": "src/script/js/expect/numbers.js",
    "expect/contents.js": "src/script/js/expect/contents.js",
    "expect/behaviour.js": "src/script/js/expect/behaviour.js",
    "expect/index.js": "src/script/js/expect/index.js",
    "request.js": "src/script/js/request.js",
    "response.js": "src/script/js/response.js",
    "send.js": "src/script/js/send.js",
    "cookies.js": "src/script/js/cookies.js",
    "test.js": "src/script/js/test.js",
    "sugar-tools.js": "src/script/js/sugar-tools.js",
    "sugar.js": "src/script/js/sugar.js",
    "sdk.js": "src/script/js/sdk.js",
    "require.js": "src/script/js/require.js",
    "legacy.js": "src/script/js/legacy.js",
    "pm.js": "src/script/js/pm.js",
    "expect/postman.js": "src/script/js/expect/postman.js",
    "main.js": "src/script/js/main.js",
    // Loaded when a script uses them.
    "sugar-dates.js": "src/script/js/sugar-dates.js",
    "sugar-scripts.js": "src/script/js/sugar-scripts.js",
    "sugar-values.js": "src/script/js/sugar-values.js",
    "sugar-more.js": "src/script/js/sugar-more.js",
    "libs/intl.js": "src/script/js/libs/intl.js",
    "expect/tools.js": "src/script/js/expect/tools.js",
    "expect/assert.js": "src/script/js/expect/assert.js",
    "expect/should.js": "src/script/js/expect/should.js",
    "libs/packages.js": "src/script/js/libs/packages.js",
    "libs/buffer.js": "src/script/js/libs/buffer.js",
    "libs/text.js": "src/script/js/libs/text.js",
    "libs/whatwg-url.js": "src/script/js/libs/whatwg-url.js",
    "libs/clone.js": "src/script/js/libs/clone.js",
    "libs/path.js": "src/script/js/libs/path.js",
    "libs/querystring.js": "src/script/js/libs/querystring.js",
    "libs/punycode.js": "src/script/js/libs/punycode.js",
    "libs/url.js": "src/script/js/libs/url.js",
    "libs/events.js": "src/script/js/libs/events.js",
    "libs/util.js": "src/script/js/libs/util.js",
    "libs/assert.js": "src/script/js/libs/assert.js",
    "libs/shells.js": "src/script/js/libs/shells.js",
    "libs/blob.js": "src/script/js/libs/blob.js",
    "libs/dom-events.js": "src/script/js/libs/dom-events.js",
    "libs/xml2js.js": "src/script/js/libs/xml2js.js",
    "libs/schema.js": "src/script/js/libs/schema.js",
    "libs/tv4.js": "src/script/js/libs/tv4.js",
    "libs/ajv-values.js": "src/script/js/libs/ajv-values.js",
    "libs/ajv-refs.js": "src/script/js/libs/ajv-refs.js",
    "libs/ajv-rules.js": "src/script/js/libs/ajv-rules.js",
    "libs/ajv.js": "src/script/js/libs/ajv.js",
    "libs/csv-parse.js": "src/script/js/libs/csv-parse.js",
    "libs/crypto-js.js": "src/script/js/libs/crypto-js.js",
    "libs/webcrypto.js": "src/script/js/libs/webcrypto.js",
    "libs/streams.js": "src/script/js/libs/streams.js",
    "libs/stream-kinds.js": "src/script/js/libs/stream-kinds.js",
    "libs/webcrypto-pairs.js": "src/script/js/libs/webcrypto-pairs.js",
}
