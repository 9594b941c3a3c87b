//! The parameters of OAuth 2.0, as Postman spells them; those that Postman has not are ours.

use crate::auth::FieldSpec;

/// The ways to get a token, by their words in files.
pub(super) const GRANTS: &[&str] = &[
    "authorization_code_with_pkce",
    "authorization_code",
    "client_credentials",
    "password_credentials",
    "device_code",
    "implicit",
];

/// How the client proves who it is, by the words in files.
pub(super) const CLIENT_AUTHENTICATION: &[&str] = &["header", "body", "none", "client_secret_jwt", "private_key_jwt"];

/// The grants for which a person signs in in the browser.
const IN_BROWSER: &[&str] = &["authorization_code_with_pkce", "authorization_code", "implicit"];

/// The grants that end at the token URL.
const WITH_TOKEN_URL: &[&str] = &[
    "authorization_code_with_pkce",
    "authorization_code",
    "client_credentials",
    "password_credentials",
    "device_code",
];

/// The proofs that are a JWT.
const SIGNED: &[&str] = &["client_secret_jwt", "private_key_jwt"];

/// All of them, in the order of the form.
pub(super) const FIELDS: &[FieldSpec] = &[
    FieldSpec::choice(
        "grant_type",
        "Grant",
        "How to get a token: in the browser, as the client alone, by password or a code on another device.",
        GRANTS,
    ),
    FieldSpec::text(
        "issuer",
        "Issuer",
        "The OpenID issuer or its discovery document; the URLs below that are empty come from there.",
    ),
    FieldSpec::text("authUrl", "Auth URL", "Where people sign in, in the browser.").when("grant_type", IN_BROWSER),
    FieldSpec::text("accessTokenUrl", "Token URL", "Where tokens come from.").when("grant_type", WITH_TOKEN_URL),
    FieldSpec::text(
        "deviceAuthorizationUrl",
        "Device URL",
        "Where codes for signing in on another device come from.",
    )
    .when("grant_type", &["device_code"]),
    FieldSpec::text("clientId", "Client ID", "The id this client has at the server."),
    FieldSpec::secret(
        "clientSecret",
        "Client secret",
        "The client's secret; empty for a client that has none.",
    )
    .when("grant_type", WITH_TOKEN_URL),
    FieldSpec::choice(
        "client_authentication",
        "Send client as",
        "How the client proves who it is: in a header, the body, not at all, or by a JWT that it signs.",
        CLIENT_AUTHENTICATION,
    )
    .when("grant_type", WITH_TOKEN_URL),
    FieldSpec::secret_lines(
        "privateKey",
        "Private key",
        "The client's key for private_key_jwt: PEM or JWK, or a variable that holds it.",
    )
    .when("client_authentication", &["private_key_jwt"]),
    FieldSpec::text(
        "privateKeyId",
        "Key ID",
        "The name the server knows the key by (`kid`).",
    )
    .when("client_authentication", &["private_key_jwt"]),
    FieldSpec::text("username", "User name", "The user, for the grant with a password.")
        .when("grant_type", &["password_credentials"]),
    FieldSpec::secret("password", "Password", "The user's password.").when("grant_type", &["password_credentials"]),
    FieldSpec::text(
        "scope",
        "Scope",
        "What the token is to be good for: words with spaces between them.",
    ),
    FieldSpec::text(
        "redirect_uri",
        "Redirect URI",
        "Where the browser comes back to; empty for this machine, at a free port.",
    )
    .when("grant_type", IN_BROWSER),
    FieldSpec::text(
        "callbackPort",
        "Port",
        "The port here that the browser comes back to, where the server wants to know it before.",
    )
    .when("grant_type", IN_BROWSER)
    .advanced(),
    FieldSpec::choice(
        "tokenToSend",
        "Send",
        "Which of the tokens is sent with requests.",
        &["access_token", "id_token"],
    )
    .advanced(),
    FieldSpec::choice(
        "addTokenTo",
        "Add to",
        "Where the token is sent.",
        &["header", "queryParams"],
    )
    .advanced(),
    FieldSpec::text(
        "headerPrefix",
        "Prefix",
        "The word before the token in the header; absent it is Bearer.",
    )
    .advanced(),
    FieldSpec::text("tokenName", "Name", "What the token is called in lists.").advanced(),
    FieldSpec::text(
        "assertionAlgorithm",
        "Algorithm",
        "What signs the client's JWT; absent HS256 with the secret, RS256 or what fits the key.",
    )
    .when("client_authentication", SIGNED)
    .advanced(),
    FieldSpec::choice(
        "challengeAlgorithm",
        "Challenge",
        "How PKCE shows its secret in the browser.",
        &["S256", "plain"],
    )
    .when("grant_type", &["authorization_code_with_pkce"])
    .advanced(),
    FieldSpec::secret(
        "code_verifier",
        "Verifier",
        "The secret of PKCE; empty takes a new one each time, which is better.",
    )
    .when("grant_type", &["authorization_code_with_pkce"])
    .advanced(),
    FieldSpec::text(
        "state",
        "State",
        "What the browser must bring back; empty takes a new one each time, which is better.",
    )
    .when("grant_type", IN_BROWSER)
    .advanced(),
    FieldSpec::text(
        "audience",
        "Audience",
        "Whom the token is for, where the server wants to know (Auth0, RFC 8693).",
    )
    .advanced(),
    FieldSpec::text(
        "resource",
        "Resource",
        "The API the token is for: a URL, or some with spaces between them (RFC 8707).",
    )
    .advanced(),
    FieldSpec::text(
        "refreshTokenUrl",
        "Refresh URL",
        "Where tokens are renewed; empty is where they come from.",
    )
    .when("grant_type", WITH_TOKEN_URL)
    .advanced(),
    FieldSpec::text(
        "authRequestParams",
        "Auth extras",
        "More parameters for the Auth URL: `a=1&b=2`.",
    )
    .when("grant_type", IN_BROWSER)
    .advanced(),
    FieldSpec::text(
        "tokenRequestParams",
        "Token extras",
        "More parameters for the Token URL: `a=1&b=2`.",
    )
    .when("grant_type", WITH_TOKEN_URL)
    .advanced(),
    FieldSpec::text(
        "refreshRequestParams",
        "Refresh extras",
        "More parameters for renewing: `a=1&b=2`.",
    )
    .when("grant_type", WITH_TOKEN_URL)
    .advanced(),
    FieldSpec::secret(
        "accessToken",
        "Access token",
        "A token you have already; it is sent where nothing above says how to get one.",
    ),
    FieldSpec::text(
        "tokenType",
        "Token type",
        "What the token is; one of type mac is not sent, as in Postman.",
    )
    .advanced(),
];
