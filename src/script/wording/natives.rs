//! What the engine's own functions complain of, in V8's words: those that need no more than the function's name.

/// V8's words for a complaint of the built-in function `of`.
pub fn words(message: &str, of: &str) -> Option<String> {
    let fixed = match (message, of) {
        ("not an object", "defineProperty" | "defineProperties") => {
            return Some(format!("Object.{of} called on non-object"));
        }
        ("not an object", "ownKeys") => "Reflect.ownKeys called on non-object",
        ("not an object", "Proxy") => "Cannot create proxy with a non-object as target or handler",
        ("not a function", "sort" | "toSorted") => "The comparison function must be either a function or undefined",
        ("regexp must have the 'g' flag", _) => {
            return Some(format!(
                "String.prototype.{of} called with a non-global RegExp argument"
            ));
        }
        ("regexp not supported", _) => {
            return Some(format!(
                "First argument to String.prototype.{of} must not be a regular expression"
            ));
        }
        ("must be called with new", "Promise") => "Promise constructor cannot be invoked without 'new'",
        ("must be called with new", _) => return Some(format!("Constructor {of} requires 'new'")),
        ("invalid array index", "ArrayBuffer" | "SharedArrayBuffer") => "Invalid array buffer length",
        ("invalid array index", _) if of.ends_with("Array") => "Invalid typed array length",
        ("invalid number of digits", "toFixed") => "toFixed() digits argument must be between 0 and 100",
        ("invalid number of digits", "toPrecision") => "toPrecision() argument must be between 1 and 100",
        ("invalid number of digits", "toExponential") => "toExponential() argument must be between 0 and 100",
        ("not a object", "apply") => "CreateListFromArrayLike called on non-object",
        ("not a function", "bind") => "Bind must be called on a function",
        ("not a function", "flatMap") => "flatMap mapper function is not callable",
        ("not a number", _) => return Some(format!("Number.prototype.{of} requires that 'this' be a Number")),
        ("Map object expected" | "Set object expected" | "WeakMap object expected" | "WeakSet object expected", _) => {
            let class = message.split(' ').next()?;
            return Some(format!(
                "Method {class}.prototype.{of} called on incompatible receiver #<Object>"
            ));
        }
        _ => return plain(message),
    };
    Some(fixed.to_owned())
}

/// Those that are the same whoever complains.
pub fn plain(message: &str) -> Option<String> {
    if let Some(field) = super::between(message, "private class field '", "' does not exist") {
        return Some(format!(
            "Cannot read private member {field} from an object whose class did not declare it"
        ));
    }
    let words = match message {
        "BigInt division by zero" => "Division by zero",
        "cannot convert symbol to number" => "Cannot convert a Symbol value to a number",
        "cannot invoke a running generator" => "Generator is already running",
        "operand 'prototype' property is not an object" => {
            "Function has non-object prototype 'undefined' in instanceof check"
        }
        "out of bound" => "Offset is outside the bounds of the DataView",
        "not a Date object" => "this is not a Date object.",
        "toPrimitive" => "Cannot convert object to primitive value",
        "bad normalization form" => "The normalization form should be one of NFC, NFD, NFKC, NFKD.",
        "invalid code point" => "Invalid code point",
        "invalid repeat count" => "Invalid count value",
        "invalid value used as WeakMap key" => "Invalid value used as weak map key",
        "invalid value used in WeakSet" => "Invalid value used in weak set",
        "object prototype may only be an Object or null" => "Object prototype may only be an Object or null",
        "invalid property access" => {
            "'caller', 'callee', and 'arguments' properties may not be accessed on strict mode functions or the arguments objects for calls to them"
        }
        _ => return None,
    };
    Some(words.to_owned())
}
