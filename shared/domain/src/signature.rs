//! Electronic signatures: whoever signs enters the PIN once more, at the very moment of signing, for that one act. What
//! the server makes of it reaches a decision as a [`Signature`]; an act that needs one is refused without it.

use crate::permission::{Permission, Role};
use crate::refusal::Unmet;
use crate::text::Lang;

/// Why what was handed over as a signature is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFault {
    /// Not made by this server, or changed.
    Forged,
    /// Made too long ago.
    Expired,
    /// Made by somebody else.
    OtherUser,
    /// Made in another session of the same user.
    OtherSession,
    /// Made for another act, or for another order.
    OtherAct,
    /// It has signed already.
    Used,
}

/// The signature that comes with a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    /// None was given.
    #[default]
    Missing,
    /// One was given, and it is not good for this.
    Unusable(SignatureFault),
    /// The caller has entered the PIN for this act. The id is used once.
    Given(String),
}

impl Signature {
    /// What is missing of it for an act that must be signed; nothing where it is good. `who` may sign.
    pub fn unmet(&self, who: &[Role], lang: Lang) -> Option<Unmet> {
        let fault = match self {
            Self::Given(_) => return None,
            Self::Missing => {
                let detail = lang.pick("需要电子签名", "an electronic signature is needed");
                let remedy = lang.pick("再次输入 PIN 签名", "enter your PIN once more to sign");
                return Some(Unmet::new("signature.missing", detail, remedy, who));
            }
            Self::Unusable(fault) => *fault,
        };
        let (code, detail) = match fault {
            SignatureFault::Forged => {
                ("signature.forged", lang.pick("签名无效", "the signature was not made by this plant"))
            }
            SignatureFault::Expired => {
                ("signature.expired", lang.pick("签名已过期", "the signature was made too long ago"))
            }
            SignatureFault::OtherUser => {
                ("signature.other_user", lang.pick("这是他人的签名", "the signature is somebody else's"))
            }
            SignatureFault::OtherSession => {
                ("signature.other_session", lang.pick("签名来自另一次登录", "the signature is of another session"))
            }
            SignatureFault::OtherAct => {
                ("signature.other_act", lang.pick("签名是为另一项操作所做", "the signature was made for another act"))
            }
            SignatureFault::Used => {
                ("signature.used", lang.pick("签名已使用过", "the signature has been used already"))
            }
        };
        let remedy = lang.pick("再次输入 PIN,为此操作签名", "enter your PIN once more, for this act");
        Some(Unmet::new(code, detail, remedy, who))
    }

    /// The same, for whoever holds a permission.
    pub fn unmet_for(&self, permission: Permission, lang: Lang) -> Option<Unmet> {
        self.unmet(permission.holders(), lang)
    }
}
