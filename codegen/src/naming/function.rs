//! The functions of an operation: their arguments and results.

use std::collections::HashSet;
use std::fmt;

use crate::api::{
    Body, BodyContent, EventForm, Field, FormKind, Kind, Operation, Parameter, ReplyContent, Type,
};

use super::identifier::{snake, unique};
use super::operation::{
    argument_names, body_suffix, error_type, function_name, pages_type, parameters_type, plain, reply_type,
};
use super::rust_type::RustType;
use super::scope::Scope;

/// A function that sends the requests of an operation.
pub(crate) struct Function<'a> {
    /// Its name.
    pub(crate) name: String,
    /// Its arguments after the configuration.
    pub(crate) arguments: Vec<Argument<'a>>,
    /// Its result.
    pub(crate) returns: Returns,
}

/// An argument of a function.
pub(crate) struct Argument<'a> {
    /// Its name.
    pub(crate) name: String,
    /// Its type.
    pub(crate) ty: RustType,
    /// Its role.
    pub(crate) kind: ArgumentKind<'a>,
}

/// The role of an argument.
#[derive(Clone, Copy)]
pub(crate) enum ArgumentKind<'a> {
    /// A required parameter.
    Parameter(&'a Parameter),
    /// The body.
    Body(&'a Body),
    /// The struct of the optional parameters.
    Optional,
}

/// The result of an operation's functions.
pub(crate) struct Returns {
    /// The value of the awaited call.
    pub(crate) value: RustType,
    /// The body of an error, if the document declares one.
    pub(crate) error: Option<RustType>,
    /// The event, if the reply can be a stream of events too.
    pub(crate) event: Option<(RustType, EventForm)>,
    /// The pages, if the reply is one of several.
    pub(crate) pages: Option<RustType>,
}

/// The functions of an operation: one for each body that it can have.
pub(crate) fn functions<'a>(scope: &Scope<'_>, operation: &'a Operation) -> Vec<Function<'a>> {
    let several = (0..operation.bodies.len()).map(|index| function(scope, operation, Some(index)));
    match operation.bodies.len() {
        0 => vec![function(scope, operation, None)],
        _ => several.collect(),
    }
}

fn function<'a>(scope: &Scope<'_>, operation: &'a Operation, body: Option<usize>) -> Function<'a> {
    let named = argument_names(operation);
    let mut taken = HashSet::from(["configuration".to_owned(), "params".to_owned()]);
    let mut arguments: Vec<Argument<'a>> = Vec::new();
    for (parameter, name) in named.iter().filter(|(parameter, _)| parameter.required) {
        taken.insert(name.clone());
        let (ty, kind) = (scope.argument(&parameter.ty), ArgumentKind::Parameter(parameter));
        arguments.push(Argument { name: name.clone(), ty, kind });
    }
    if let Some(body) = body.map(|index| &operation.bodies[index]) {
        let (name, ty) = body_argument(scope, body);
        arguments.push(Argument { name: unique(name, &mut taken), ty, kind: ArgumentKind::Body(body) });
    }
    if named.iter().any(|(parameter, _)| !parameter.required) {
        let ty = RustType::Local(parameters_type(operation));
        arguments.push(Argument { name: "params".to_owned(), ty, kind: ArgumentKind::Optional });
    }
    let suffix = body.filter(|index| *index > 0).map(|index| body_suffix(operation, index));
    let name = match suffix {
        Some(suffix) => snake(&format!("{} {suffix}", operation.name)),
        None => function_name(operation),
    };
    Function { name, arguments, returns: returns(scope, operation) }
}

/// The name and type of the body's argument.
fn body_argument(scope: &Scope<'_>, body: &Body) -> (String, RustType) {
    let (name, ty) = match &body.content {
        BodyContent::Multipart(ty) | BodyContent::UrlEncoded(ty) => match only_part(scope, ty) {
            Some(part) => {
                let name = part.given.as_ref().map_or(&part.name, |given| &given.name);
                let ty = scope.ty(&part.ty);
                (snake(name), if part.ty.is_file() { RustType::Into(Box::new(ty)) } else { ty })
            }
            None => (body_name(scope, ty), scope.ty(ty)),
        },
        BodyContent::Json(ty) => (body_name(scope, ty), scope.ty(ty)),
        BodyContent::Lines(ty) => ("body".to_owned(), RustType::Vec(Box::new(scope.ty(ty)))),
        BodyContent::Text => ("body".to_owned(), RustType::Plain("String")),
        BodyContent::Base64 => ("body".to_owned(), scope.ty(&Type::Base64)),
        BodyContent::Binary => ("body".to_owned(), RustType::Into(Box::new(scope.ty(&Type::Binary)))),
    };
    let ty = match ty {
        ty if body.required => ty,
        RustType::Into(file) => file.optional(),
        ty => ty.optional(),
    };
    (name, ty)
}

/// The name of the body's argument. It follows its type, if that has a name.
fn body_name(scope: &Scope<'_>, ty: &Type) -> String {
    match ty {
        Type::Named(id) if scope.names.of(*id).exported => snake(&scope.names.of(*id).name),
        _ => "body".to_owned(),
    }
}

/// The only file of a form, or the only part or parts of a body whose parts have no names. They are then the argument.
pub(crate) fn only_part<'a>(scope: &Scope<'a>, ty: &Type) -> Option<&'a Field> {
    let Type::Named(id) = ty else { return None };
    let Kind::Struct(structure) = &scope.api.named(*id).kind else { return None };
    let has_positions = matches!(structure.form, Some(FormKind::Positions { .. }));
    match structure.fields.as_slice() {
        _ if structure.additional.is_some() => None,
        [only] if (only.ty.is_file() || has_positions) && only.required && !only.nullable => Some(only),
        _ => None,
    }
}

