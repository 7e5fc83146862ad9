//! Identifiers, module paths and printable types. Code and reference pages both use them.

mod clash;
mod feature;
mod function;
mod given;
mod identifier;
mod member;
mod names;
mod operation;
mod rust_type;
mod scope;

pub(crate) use clash::{Clash, number_operations};
pub(crate) use feature::feature_names;
pub(crate) use function::{
    Argument, ArgumentKind, Function, distinct_replies, functions, only_part, other_calls,
};
pub(crate) use given::{GivenFault, given_faults};
pub(crate) use identifier::{camel, shouty, snake, unique};
pub(crate) use member::{
    field_names, field_type, is_optional, keeps_null, setter_names, value_names, variant_names,
};
pub(crate) use names::{Names, is_written};
pub(crate) use operation::{
    argument_names, constant_name, error_type, function_name, pages_type, parameters_type, plain, reply_type,
    scheme_names, server_name, tag_modules,
};
pub(crate) use rust_type::RustType;
pub(crate) use scope::{Scope, integer_name};

#[cfg(test)]
mod tests;
