//! What drawings share.

/// What a plant has named, as it may stand in a drawing.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// At most so many characters; wide ones count twice.
pub fn short(text: &str, most: usize) -> String {
    let mut room = most;
    let mut kept = String::new();
    for character in text.chars() {
        let wide = if character.is_ascii() { 1 } else { 2 };
        if wide > room {
            return kept + "…";
        }
        room -= wide;
        kept.push(character);
    }
    kept
}
