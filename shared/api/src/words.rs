//! What is wrong with input, in the reader's language.
//!
//! Where it is found it is written in English, and nothing there knows who will read it: an identifier that cannot be read, a
//! row of a file, a body that serde refuses. Here the English sentence is looked up as gettext does it, in
//! `words/zh.txt`, once at the edge and only when something is wrong. What stands in no line stays as it is; so does
//! what was worded in Chinese where it was found.
//!
//! A line is `English => 中文`. `{}` in the English stands for anything; in the Chinese `{}` is the next of these, `{2}`
//! the second. With a `*` behind (`{2*}`) it is looked up in its turn, also among the lines that begin with `~`, which are
//! parts of sentences and never all of one. With a `+` behind (`{1+}`, `{1*+}`) it has to be known, and
//! with a `-` it must not be: such lines wrap others and are tried first, in their order. Of the rest that fit, the one with the most letters of its
//! own counts. A test reads the sources and fails when a sentence has no line, or a line no sentence.

use takt_domain::text::Lang;

const ZH: &str = include_str!("words/zh.txt");

/// How often a part of a part is looked up. Input may say anything, so something has to end it.
const DEPTH_MAX: u8 = 4;

/// A sentence in the reader's language.
pub fn told(text: String, lang: Lang) -> String {
    match lang {
        Lang::En => text,
        Lang::Zh => zh(&text, false, DEPTH_MAX).unwrap_or(text),
    }
}

/// One line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Part of a sentence, never all of one.
    pub is_part: bool,
    /// The English pattern.
    pub en: &'static str,
    /// The Chinese one.
    pub zh: &'static str,
}

/// All lines, in their order.
pub fn lines() -> impl Iterator<Item = Line> {
    let line = |line: &'static str| {
        let (en, zh) = line.split_once(" => ")?;
        let part = en.strip_prefix("~ ");
        Some(Line { is_part: part.is_some(), en: part.unwrap_or(en), zh })
    };
    ZH.lines().filter(|line| !line.starts_with('#')).filter_map(line)
}

fn zh(text: &str, parts_too: bool, depth: u8) -> Option<String> {
    let mut best: Option<(usize, &str, Vec<&str>)> = None;
    for Line { is_part, en, zh } in lines() {
        if is_part && !parts_too {
            continue;
        }
        let own = en.len() - 2 * en.matches("{}").count();
        let wraps = zh.contains("+}");
        if (wraps || best.as_ref().is_none_or(|(most, ..)| own > *most))
            && let Some(parts) = parts(en, text)
        {
            match wraps {
                true => match filled(zh, &parts, depth) {
                    Some(said) => return Some(said),
                    None => continue,
                },
                false => best = Some((own, zh, parts)),
            }
        }
    }
    let (_, zh, parts) = best?;
    filled(zh, &parts, depth)
}

/// What stands at each `{}` of a pattern, where all of the text is as the pattern says.
fn parts<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let Some((first, rest)) = pattern.split_once("{}") else { return (pattern == text).then(Vec::new) };
    let text = text.strip_prefix(first)?;
    let (between, last) = rest.rsplit_once("{}").map_or((None, rest), |(between, last)| (Some(between), last));
    let mut text = text.strip_suffix(last)?;
    let mut parts = Vec::new();
    for literal in between.into_iter().flat_map(|between| between.split("{}")) {
        let (part, rest) = text.split_once(literal)?;
        parts.push(part);
        text = rest;
    }
    parts.push(text);
    Some(parts)
}

/// One place of a Chinese pattern: which part comes there, and how it is looked up; and what stands behind it.
fn place(text: &str, next: usize) -> Option<(usize, &str, &str)> {
    let (inner, rest) = text.strip_prefix('{')?.split_once('}')?;
    let number = inner.trim_end_matches(['*', '+', '-']);
    let marks = inner.get(number.len()..)?;
    let at = if number.is_empty() { next } else { number.parse::<usize>().ok()?.checked_sub(1)? };
    Some((at, marks, rest))
}

/// The Chinese with its parts; none where one that has to be known is not, or the other way round.
fn filled(pattern: &str, parts: &[&str], depth: u8) -> Option<String> {
    let (mut said, mut next, mut rest) = (String::new(), 0, pattern);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        said.push_str(before);
        let Some((n, marks, behind)) = place(from, next) else {
            said.push('{');
            rest = &from[1..];
            continue;
        };
        let part = parts.get(n).copied().unwrap_or_default();
        let deeper = depth.checked_sub(1).filter(|_| !marks.is_empty());
        let known = deeper.and_then(|depth| zh(part, marks.contains('*'), depth));
        match (marks, &known) {
            ("+" | "*+", None) | ("-", Some(_)) => return None,
            _ => said.push_str(known.as_deref().unwrap_or(part)),
        }
        next += 1;
        rest = behind;
    }
    Some(said + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(en: &str, zh: &str) {
        assert_eq!(told(en.to_owned(), Lang::Zh), zh);
        assert_eq!(told(en.to_owned(), Lang::En), en);
    }

    #[test]
    fn a_sentence_is_said_in_chinese_with_its_own_words_in_place() {
        check("expected a reason", "请填写原因");
        check("expected at most 64 characters", "最多 64 个字符");
        check("there is no item 螺丝 M3", "没有物料 螺丝 M3");
        check("line 3 of PO-7 is of another item", "PO-7 第 3 行是其他物料");
        check("P1 has no line 3", "P1 没有第 3 行");
        check("there is no equipment M-1", "没有设备 M-1");
    }

    #[test]
    fn parts_that_are_sentences_are_said_in_chinese_too() {
        check(
            "Menge (quantity): expected a number above zero, found \"x\"",
            "Menge (quantity): 应为大于 0 的数字,实为\"x\"",
        );
        check("name: expected a name, found nothing", "name: 应为名称,实为空");
        check("at most 9 decimals are allowed here at line 1 column 7", "最多 9 位小数(第 1 行第 7 列)");
        check(
            "invalid type: string \"a\", expected u32 at line 1 column 9",
            "类型不对:应为0 到 4294967295 的整数,实为字符串 \"a\"(第 1 行第 9 列)",
        );
        check("expected a } behind {Name", "{Name 之后缺少 }");
    }

    #[test]
    fn what_nobody_has_put_into_chinese_stays_as_it_is() {
        check("the moon is full", "the moon is full");
        check("物料 A: 没有: B", "物料 A: 没有: B");
        check("", "");
        // Whatever somebody calls a thing is not a sentence.
        check("nothing", "nothing");
    }

    #[test]
    fn input_that_looks_like_a_pattern_ends() {
        check("a: expected a name, found {2*}{", "a: 应为名称,实为{2*}{");
        check("operation: the routing of A has no operation 5", "operation: A 的工艺路线没有工序 5");
        let deep = "x: ".repeat(20_000);
        assert_eq!(told(deep.clone(), Lang::Zh), deep);
    }
}
