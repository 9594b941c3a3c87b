//! Kerberos tickets from the system's library, where the program is built with it (feature `negotiate`).

use crate::model::{ResolvedRequest, Secret};

/// Whether this program has it.
pub(super) const IS_BUILT_IN: bool = cfg!(all(unix, feature = "negotiate"));

/// A ticket for the server of a request, in Base64, or why there is none.
///
/// The library speaks with the realm's servers and blocks meanwhile, so it is asked on a thread of its own.
pub(super) async fn ticket(resolved: &ResolvedRequest) -> Result<Secret, String> {
    let own = resolved.auth.text("service");
    let service = if own.is_empty() {
        let url = if resolved.url.contains("://") {
            resolved.url.clone()
        } else {
            format!("http://{}", resolved.url)
        };
        let url = url::Url::parse(&url).map_err(|error| error.to_string())?;
        format!("HTTP@{}", url.host_str().unwrap_or_default())
    } else {
        own
    };
    tokio::task::spawn_blocking(move || ask(&service))
        .await
        .map_err(|error| error.to_string())?
}

#[cfg(all(unix, feature = "negotiate"))]
fn ask(service: &str) -> Result<Secret, String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use libgssapi::context::{ClientCtx, CtxFlags};
    use libgssapi::name::Name;
    use libgssapi::oid::{GSS_MECH_SPNEGO, GSS_NT_HOSTBASED_SERVICE};

    let told = |error: libgssapi::error::Error| {
        // The library's texts end with the byte that C's do.
        let why = error.to_string().replace('\0', "");
        let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("the system's Kerberos says: {why}; run `kinit`, or look with `klist` whether yours has ended")
    };
    let name = Name::new(service.as_bytes(), Some(&GSS_NT_HOSTBASED_SERVICE)).map_err(told)?;
    let mut context = ClientCtx::new(None, name, CtxFlags::empty(), Some(&GSS_MECH_SPNEGO));
    let token = context.step(None, None).map_err(told)?;
    let token = token.ok_or_else(|| "the system's Kerberos gives none".to_owned())?;
    Ok(Secret::new(STANDARD.encode(&*token)))
}

#[cfg(not(all(unix, feature = "negotiate")))]
fn ask(_service: &str) -> Result<Secret, String> {
    Err("this build has no Kerberos; build it with `--features negotiate`".to_owned())
}
