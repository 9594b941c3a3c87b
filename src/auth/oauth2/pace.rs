//! How often a token endpoint may be asked whether the user has typed the code (RFC 8628, section 3.5).

use std::time::Duration;

use super::error::OAuthError;

/// The pace of the questions.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    interval: Duration,
    /// How many questions in a row got no answer.
    unanswered: u32,
}

/// How much slower it gets each time the server asks for it.
const SLOWER: Duration = Duration::from_secs(5);

/// The longest pause: a server that is down for a while shall not use up the code's life.
const LONGEST: Duration = Duration::from_mins(1);

/// So many questions in a row without an answer mean that there will be none.
const GONE: u32 = 4;

impl Pace {
    /// Begins with what the server has asked for.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            unanswered: 0,
        }
    }

    /// How long to wait before the next question.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Takes an answer that was no token: goes on at the pace it asks for.
    ///
    /// # Errors
    ///
    /// The answer, when it is the last one.
    pub fn after(&mut self, error: OAuthError) -> Result<(), OAuthError> {
        self.unanswered = match error {
            OAuthError::Unreachable { .. } => self.unanswered + 1,
            _ => 0,
        };
        match &error {
            // It is gone: nobody shall wait for it until the code is too old.
            OAuthError::Unreachable { .. } if self.unanswered >= GONE => Err(error),
            OAuthError::Refused { code, .. } if code == "authorization_pending" => Ok(()),
            OAuthError::Refused { code, .. } if code == "slow_down" => {
                self.interval += SLOWER;
                Ok(())
            }
            // A question that got no answer: less often, and not for ever the same.
            _ if error.is_passing() => {
                self.interval = (self.interval * 2).clamp(Duration::from_millis(100), LONGEST);
                Ok(())
            }
            _ => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::TOKEN;
    use super::*;

    fn refused(code: &str) -> OAuthError {
        OAuthError::Refused {
            endpoint: TOKEN,
            code: code.into(),
            description: String::new(),
            status: 400,
        }
    }

    #[test]
    fn it_slows_down_when_asked_and_ends_with_the_last_word() {
        let mut pace = Pace::new(Duration::from_secs(5));
        assert_eq!(pace.after(refused("authorization_pending")), Ok(()));
        assert_eq!(pace.interval(), Duration::from_secs(5));
        assert_eq!(pace.after(refused("slow_down")), Ok(()));
        assert_eq!(pace.interval(), Duration::from_secs(10));
        let down = OAuthError::Unreachable {
            endpoint: TOKEN,
            message: String::new(),
            never_arrived: true,
            hint: None,
        };
        assert_eq!(pace.after(down.clone()), Ok(()));
        assert_eq!(pace.interval(), Duration::from_secs(20));
        let busy = OAuthError::Refused {
            endpoint: TOKEN,
            code: "server_error".into(),
            description: String::new(),
            status: 503,
        };
        for _ in 0..9 {
            assert_eq!(pace.after(busy.clone()), Ok(()));
        }
        assert_eq!(pace.interval(), Duration::from_mins(1));
        // One that answers again may be waited for; one that is gone is not.
        for _ in 1..GONE {
            assert_eq!(pace.after(down.clone()), Ok(()));
        }
        assert_eq!(pace.after(busy), Ok(()));
        for _ in 1..GONE {
            assert_eq!(pace.after(down.clone()), Ok(()));
        }
        assert_eq!(pace.after(down.clone()), Err(down));
        for code in ["access_denied", "expired_token", "invalid_grant"] {
            assert_eq!(pace.after(refused(code)), Err(refused(code)));
        }
    }
}
