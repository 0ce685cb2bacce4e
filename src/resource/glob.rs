/// Returns whether a text matches a pattern with `*` (any run) and `?` (any one character). Takes no longer than both
/// lengths multiplied, whatever the pattern.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            p = at + 1;
            t = from + 1;
            star = Some((at, from + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

/// Returns whether a pattern matches whatever another one does. A pattern of which that can't be told is none.
pub fn covers(wide: &str, narrow: &str) -> bool {
    // No pattern has these letters; what matches them in an asterisk's place, and nothing there, matches anything.
    let filled = |run: &str| narrow.replace('?', "\u{1}").replace('*', run);
    matches(wide, &filled("")) && matches(wide, &filled("\u{1}\u{1}\u{1}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_is_narrower() {
        for (wide, narrow, is_covered) in [
            ("/*", "/api/*", true),
            ("/*", "/*", true),
            ("/api/*", "/*", false),
            ("/api/*", "/api", false),
            ("/?*", "/*", false),
            ("/?", "/*", false),
            ("/??", "/a?", true),
            ("*.example.com", "www.example.com", true),
            ("*.example.com", "*.example.com", true),
            ("*", "a*b?c", true),
        ] {
            assert_eq!(covers(wide, narrow), is_covered, "{wide} {narrow}");
        }
    }
}
