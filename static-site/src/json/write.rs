//! Writing: straight into a text.

use serde::ser::{self, Serialize, Serializer};

use super::Unreadable;

type Outcome<T> = Result<T, Unreadable>;

pub(super) struct Writer<'t>(pub(super) &'t mut String);

fn quoted(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            '\0'..=' ' if character != ' ' => {
                text.push_str("\\u00");
                for shift in [4, 0] {
                    let digit = character as u32 >> shift & 15;
                    text.push(char::from_digit(digit, 16).unwrap_or('0'));
                }
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

/// What stands between brackets, separated by commas.
pub(super) struct Members<'t> {
    text: &'t mut String,
    is_first: bool,
    close: &'static str,
}

impl<'t> Members<'t> {
    fn open(text: &'t mut String, open: &str, close: &'static str) -> Self {
        text.push_str(open);
        Self { text, is_first: true, close }
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(',');
        }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Outcome<()> {
        self.separate();
        value.serialize(Writer(self.text))
    }

    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Outcome<()> {
        self.separate();
        quoted(self.text, key);
        self.text.push(':');
        value.serialize(Writer(self.text))
    }

    fn close(self) {
        self.text.push_str(self.close);
    }
}

macro_rules! whole {
    ($($method:ident $type:ty, $wide:ty;)*) => {$(
        fn $method(self, value: $type) -> Outcome<()> {
            self.0.push_str(&<$wide>::from(value).to_string());
            Ok(())
        }
    )*};
}

impl<'t> Serializer for Writer<'t> {
    type Ok = ();
    type Error = Unreadable;
    type SerializeSeq = Members<'t>;
    type SerializeTuple = Members<'t>;
    type SerializeTupleStruct = Members<'t>;
    type SerializeTupleVariant = Members<'t>;
    type SerializeMap = Members<'t>;
    type SerializeStruct = Members<'t>;
    type SerializeStructVariant = Members<'t>;

    whole! {
        serialize_i8 i8, i64;
        serialize_i16 i16, i64;
        serialize_i32 i32, i64;
        serialize_i64 i64, i64;
        serialize_u8 u8, u64;
        serialize_u16 u16, u64;
        serialize_u32 u32, u64;
        serialize_u64 u64, u64;
    }

    fn serialize_bool(self, value: bool) -> Outcome<()> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    /// No quantity is a float, so nothing that is sent has one.
    fn serialize_f32(self, _: f32) -> Outcome<()> {
        Err(Unreadable)
    }

    fn serialize_f64(self, _: f64) -> Outcome<()> {
        Err(Unreadable)
    }

    fn serialize_char(self, value: char) -> Outcome<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Outcome<()> {
        quoted(self.0, value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Outcome<()> {
        Err(Unreadable)
    }

    fn serialize_none(self) -> Outcome<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Outcome<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Outcome<()> {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Outcome<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Outcome<()> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Outcome<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Outcome<()> {
        let mut members = Members::open(self.0, "{", "}");
        members.member(variant, value)?;
        members.close();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Outcome<Members<'t>> {
        Ok(Members::open(self.0, "[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Outcome<Members<'t>> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Outcome<Members<'t>> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Outcome<Members<'t>> {
        self.0.push('{');
        quoted(self.0, name);
        Ok(Members::open(self.0, ":[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Outcome<Members<'t>> {
        Ok(Members::open(self.0, "{", "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Outcome<Members<'t>> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Outcome<Members<'t>> {
        self.0.push('{');
        quoted(self.0, name);
        Ok(Members::open(self.0, ":{", "}}"))
    }
}

macro_rules! lists {
    ($($trait:ident $method:ident;)*) => {$(
        impl ser::$trait for Members<'_> {
            type Ok = ();
            type Error = Unreadable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Outcome<()> {
                self.element(value)
            }

            fn end(self) -> Outcome<()> {
                self.close();
                Ok(())
            }
        }
    )*};
}

lists! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! structs {
    ($($trait:ident)*) => {$(
        impl ser::$trait for Members<'_> {
            type Ok = ();
            type Error = Unreadable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Outcome<()> {
                self.member(key, value)
            }

            fn end(self) -> Outcome<()> {
                self.close();
                Ok(())
            }
        }
    )*};
}

structs! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Unreadable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Outcome<()> {
        self.separate();
        let mut text = String::new();
        key.serialize(Writer(&mut text))?;
        // A number is no key in JSON, but its digits are.
        match text.starts_with('"') {
            true => self.text.push_str(&text),
            false => quoted(self.text, &text),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Outcome<()> {
        self.text.push(':');
        value.serialize(Writer(self.text))
    }

    fn end(self) -> Outcome<()> {
        self.close();
        Ok(())
    }
}
