//! URLs as the web's standard reads them: the parts of `URL`, and the pairs of `URLSearchParams`.

use rquickjs::function::{Func, Opt};
use rquickjs::{Ctx, Object, Result};
use url::form_urlencoded::{self, Serializer};
use url::{Url, quirks};

/// The natives of `URL` and `URLSearchParams`. A URL crosses as its text.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set(
        "parse",
        Func::from(|text: String, base: Opt<String>| {
            let Ok(base) = base.0.as_deref().map(Url::parse).transpose() else {
                return None;
            };
            let url = Url::options().base_url(base.as_ref()).parse(&text).ok()?;
            Some(String::from(url))
        }),
    )?;
    lib.set(
        "part",
        Func::from(|href: String, name: String| {
            Url::parse(&href).map_or_else(|_| String::new(), |url| part(&url, &name))
        }),
    )?;
    lib.set(
        "change",
        Func::from(|href: String, name: String, value: String| {
            let mut url = Url::parse(&href).ok()?;
            change(&mut url, &name, &value);
            Some(String::from(url))
        }),
    )?;
    lib.set(
        "pairs",
        Func::from(|text: String| -> Vec<Vec<String>> {
            form_urlencoded::parse(text.as_bytes())
                .map(|(name, value)| vec![name.into_owned(), value.into_owned()])
                .collect()
        }),
    )?;
    lib.set(
        "query",
        Func::from(|pairs: Vec<Vec<String>>| {
            let mut text = Serializer::new(String::new());
            for pair in &pairs {
                text.append_pair(&pair[0], &pair[1]);
            }
            text.finish()
        }),
    )?;
    lib.set("toAscii", Func::from(|name: String| quirks::domain_to_ascii(&name)))?;
    lib.set("toUnicode", Func::from(|name: String| quirks::domain_to_unicode(&name)))?;
    Ok(lib)
}

fn part(url: &Url, name: &str) -> String {
    match name {
        "origin" => quirks::origin(url),
        "protocol" => quirks::protocol(url).to_owned(),
        "username" => quirks::username(url).to_owned(),
        "password" => quirks::password(url).to_owned(),
        "host" => quirks::host(url).to_owned(),
        "hostname" => quirks::hostname(url).to_owned(),
        "port" => quirks::port(url).to_owned(),
        "pathname" => quirks::pathname(url).to_owned(),
        "search" => quirks::search(url).to_owned(),
        "hash" => quirks::hash(url).to_owned(),
        _ => String::new(),
    }
}

/// Sets a part; a value that does not fit leaves the URL as it is, as the standard has it.
fn change(url: &mut Url, name: &str, value: &str) {
    // What is refused is ignored.
    let _ = match name {
        "protocol" => quirks::set_protocol(url, value),
        "username" => quirks::set_username(url, value),
        "password" => quirks::set_password(url, value),
        "host" => quirks::set_host(url, value),
        "hostname" => quirks::set_hostname(url, value),
        "port" => quirks::set_port(url, value),
        "pathname" => {
            quirks::set_pathname(url, value);
            Ok(())
        }
        "search" => {
            quirks::set_search(url, value);
            Ok(())
        }
        _ => {
            quirks::set_hash(url, value);
            Ok(())
        }
    };
}
