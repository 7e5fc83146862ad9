//! How models are read and written: what the tables `json_object!`, `json_enum!` and `json_union!` expand to.

mod candidates;
mod content;
mod in_memory;
mod integer;
mod loss;
mod members;
#[macro_use]
mod object;
#[macro_use]
mod string_enum;
#[macro_use]
mod union;
mod tagged;
mod variant;
mod writer;

pub(crate) use candidates::read_untagged;
pub(crate) use integer::Read;
pub(crate) use members::{Members, Others, value_or};
pub(crate) use object::{Object, Shape, read_object, write_map, write_struct};
pub(crate) use string_enum::read_string;
pub(crate) use tagged::read_tagged;
pub(crate) use union::{read_variant, write_tagged};
pub(crate) use variant::{UNKNOWN_TAG, Union, Variant};
pub(crate) use writer::Fields;
