//! A token that is kept and fetched again in time.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::super::platform::{Instant, now};
use super::{Token, TokenError, TokenProvider};

/// How long before its expiry a token is fetched again, at most. It is less for a token with a short life.
const MAX_EARLY: Duration = Duration::from_secs(300);

/// After a failure, how long the old token is used before a new one is asked for again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// How many tokens are remembered, to remove them from what a server says.
const REMEMBERED: usize = 3;

/// A token that is fetched when it is first needed and again before it expires.
///
/// A token is fetched 5 minutes before its expiry, or when a fifth of its life is left if that is less. It is also
/// fetched when the server answers 401, and the request is then sent again once. While one request fetches a token,
/// the others use the old one, or wait if that has expired. If fetching fails, the old one is used until it expires.
///
/// Clones share the token.
#[derive(Clone)]
pub struct RefreshingToken(Arc<Shared>);

struct Shared {
    provider: Box<dyn TokenProvider>,
    state: Mutex<State>,
    /// Held while a token is fetched.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    current: Option<Fetched>,
    /// The last tokens, the newest first.
    remembered: Vec<SecretString>,
}

struct Fetched {
    token: Token,
    /// From then on another one is wanted.
    stale_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl RefreshingToken {
    /// Creates a token that `provider` fetches.
    pub fn new(provider: impl TokenProvider + 'static) -> Self {
        Self(Arc::new(Shared {
            provider: Box::new(provider),
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }))
    }

    /// Returns the token, and fetches it first if that is necessary.
    ///
    /// # Errors
    ///
    /// [`TokenError`] when the provider fails and there is no token that is still valid.
    pub async fn get(&self) -> Result<Token, TokenError> {
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        let _turn = match (self.valid(), self.0.turn.try_lock()) {
            (_, Ok(turn)) => turn,
            (Some(token), Err(_)) => return Ok(token),
            (None, Err(_)) => self.0.turn.lock().await,
        };
        // Somebody else may have fetched it meanwhile.
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        match self.fetch().await {
            Err(error) => {
                let token = self.valid().ok_or(error)?;
                if let Some(current) = &mut self.state().current {
                    current.stale_at = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                }
                Ok(token)
            }
            fetched => fetched,
        }
    }

    /// Returns a token in place of one that the server refused; `None` if there is no other.
    ///
    /// # Errors
    ///
    /// [`TokenError`] when the provider fails.
    pub async fn replace(&self, refused: &Token) -> Result<Option<Token>, TokenError> {
        let is_other = |token: &Token| token.secret.expose_secret() != refused.secret.expose_secret();
        let _turn = self.0.turn.lock().await;
        // Somebody else may have replaced it meanwhile.
        let current = self.valid().filter(is_other);
        match current {
            Some(token) => Ok(Some(token)),
            None => Ok(Some(self.fetch().await?).filter(is_other)),
        }
    }

    /// The tokens that were fetched last, at most three. Texts of a server are searched for them before they are shown.
    pub fn recent(&self) -> Vec<SecretString> {
        self.state().remembered.clone()
    }

    async fn fetch(&self) -> Result<Token, TokenError> {
        let fetched = self.0.provider.fetch().await;
        let mut state = self.state();
        let token =
            fetched.map_err(|error| TokenError { is_retryable: !state.remembered.is_empty(), ..error })?;
        state.remembered.insert(0, token.secret.clone());
        state.remembered.truncate(REMEMBERED);
        state.current = Some(Fetched::new(token.clone(), self.0.provider.interval()));
        Ok(token)
    }

    /// The token, unless another one is wanted.
    fn fresh(&self) -> Option<Token> {
        let state = self.state();
        let current = state.current.as_ref()?;
        let is_stale = current.stale_at.is_some_and(|at| at <= Instant::now());
        (!is_stale && current.is_valid()).then(|| current.token.clone())
    }

    /// The token, unless it has expired.
    fn valid(&self) -> Option<Token> {
        let state = self.state();
        state.current.as_ref().filter(|current| current.is_valid()).map(|current| current.token.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fetched {
    fn new(token: Token, interval: Option<Duration>) -> Self {
        let fetched_at = Instant::now();
        // One that expired before it arrived was dated by another clock. The server's answer decides then.
        let life = token.expires_at.and_then(|at| at.duration_since(now()).ok());
        let life = life.filter(|life| !life.is_zero());
        let wanted_after = life.map(|life| life.saturating_sub((life / 5).min(MAX_EARLY)));
        let wanted_after = [wanted_after, interval].into_iter().flatten().min();
        Self {
            token,
            stale_at: wanted_after.and_then(|after| fetched_at.checked_add(after)),
            expires_at: life.and_then(|life| fetched_at.checked_add(life)),
        }
    }

    fn is_valid(&self) -> bool {
        self.expires_at.is_none_or(|at| at > Instant::now())
    }
}

impl fmt::Debug for RefreshingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let expires_at = state.current.as_ref().and_then(|current| current.token.expires_at);
        f.debug_struct("RefreshingToken").field("expires_at", &expires_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::{BoxFuture, FutureExt, join_all};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::SystemTime;
    use tokio::time::{advance, sleep};

    /// Returns `token-1`, `token-2` and so on, each valid for `life`, after a second. Fails where `fails` says so.
    struct Numbered {
        count: Arc<AtomicU32>,
        life: Option<Duration>,
        interval: Option<Duration>,
        fails: fn(u32) -> bool,
    }

    impl TokenProvider for Numbered {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
            async {
                let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
                sleep(Duration::from_secs(1)).await;
                if (self.fails)(number) {
                    return Err(TokenError::new("it fails"));
                }
                let token = Token::new(format!("token-{number}"));
                Ok(self.life.map_or(token.clone(), |life| token.with_lifetime(life)))
            }
            .boxed()
        }

        fn interval(&self) -> Option<Duration> {
            self.interval
        }
    }

    fn numbered(change: impl FnOnce(&mut Numbered)) -> (RefreshingToken, Arc<AtomicU32>) {
        let mut provider = Numbered { count: Arc::default(), life: None, interval: None, fails: |_| false };
        change(&mut provider);
        let count = provider.count.clone();
        (RefreshingToken::new(provider), count)
    }

    async fn text(token: &RefreshingToken) -> String {
        token.get().await.unwrap().secret.expose_secret().to_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn requests_at_the_same_time_share_one_fetch() {
        let (token, count) = numbered(|_| {});
        let texts = join_all((0..20).map(|_| text(&token))).await;
        assert!(texts.iter().all(|text| text == "token-1"), "{texts:?}");
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_fetched_again_before_it_expires() {
        for (life, early) in [(3600, 300), (100, 20)] {
            let (token, _) = numbered(|provider| provider.life = Some(Duration::from_secs(life)));
            assert_eq!(text(&token).await, "token-1");
            advance(Duration::from_secs(life - early - 5)).await;
            assert_eq!(text(&token).await, "token-1");
            advance(Duration::from_secs(10)).await;
            let both = tokio::join!(text(&token), text(&token));
            // Only one of them waits for the new token.
            assert_eq!(both, ("token-2".to_owned(), "token-1".to_owned()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_without_an_expiry_is_kept_or_fetched_at_an_interval() {
        let (token, _) = numbered(|_| {});
        assert_eq!(text(&token).await, "token-1");
        advance(Duration::from_secs(1_000_000)).await;
        assert_eq!(text(&token).await, "token-1");

        let (token, _) = numbered(|provider| provider.interval = Some(Duration::from_secs(10)));
        assert_eq!(text(&token).await, "token-1");
        advance(Duration::from_secs(11)).await;
        assert_eq!(text(&token).await, "token-2");
    }

    #[tokio::test(start_paused = true)]
    async fn the_old_token_is_used_while_fetching_fails() {
        let (token, count) = numbered(|provider| {
            provider.life = Some(Duration::from_secs(1000));
            provider.fails = |number| number > 1;
        });
        assert_eq!(text(&token).await, "token-1");
        advance(Duration::from_secs(850)).await;
        assert_eq!(text(&token).await, "token-1");
        assert_eq!(text(&token).await, "token-1");
        assert_eq!(count.load(Ordering::Relaxed), 2, "it is not asked at once again");
        advance(Duration::from_secs(200)).await;
        let error = token.get().await.unwrap_err();
        assert!(error.is_retryable() && error.to_string() == "no access token: it fails", "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_never_returned_a_token_is_not_worth_a_retry() {
        let (token, _) = numbered(|provider| provider.fails = |number| number < 3);
        assert!(!token.get().await.unwrap_err().is_retryable());
        assert!(!token.get().await.unwrap_err().is_retryable());
        assert_eq!(text(&token).await, "token-3");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_are_refused_together_share_one_replacement() {
        let (token, count) = numbered(|_| {});
        let refused = token.get().await.unwrap();
        let replaced = join_all((0..10).map(|_| token.replace(&refused))).await;
        for token in replaced {
            assert_eq!(token.unwrap().unwrap().secret.expose_secret(), "token-2");
        }
        assert_eq!(count.load(Ordering::Relaxed), 2);
        let recent: Vec<_> = token.recent().iter().map(|token| token.expose_secret().to_owned()).collect();
        assert_eq!(recent, ["token-2", "token-1"]);
    }

    #[tokio::test]
    async fn the_same_token_again_replaces_nothing() {
        let token = RefreshingToken::new(|| async { Ok(Token::new("always")) });
        let refused = token.get().await.unwrap();
        assert!(token.replace(&refused).await.unwrap().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_fetch_that_is_dropped_is_started_again_by_the_next() {
        let (token, _) = numbered(|_| {});
        assert!(tokio::time::timeout(Duration::from_millis(10), token.get()).await.is_err());
        assert_eq!(text(&token).await, "token-2");
    }

    #[tokio::test]
    async fn an_expiry_in_the_past_is_of_another_clock() {
        let count = Arc::new(AtomicU32::new(0));
        let counted = count.clone();
        let token = RefreshingToken::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            async { Ok(Token::new("t").with_expiry(SystemTime::UNIX_EPOCH)) }
        });
        for _ in 0..3 {
            assert_eq!(text(&token).await, "t");
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert!(!format!("{token:?} {:?}", token.get().await).contains("\"t\""));
    }
}
