//! Bearer tokens: `base64url(claims as JSON) . base64url(HMAC-SHA256 of the first part)`.
//!
//! The key never leaves the server, so a token can be neither made nor changed outside. It names the plant, the user,
//! the roles and the session; a session that was ended is refused by every commit, and on reads within five seconds.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use takt_api::identity::Claims;

/// Why a token is not accepted. Callers are told no more than that they have to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Not of the form of a token.
    Malformed,
    /// Signed with another key, or changed.
    Forged,
    /// Its time is over.
    Expired,
}

/// The longest token that is looked at, in bytes.
pub const TOKEN_MAX: usize = 4096;

fn mac(key: &[u8]) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(key).ok()
}

/// Signs claims.
pub fn sign(claims: &Claims, key: &[u8]) -> String {
    seal("", claims, key)
}

/// Signs anything. `kind` keeps one kind of signed text from being taken for another; a payload never has a dot, so a
/// kind that ends with one cannot be mistaken for the beginning of a payload.
pub(crate) fn seal(kind: &str, content: &impl Serialize, key: &[u8]) -> String {
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(content).unwrap_or_default());
    let signature = mac(key).map(|mut mac| {
        mac.update(kind.as_bytes());
        mac.update(payload.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    });
    format!("{payload}.{}", signature.unwrap_or_default())
}

/// Reads a token; `now_s` is in seconds since 1970.
pub fn verify(token: &str, key: &[u8], now_s: i64) -> Result<Claims, TokenError> {
    let claims: Claims = open("", token, key)?;
    if claims.exp <= now_s {
        return Err(TokenError::Expired);
    }
    Ok(claims)
}

/// Reads what [`seal`] signed.
pub(crate) fn open<T: DeserializeOwned>(kind: &str, token: &str, key: &[u8]) -> Result<T, TokenError> {
    if token.len() > TOKEN_MAX {
        return Err(TokenError::Malformed);
    }
    let (payload, signature) = token.split_once('.').ok_or(TokenError::Malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Malformed)?;
    let mut mac = mac(key).ok_or(TokenError::Forged)?;
    mac.update(kind.as_bytes());
    mac.update(payload.as_bytes());
    mac.verify_slice(&signature).map_err(|_| TokenError::Forged)?;
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}

/// What tells one request from another without giving its content away: HMAC-SHA256 of its parts, in hexadecimal.
pub fn fingerprint(parts: &[&[u8]], key: &[u8]) -> Option<String> {
    let mut mac = mac(key)?;
    for part in parts {
        mac.update(part);
    }
    Some(crate::failure::hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use takt_domain::permission::Role;

    use super::*;

    fn claims() -> Option<Claims> {
        let user = "operator".parse().ok()?;
        Some(Claims { plant: 1, user, roles: vec![Role::Operator], session: "s1".into(), exp: 1000, scopes: None })
    }

    #[test]
    fn a_token_is_read_back_until_it_expires() {
        let Some(claims) = claims() else { panic!("the claims are well-formed") };
        let token = sign(&claims, b"key");
        assert_eq!(verify(&token, b"key", 999), Ok(claims));
        assert_eq!(verify(&token, b"key", 1000), Err(TokenError::Expired));
    }

    #[test]
    fn a_changed_token_or_another_key_is_refused() {
        let Some(claims) = claims() else { panic!("the claims are well-formed") };
        let token = sign(&claims, b"key");
        assert_eq!(verify(&token, b"other", 1), Err(TokenError::Forged));
        let Some((_, signature)) = token.split_once('.') else { panic!("a token has two parts") };
        let raised = Claims { roles: vec![Role::Administrator], ..claims };
        let payload = sign(&raised, b"guess");
        let forged = format!("{}.{signature}", payload.split('.').next().unwrap_or_default());
        assert_eq!(verify(&forged, b"key", 1), Err(TokenError::Forged));
        for text in ["", ".", "a.b", "a", "a.b.c", "\u{0}.\u{0}"] {
            assert!(verify(text, b"key", 1).is_err(), "{text:?}");
        }
    }
}
