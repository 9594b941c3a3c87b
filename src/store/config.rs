//! The user's settings: `config.toml` in the configuration folder.

mod reading;
mod watching;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use toml_edit::{DocumentMut, TomlError};

use super::files::{Disk, DurationText, SaveError, line_column, read, write};
pub use watching::ConfigWatcher;

use crate::model::certificate::{ClientCertificate, Passphrase};
use crate::model::problem::Problem;
use crate::model::secret::without_credentials;
use crate::model::variable::ValueSource;

/// The user's settings; every one has a default.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The theme's name; `None` takes the default one.
    pub theme: Option<String>,
    /// The timeout of requests that say none; `None` is no timeout.
    pub timeout: Option<Duration>,
    /// How long nothing may be heard from a server; `None` is 10 minutes, zero for ever.
    pub silence: Option<Duration>,
    /// How long a connection may take to open, TLS included; `None` is a minute, zero for ever.
    pub connecting: Option<Duration>,
    /// At most so many MiB of a response are kept; `None` is 4096.
    pub response_limit: Option<u32>,
    /// A proxy URL for all requests, `direct` for none; `None` takes the environment's.
    pub proxy: Option<String>,
    /// More certificate authorities to trust: a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Check no server's certificate at all.
    pub insecure: bool,
    /// The program that opens long texts; `None` takes `$VISUAL`, then `$EDITOR`.
    pub editor: Option<String>,
    /// Whether the mouse is used; `None` is yes.
    pub mouse: Option<bool>,
    /// How the terminal is to show pictures.
    pub pictures: Pictures,
    /// Responses up to so many MiB stay in memory; `None` is 32.
    pub memory: Option<u32>,
    /// The folder for the files of larger ones; `None` takes the system's.
    pub spill_folder: Option<PathBuf>,
    /// All responses of the screen together take up so many MiB of memory; `None` is 256.
    pub responses_memory: Option<u32>,
    /// And so many MiB in files; `None` is 1024.
    pub responses_files: Option<u32>,
    /// Which servers are shown which certificate of the client's.
    pub client_certificates: Vec<ClientCertificate>,
    /// Whether requests that ask for it may use the user's netrc.
    pub netrc: bool,
}

/// How a terminal is to show pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pictures {
    /// As it says it can.
    #[default]
    Auto,
    /// As graphics of kitty.
    Kitty,
    /// As inline images of iTerm2.
    Iterm,
    /// As sixels.
    Sixel,
    /// As text, in half blocks.
    Blocks,
}

/// The settings of postrider.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(title = "postrider config")]
pub struct ConfigDto {
    /// The theme's name.
    pub theme: Option<String>,
    /// Give up on requests after so long, unless they say themselves.
    pub timeout: Option<DurationText>,
    /// Give up when no byte came or went for so long; absent is `10m`, `0s` is never.
    pub silence: Option<DurationText>,
    /// Give up when a connection is not open after so long, TLS included; absent is `1m`, `0s` is never.
    pub connecting: Option<DurationText>,
    /// Keep at most so many MiB of a response, as it came and decoded; absent is 4096.
    pub response_limit: Option<u32>,
    /// A proxy URL for all requests, or `direct` for none; absent takes the environment's.
    pub proxy: Option<String>,
    /// A PEM file with more certificates to trust, authorities' or a server's own; relative to this file.
    pub ca_file: Option<PathBuf>,
    /// Check no server's certificate at all.
    #[serde(default)]
    pub insecure: bool,
    /// The program that opens long texts; absent takes `$VISUAL`, then `$EDITOR`.
    pub editor: Option<String>,
    /// Whether the mouse is used; absent is yes.
    pub mouse: Option<bool>,
    /// How the terminal is to show pictures; absent is `auto`: as it says it can.
    #[serde(default)]
    pub pictures: Pictures,
    /// Keep responses up to so many MiB in memory, larger ones in temporary files; absent is 32.
    pub memory: Option<u32>,
    /// The folder for those files; absent is `$TMPDIR`, else `/var/tmp` where there is one.
    pub spill_folder: Option<PathBuf>,
    /// Keep up to so many MiB of responses in memory in all, the screen's earlier ones among them; absent is 256.
    pub responses_memory: Option<u32>,
    /// Keep up to so many MiB of the screen's earlier responses in files in all; absent is 1024.
    pub responses_files: Option<u32>,
    /// Certificates to show to servers that ask for one; of those for a server the first.
    #[serde(default)]
    pub client_certificates: Vec<ClientCertificateDto>,
    /// Let requests with the auth type `netrc` use `~/.netrc`, or what `$NETRC` names.
    #[serde(default)]
    pub netrc: bool,
}

