//! Names of things in the data, which people choose and which then never change.

/// The longest one.
const LENGTH_MAX: usize = 32;

/// True for small letters, digits and underscores, a letter first.
pub(crate) fn is_slug(id: &str) -> bool {
    let fits = |each: char| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_';
    id.starts_with(|first: char| first.is_ascii_lowercase()) && id.len() <= LENGTH_MAX && id.chars().all(fits)
}

/// Small letters, digits and underscores, a letter first, as far as a name has such.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.trim().to_lowercase().chars() {
        match character {
            'a'..='z' => slug.push(character),
            '0'..='9' if !slug.is_empty() => slug.push(character),
            _ if slug.is_empty() || slug.ends_with('_') => {}
            _ => slug.push('_'),
        }
    }
    slug.truncate(LENGTH_MAX);
    slug.trim_end_matches('_').to_owned()
}
