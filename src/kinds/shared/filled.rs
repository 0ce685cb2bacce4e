//! Specs whose defaults hang on their other properties.

/// Reads and writes a spec by its derived implementations, which `#[serde(remote = "Self")]` makes inherent functions, and fills in
/// what AWS chooses by its function `filled`.
macro_rules! filled {
    ($spec:ty) => {
        impl<'de> serde::Deserialize<'de> for $spec {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                Self::deserialize(deserializer).map(Self::filled)
            }
        }

        impl serde::Serialize for $spec {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    };
}

pub(in crate::kinds) use filled;