/// A client certificate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCertificateDto {
    /// The server: `api.example.com`, `*.example.com`, or a whole pattern such as `https://example.com:8443/v1/*`.
    pub host: String,
    /// Its port; absent is 443.
    pub port: Option<u16>,
    /// A PEM file with the certificate and those above it, or a PKCS #12 file (`.p12`, `.pfx`).
    pub certificate: PathBuf,
    /// A PEM file with the key; absent, the other file holds it.
    pub key: Option<PathBuf>,
    /// Where the passphrase of the key is; absent, you are asked if it needs one.
    pub passphrase: Option<PassphraseDto>,
}

/// Where a passphrase is; it never stands in the file itself. What is wrong is told without quoting it: somebody may have
/// put it there.
#[derive(Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a passphrase does not stand here: say `{ env = \"NAME\" }`, `{ command = [\"op\", \"read\", \"…\"] }`, \
                 `{ prompt = \"…\" }` or `{ vault = \"NAME\" }`"
)]
pub enum PassphraseDto {
    /// In the process's environment.
    Env {
        /// The variable.
        env: String,
    },
    /// A program prints it.
    Command {
        /// Its name and its arguments, no shell; run once a session in the certificate's folder.
        command: Vec<String>,
    },
    /// You type it when asked so.
    Prompt {
        /// The question, put once a session.
        prompt: String,
    },
    /// `postrider vault set NAME -` has kept it, sealed.
    Vault {
        /// The name.
        vault: String,
    },
}

impl From<PassphraseDto> for Passphrase {
    fn from(dto: PassphraseDto) -> Self {
        match dto {
            PassphraseDto::Env { env } => Self::From(ValueSource::Env(env)),
            PassphraseDto::Command { command } => Self::From(ValueSource::Command(command)),
            PassphraseDto::Prompt { prompt } => Self::From(ValueSource::Prompt(prompt)),
            PassphraseDto::Vault { vault } => Self::Vault(vault),
        }
    }
}

impl ClientCertificateDto {
    /// The certificate, its files relative to a folder.
    fn below(self, folder: &Path) -> ClientCertificate {
        let pattern = match self.port {
            _ if self.host.contains("://") => self.host,
            Some(port) => format!("https://{}:{port}/*", self.host),
            None => format!("https://{}/*", self.host),
        };
        ClientCertificate {
            servers: vec![pattern],
            certificate: folder.join(self.certificate),
            key: self.key.map(|key| folder.join(key)),
            passphrase: self.passphrase.map(Passphrase::from),
        }
    }
}

impl fmt::Debug for Config {
    /// Without the proxy's password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("theme", &self.theme)
            .field("timeout", &self.timeout)
            .field("silence", &self.silence)
            .field("connecting", &self.connecting)
            .field("response_limit", &self.response_limit)
            .field("proxy", &self.proxy.as_deref().map(without_credentials))
            .field("ca_file", &self.ca_file)
            .field("insecure", &self.insecure)
            .field("editor", &self.editor)
            .field("mouse", &self.mouse)
            .field("pictures", &self.pictures)
            .field("memory", &self.memory)
            .field("spill_folder", &self.spill_folder)
            .field("responses_memory", &self.responses_memory)
            .field("responses_files", &self.responses_files)
            .field("client_certificates", &self.client_certificates)
            .field("netrc", &self.netrc)
            .finish()
    }
}

