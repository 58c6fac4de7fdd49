//! Reading: one pass over the text, no tree in between.

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::Unreadable;

type Outcome<T> = Result<T, Unreadable>;

pub(super) struct Reader<'t> {
    text: &'t str,
    /// How many bytes have been read.
    at: usize,
    /// A key comes next: numbers stand between quotes there.
    is_key: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, is_key: false }
    }

    /// Nothing but blanks is left.
    pub(super) fn end(&mut self) -> Outcome<()> {
        if self.peek() == 0 && self.at == self.text.len() { Ok(()) } else { Err(Unreadable) }
    }

    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that is no blank; zero at the end.
    fn peek(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.byte()
    }

    /// Takes that byte, if it comes next.
    fn takes(&mut self, wanted: u8) -> bool {
        let is_there = self.peek() == wanted;
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, wanted: u8) -> Outcome<()> {
        if self.takes(wanted) { Ok(()) } else { Err(Unreadable) }
    }

    fn word(&mut self, word: &str) -> bool {
        self.peek();
        let is_there = self.text[self.at..].starts_with(word);
        self.at += if is_there { word.len() } else { 0 };
        is_there
    }

    fn boolean(&mut self) -> Outcome<bool> {
        if self.word("true") {
            Ok(true)
        } else if self.word("false") {
            Ok(false)
        } else {
            Err(Unreadable)
        }
    }

    fn number(&mut self) -> Outcome<&'t str> {
        let is_quoted = std::mem::take(&mut self.is_key);
        if is_quoted {
            self.expect(b'"')?;
        }
        self.peek();
        let start = self.at;
        while matches!(self.byte(), b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') {
            self.at += 1;
        }
        let number = &self.text[start..self.at];
        if is_quoted {
            self.expect(b'"')?;
        }
        if number.is_empty() { Err(Unreadable) } else { Ok(number) }
    }

    fn whole(&mut self) -> Outcome<i64> {
        self.number()?.parse().map_err(|_| Unreadable)
    }

    fn natural(&mut self) -> Outcome<u64> {
        self.number()?.parse().map_err(|_| Unreadable)
    }

    fn string(&mut self) -> Outcome<std::borrow::Cow<'t, str>> {
        self.expect(b'"')?;
        let start = self.at;
        while !matches!(self.byte(), b'"' | b'\\' | 0) {
            self.at += 1;
        }
        let plain = &self.text[start..self.at];
        if self.byte() == b'"' {
            self.at += 1;
            return Ok(plain.into());
        }
        let mut text = plain.to_owned();
        loop {
            let start = self.at;
            while !matches!(self.byte(), b'"' | b'\\' | 0) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            let end = self.byte();
            self.at += 1;
            match end {
                b'"' => return Ok(text.into()),
                b'\\' => text.push(self.escaped()?),
                _ => return Err(Unreadable),
            }
        }
    }

    fn escaped(&mut self) -> Outcome<char> {
        let byte = self.byte();
        self.at += 1;
        Ok(match byte {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'"' | b'\\' | b'/' => char::from(byte),
            b'u' => {
                let mut code = self.unit()?;
                // Half of a character beyond the first 65,536: the other half follows.
                if (0xd800..0xdc00).contains(&code) && self.word("\\u") {
                    let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(Unreadable)?;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + low;
                }
                char::from_u32(code).ok_or(Unreadable)?
            }
            _ => return Err(Unreadable),
        })
    }

    fn unit(&mut self) -> Outcome<u32> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Unreadable)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| Unreadable)
    }

    /// Passes over whatever comes next.
    fn skip(&mut self) -> Outcome<()> {
        match self.peek() {
            b'"' => self.string().map(drop),
            b'{' => {
                let mut members = Members::open(self, b'{')?;
                while members.next()? {
                    members.reader.string()?;
                    members.reader.expect(b':')?;
                    members.reader.skip()?;
                }
                Ok(())
            }
            b'[' => {
                let mut members = Members::open(self, b'[')?;
                while members.next()? {
                    members.reader.skip()?;
                }
                Ok(())
            }
            b't' | b'f' => self.boolean().map(drop),
            b'n' => self.null(),
            _ => self.number().map(drop),
        }
    }

    fn null(&mut self) -> Outcome<()> {
        if self.word("null") { Ok(()) } else { Err(Unreadable) }
    }
}