/// The contents of successful replies that are read in different ways. `None` stands for no content.
pub(crate) fn distinct_replies(operation: &Operation) -> Vec<Option<&ReplyContent>> {
    let mut kinds: Vec<Option<&ReplyContent>> = Vec::new();
    for success in &operation.successes {
        let preferred = success.contents.first();
        if !kinds.iter().any(|kind| are_alike(*kind, preferred)) {
            kinds.push(preferred);
        }
    }
    kinds
}

/// Whether two replies are read alike. The media type of JSON does not matter.
fn are_alike(one: Option<&ReplyContent>, other: Option<&ReplyContent>) -> bool {
    match (one, other) {
        (Some(ReplyContent::Json(one, _)), Some(ReplyContent::Json(other, _))) => one == other,
        (one, other) => one == other,
    }
}

fn returns(scope: &Scope<'_>, operation: &Operation) -> Returns {
    let replies = distinct_replies(operation);
    let value = match replies.as_slice() {
        [] | [None] => RustType::Tuple(Vec::new()),
        [Some(content)] => reply_value(scope, content),
        _ => RustType::Local(reply_type(operation)),
    };
    let prefers_events = matches!(replies.as_slice(), [Some(ReplyContent::Events(..))]);
    let mut contents = operation.successes.iter().flat_map(|success| &success.contents);
    let event = contents.find_map(|content| match content {
        ReplyContent::Events(ty, form) => Some((scope.ty(ty), *form)),
        _ => None,
    });
    let mut errors: Vec<&Type> = Vec::new();
    for error in &operation.errors {
        if !errors.contains(&&error.ty) {
            errors.push(&error.ty);
        }
    }
    let error = match errors.as_slice() {
        [] => None,
        [one] => Some(scope.ty(one)),
        _ => Some(RustType::Local(error_type(operation))),
    };
    let pages = operation.paging.as_ref().map(|_| RustType::Local(pages_type(operation)));
    Returns { value, error, event: event.filter(|_| !prefers_events), pages }
}

fn reply_value(scope: &Scope<'_>, content: &ReplyContent) -> RustType {
    match content {
        ReplyContent::Json(ty, _) => scope.ty(ty),
        ReplyContent::Text(_) => RustType::Plain("String"),
        ReplyContent::Base64(_) => scope.ty(&Type::Base64),
        ReplyContent::Binary(_) => RustType::Runtime("ByteStream", Vec::new()),
        ReplyContent::Lines(ty, _) => RustType::Runtime("LineStream", vec![scope.ty(ty)]),
        ReplyContent::Events(ty, _) => RustType::Runtime("EventStream", vec![scope.ty(ty)]),
    }
}