impl ConfigDto {
    /// The settings, files relative to the folder they stand in.
    fn below(self, folder: &Path) -> Config {
        let dto = self;
        Config {
            theme: dto.theme,
            timeout: dto.timeout.map(|timeout| timeout.0),
            silence: dto.silence.map(|silence| silence.0),
            connecting: dto.connecting.map(|connecting| connecting.0),
            response_limit: dto.response_limit,
            proxy: dto.proxy,
            ca_file: dto.ca_file.map(|path| folder.join(path)),
            insecure: dto.insecure,
            editor: dto.editor,
            mouse: dto.mouse,
            pictures: dto.pictures,
            memory: dto.memory,
            spill_folder: dto.spill_folder.map(|path| folder.join(path)),
            responses_memory: dto.responses_memory,
            responses_files: dto.responses_files,
            client_certificates: dto
                .client_certificates
                .into_iter()
                .map(|certificate| certificate.below(folder))
                .collect(),
            netrc: dto.netrc,
        }
    }
}

impl Config {
    /// Reads the settings. A missing file is all defaults; so is one that is no TOML. A setting that cannot be used is left
    /// out and told.
    pub fn load(file: &Path) -> (Self, Vec<Problem>) {
        let unread = |message: String| {
            let problem = Problem {
                file: file.to_owned(),
                at: None,
                message,
                hint: Some("the defaults are used until it is corrected".to_owned()),
                warning: false,
            };
            (Self::default(), vec![problem])
        };
        let bytes = match read(file) {
            Ok(Disk::Bytes(bytes)) => bytes,
            Ok(Disk::Missing) => return (Self::default(), Vec::new()),
            Err(error) => return unread(format!("cannot read it: {error}")),
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return unread("the file is not UTF-8".to_owned());
        };
        let (dto, problems) = reading::read(file, &text);
        (dto.below(file.parent().unwrap_or(Path::new(""))), problems)
    }

