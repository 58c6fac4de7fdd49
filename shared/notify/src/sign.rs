//! Standard Webhooks 1.0: `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`, once for each
//! secret that is active, with a space between them. <https://www.standardwebhooks.com>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What secrets begin with where people copy them.
pub const SECRET_PREFIX: &str = "whsec_";

pub(crate) fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // An HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// The secret of an endpoint, with its prefix. It is derived and never kept: the database alone tells nobody how to sign, and a
/// new `salt` is a new secret.
pub fn secret(key: &[u8], plant: u32, endpoint: &str, salt: &str) -> String {
    let made = hmac(key, format!("takt.webhook.v1\n{plant}\n{endpoint}\n{salt}").as_bytes());
    format!("{SECRET_PREFIX}{}", STANDARD.encode(made))
}

/// The header of a body, signed with each of these secrets.
pub fn signature(secrets: &[String], id: &str, timestamp_s: i64, body: &str) -> String {
    let signed = format!("{id}.{timestamp_s}.{body}");
    let one = |secret: &String| {
        let text = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
        let key = STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec());
        format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes())))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own reference libraries.
    #[test]
    fn a_body_is_signed_as_the_specification_shows() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let made = signature(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_sign_beside_each_other_and_each_salt_is_another_secret() {
        let [old, new] = ["a", "b"].map(|salt| secret(b"key", 1, "erp", salt));
        assert!(old.starts_with(SECRET_PREFIX) && old != new);
        assert_ne!(old, secret(b"key", 2, "erp", "a"), "of another plant");
        let both = signature(&[new.clone(), old.clone()], "m", 1, "{}");
        let alone = [new, old].map(|secret| signature(&[secret], "m", 1, "{}"));
        assert_eq!(both, alone.join(" "));
    }
}