/// The other media types of a reply, each with the method of `Call` that asks for it.
pub(crate) fn other_calls<'a>(
    scope: &Scope<'a>,
    operation: &'a Operation,
) -> impl Iterator<Item = (&'a str, String)> {
    let scope = *scope;
    let others = operation.successes.iter().flat_map(|success| success.contents.iter().skip(1));
    others.filter_map(move |content| {
        let media = content.content_type();
        let call = match content {
            ReplyContent::Json(ty, _) => format!("json_as::<{}>({media:?})", scope.ty(ty)),
            ReplyContent::Text(_) | ReplyContent::Base64(_) => format!("text_as({media:?})"),
            ReplyContent::Binary(_) => format!("binary_as({media:?})"),
            ReplyContent::Lines(ty, _) => format!("lines_as::<{}>({media:?})", scope.ty(ty)),
            ReplyContent::Events(..) => return None,
        };
        Some((media, call))
    })
}

impl Returns {
    /// The call that the function returns.
    pub(crate) fn call(&self) -> RustType {
        let any = || RustType::Plain("serde_json::Value");
        let event = self.event.as_ref().map(|(event, _)| event.clone());
        let other = event.or_else(|| self.pages.clone());
        let error = self.error.clone().or_else(|| other.as_ref().map(|_| any()));
        RustType::Runtime("Call", [Some(self.value.clone()), error, other].into_iter().flatten().collect())
    }
}

/// The signature, on one line if it is short.
impl fmt::Display for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments = self.arguments.iter().map(|argument| format!("{}: {}", argument.name, argument.ty));
        let arguments: Vec<String> =
            std::iter::once("configuration: &Configuration".to_owned()).chain(arguments).collect();
        let (name, call) = (&self.name, self.returns.call());
        let line = format!("pub fn {name}({}) -> {call}", arguments.join(", "));
        if line.len() <= 100 {
            return f.write_str(&line);
        }
        writeln!(f, "pub fn {name}(")?;
        arguments.iter().try_for_each(|argument| writeln!(f, "    {argument},"))?;
        write!(f, ") -> {call}")
    }
}

impl Function<'_> {
    /// A call of the function in `module`. Variables stand for arguments without a short value.
    pub(crate) fn example(&self, module: &str) -> String {
        let arguments = self.arguments.iter().map(|argument| match (&argument.ty, argument.short_value()) {
            (RustType::Local(name), Some(_)) => format!("{module}::{name}::default()"),
            (_, Some(value)) => value,
            (_, None) => argument.name.clone(),
        });
        let arguments: Vec<String> = std::iter::once("&configuration".to_owned()).chain(arguments).collect();
        format!("{module}::{}({}).await?", self.name, arguments.join(", "))
    }

    /// Whether the example compiles as it is.
    pub(crate) fn has_whole_example(&self) -> bool {
        self.arguments.iter().all(|argument| argument.short_value().is_some())
    }
}

impl Argument<'_> {
    /// A value of the argument's type, if there is a short one.
    fn short_value(&self) -> Option<String> {
        let name = plain(&self.name);
        Some(match (&self.kind, &self.ty) {
            (ArgumentKind::Optional, _) => "Default::default()".to_owned(),
            (_, RustType::Plain("&str")) => format!("{name:?}"),
            (_, RustType::Plain("String")) => format!("{name:?}.to_owned()"),
            (_, RustType::Plain("bool")) => "true".to_owned(),
            (_, RustType::Plain("f64")) => "1.0".to_owned(),
            (_, RustType::Plain("i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64")) => {
                "1".to_owned()
            }
            (_, RustType::Option(_)) => "None".to_owned(),
            (_, RustType::Vec(_)) => "Vec::new()".to_owned(),
            (_, RustType::Into(_)) => "std::path::PathBuf::from(\"file\")".to_owned(),
            _ => return None,
        })
    }
}