    /// Writes one text setting (`theme`, say) into the file, leaving everything else in it as it is.
    ///
    /// A file that does not parse is not written.
    pub fn set(file: &Path, key: &str, text: &str) -> Result<(), SaveError> {
        let before = match read(file).map_err(SaveError::io("read", file))? {
            Disk::Bytes(bytes) => bytes,
            Disk::Missing => Vec::new(),
        };
        let broken = |at, message: String| {
            SaveError::Broken(Box::new(Problem {
                file: file.to_owned(),
                at,
                message,
                hint: None,
                warning: false,
            }))
        };
        let before = String::from_utf8(before).map_err(|error| broken(None, error.to_string()))?;
        let mut document: DocumentMut = before.parse().map_err(|error: TomlError| {
            let at = error.span().map(|span| line_column(&before, span.start));
            broken(at, error.message().to_owned())
        })?;
        match document.get_mut(key).and_then(|item| item.as_value_mut()) {
            Some(value) => {
                let decor = value.decor().clone();
                *value = text.into();
                *value.decor_mut() = decor;
            }
            None => {
                document.insert(key, toml_edit::value(text));
            }
        }
        write(file, document.to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn what_is_shown_of_it_holds_no_password() {
        let config = Config {
            proxy: Some("http://u:hunter2@p:1".into()),
            ..Config::default()
        };
        let shown = format!("{config:?}");
        assert!(shown.contains("http://p:1") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn missing_and_broken_settings_are_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        assert_eq!(Config::load(&file), (Config::default(), Vec::new()));
        std::fs::write(&file, "theme = \"dark\"\ntimeout = \"10 apples\"\n").unwrap();
        let (config, problems) = Config::load(&file);
        assert_eq!((config.theme.as_deref(), config.timeout), (Some("dark"), None));
        assert_eq!(problems[0].at.unwrap().0, 2);
        // Of a file that is used all the same nobody says that it could not be read.
        assert_eq!(Problem::count(&problems).as_deref(), Some("1 warning"));
        std::fs::write(&file, "theme = \"dark\"\ntimeout = \n").unwrap();
        let (config, problems) = Config::load(&file);
        assert_eq!((config, problems.len()), (Config::default(), 1));
        assert_eq!(Problem::count(&problems).as_deref(), Some("1 file could not be read"));
        let text = "theme = \"dark\"\ntimeout = \"10s\"\nsilence = \"1m\"\nconnecting = \"5s\"\nresponse_limit = 9\nmemory = 8\nresponses_memory = 64\nresponses_files = 0\nspill_folder = \"spill\"\nca_file = \"ca.pem\"\n";
        std::fs::write(&file, text).unwrap();
        let (config, problems) = Config::load(&file);
        assert_eq!((config.theme.as_deref(), problems), (Some("dark"), Vec::new()));
        assert_eq!(config.timeout, Some(Duration::from_secs(10)));
        assert_eq!(
            (config.memory, config.spill_folder),
            (Some(8), Some(folder.path().join("spill")))
        );
        assert_eq!((config.responses_memory, config.responses_files), (Some(64), Some(0)));
        assert_eq!(config.ca_file, Some(folder.path().join("ca.pem")));
        assert_eq!(
            (config.silence, config.connecting, config.response_limit),
            (Some(Duration::from_mins(1)), Some(Duration::from_secs(5)), Some(9))
        );
    }

    #[test]
    fn client_certificates_lie_beside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let text = "[[client_certificates]]\nhost = \"*.a.test\"\nport = 8443\ncertificate = \"me.p12\"\n\
                    passphrase = { env = \"ME\" }\n[[client_certificates]]\nhost = \"https://b.test/x/*\"\n\
                    certificate = \"/abs/me.pem\"\nkey = \"me.key\"\n";
        std::fs::write(&file, text).unwrap();
        let (config, problems) = Config::load(&file);
        assert_eq!(problems, []);
        let [first, second] = config.client_certificates.as_slice() else {
            panic!("{config:?}")
        };
        assert_eq!(first.servers, ["https://*.a.test:8443/*"]);
        assert_eq!(first.certificate, folder.path().join("me.p12"));
        assert_eq!(first.passphrase, Some(Passphrase::From(ValueSource::Env("ME".into()))));
        assert_eq!(second.servers, ["https://b.test/x/*"]);
        assert_eq!(second.certificate, PathBuf::from("/abs/me.pem"));
        assert_eq!(second.key, Some(folder.path().join("me.key")));
        for (written, passphrase) in [
            (
                "{ command = [\"pass\", \"me\"] }",
                Passphrase::From(ValueSource::Command(vec!["pass".into(), "me".into()])),
            ),
            (
                "{ prompt = \"PIN\" }",
                Passphrase::From(ValueSource::Prompt("PIN".into())),
            ),
            ("{ vault = \"me\" }", Passphrase::Vault("me".into())),
        ] {
            std::fs::write(&file, text.replace("{ env = \"ME\" }", written)).unwrap();
            let (config, problems) = Config::load(&file);
            assert_eq!(problems, []);
            assert_eq!(config.client_certificates[0].passphrase, Some(passphrase));
        }
        // A passphrase in the file itself is refused: it would end up in somebody's repository.
        for wrong in [
            "\"hush-4711\"",
            "{ env = \"ME\", hush-4711 = 1 }",
            "{ env = [\"hush-4711\"] }",
            "{ env = \"ME\", vault = \"hush-4711\" }",
        ] {
            std::fs::write(&file, text.replace("{ env = \"ME\" }", wrong)).unwrap();
            let (_, problems) = Config::load(&file);
            let problem = &problems[0];
            assert!(!problem.message.contains("hush"), "{problem:?}");
            assert!(
                problem.message.contains("{ vault = ") && problem.at.is_some(),
                "{problem:?}"
            );
        }
    }

    #[test]
    fn a_setting_is_written_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config.toml");
        Config::set(&file, "theme", "dark").unwrap();
        std::fs::write(&file, "# mine\ntheme = \"dark\" # at night\ninsecure = true\n").unwrap();
        Config::set(&file, "theme", "light").unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, "# mine\ntheme = \"light\" # at night\ninsecure = true\n");
        std::fs::write(&file, "theme = ").unwrap();
        assert!(matches!(Config::set(&file, "theme", "x"), Err(SaveError::Broken(_))));
    }
}