macro_rules! numbers {
    ($($method:ident $read:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
            visitor.$visit(self.$read()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.peek() {
            b'"' => self.deserialize_str(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            _ => {
                let number = self.number()?;
                match (number.parse(), number.parse()) {
                    (Ok(natural), _) => visitor.visit_u64(natural),
                    (_, Ok(whole)) => visitor.visit_i64(whole),
                    _ => Err(Unreadable),
                }
            }
        }
    }

    numbers! {
        deserialize_bool boolean visit_bool
        deserialize_i8 whole visit_i64
        deserialize_i16 whole visit_i64
        deserialize_i32 whole visit_i64
        deserialize_i64 whole visit_i64
        deserialize_u8 natural visit_u64
        deserialize_u16 natural visit_u64
        deserialize_u32 natural visit_u64
        deserialize_u64 natural visit_u64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        if self.word("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.null()?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Outcome<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        let mut members = Members::open(self, b'[')?;
        let value = visitor.visit_seq(&mut members)?;
        // A visitor of a pair does not ask whether a third one follows.
        if members.is_over || !members.next()? { Ok(value) } else { Err(Unreadable) }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Outcome<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        visitor.visit_map(&mut Members::open(self, b'{')?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        let has_content = self.takes(b'{');
        let value = visitor.visit_enum(Variant { reader: self, has_content })?;
        if has_content {
            self.expect(b'}')?;
        }
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 f32 f64 char bytes byte_buf unit_struct tuple_struct }
}

/// What stands between brackets, separated by commas.
struct Members<'r, 't> {
    reader: &'r mut Reader<'t>,
    close: u8,
    is_first: bool,
    is_over: bool,
}

impl<'r, 't> Members<'r, 't> {
    fn open(reader: &'r mut Reader<'t>, open: u8) -> Outcome<Self> {
        reader.expect(open)?;
        // `]` and `}` are the second byte after `[` and `{`.
        Ok(Self { reader, close: open + 2, is_first: true, is_over: false })
    }

    /// True when another one follows.
    fn next(&mut self) -> Outcome<bool> {
        let is_first = std::mem::take(&mut self.is_first);
        if (is_first || self.reader.peek() == self.close) && self.reader.takes(self.close) {
            self.is_over = true;
            return Ok(false);
        }
        if !is_first {
            self.reader.expect(b',')?;
        }
        Ok(true)
    }
}

impl<'de> de::SeqAccess<'de> for &mut Members<'_, '_> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Outcome<Option<T::Value>> {
        if self.next()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> de::MapAccess<'de> for &mut Members<'_, '_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Outcome<Option<K::Value>> {
        if !self.next()? {
            return Ok(None);
        }
        self.reader.is_key = true;
        let key = seed.deserialize(&mut *self.reader).map(Some);
        self.reader.is_key = false;
        key
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Outcome<V::Value> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

/// `"name"`, or `{"name": content}`.
struct Variant<'r, 't> {
    reader: &'r mut Reader<'t>,
    has_content: bool,
}

impl<'de> de::EnumAccess<'de> for Variant<'_, '_> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Outcome<(V::Value, Self)> {
        let name = seed.deserialize(&mut *self.reader)?;
        if self.has_content {
            self.reader.expect(b':')?;
        }
        Ok((name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, '_> {
    type Error = Unreadable;

    fn unit_variant(self) -> Outcome<()> {
        if self.has_content { self.reader.null() } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Outcome<T::Value> {
        if self.has_content { seed.deserialize(self.reader) } else { Err(Unreadable) }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Outcome<V::Value> {
        if self.has_content { self.reader.deserialize_seq(visitor) } else { Err(Unreadable) }
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Outcome<V::Value> {
        if self.has_content { self.reader.deserialize_map(visitor) } else { Err(Unreadable) }
    }
}
