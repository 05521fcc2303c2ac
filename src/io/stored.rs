//! Number types as files store them.

/// A type of numbers that files store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

/// One stored type in one byte order: bytes of a voxel, and how they become a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub bytes: usize,
    pub value: fn(&[u8]) -> f64,
}

impl Number {
    /// The type in a byte order.
    pub fn kind(self, little: bool) -> Kind {
        macro_rules! kind {
            ($t:ty, $wide:expr) => {{
                let value: fn(&[u8]) -> f64 = if little {
                    |b| b.first_chunk().map_or(f64::NAN, |b| $wide(<$t>::from_le_bytes(*b)))
                } else {
                    |b| b.first_chunk().map_or(f64::NAN, |b| $wide(<$t>::from_be_bytes(*b)))
                };
                Kind { bytes: size_of::<$t>(), value }
            }};
        }
        match self {
            Self::I8 => kind!(i8, f64::from),
            Self::U8 => kind!(u8, f64::from),
            Self::I16 => kind!(i16, f64::from),
            Self::U16 => kind!(u16, f64::from),
            Self::I32 => kind!(i32, f64::from),
            Self::U32 => kind!(u32, f64::from),
            Self::I64 => kind!(i64, |v: i64| v as f64),
            Self::U64 => kind!(u64, |v: u64| v as f64),
            Self::F32 => kind!(f32, f64::from),
            Self::F64 => kind!(f64, |v: f64| v),
        }
    }
}
