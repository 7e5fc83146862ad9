//! What the codes of diagnostics mean, for `openapi-crate explain`.

/// Returns what a diagnostic's code means and what to do about it. `None`: no diagnostic has this code.
pub fn explain(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// Returns the codes of all diagnostics, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    CODES.iter().map(|(code, _)| *code)
}

const CODES: &[(&str, &str)] = &[
    (
        "alias-cycle",
        "A YAML alias (`*name`) stands inside the value that its anchor (`&name`) is on, so the value would have no end.

Use `$ref` for a schema that contains itself.",
    ),
    (
        "ambiguous-union",
        "Two alternatives of a `oneOf` or `anyOf` accept the same values. A value that fits both equally well is read as the
first of them.

Add a `discriminator`, or give the alternatives a required property with different `const` values.",
    ),
    (
        "beside-ref",
        "A path item has operations, parameters or servers beside its `$ref`. OpenAPI leaves undefined what that means. They
are ignored.

Move them into the path item that the `$ref` refers to.",
    ),
    (
        "beyond-64-bits",
        "`minimum` and `maximum` of an integer allow values that 64 bits cannot hold. The widest type that fits one of the
bounds is used, and a value beyond it is an error when it is read.

Narrow the bounds, or use a string.",
    ),
    (
        "both-unions",
        "A schema has `oneOf` and `anyOf`. A value must match both, which one Rust enum cannot express. Only `oneOf` is used.

Put one of them into an `allOf`.",
    ),
    (
        "dangling-ref",
        "A `$ref` refers to something that is not in the document.

Often the name is misspelled, or `#/components/schemas/` is missing. `help` names the component that was probably meant.",
    ),
    (
        "departure",
        "An entry in the list of intended differences (`diff --departures`) is incomplete or given twice.

Each entry has `at`, `published` and `reason`.",
    ),
    (
        "duplicate-key",
        "An object has the same key twice. Most tools use one of the two without a message, and not all use the same one.

Keep one of them.",
    ),
    (
        "file-or-else",
        "A field of a form is a file, or one of several other things, or its format and its `contentEncoding` disagree. Only
files can be sent.

Give the file and the other things different property names.",
    ),
    (
        "foreign-mapping",
        "The `mapping` of a discriminator names a schema that is not an alternative of the union. The entry is ignored.

Add the schema to `oneOf` or `anyOf`, or remove the entry.",
    ),
    (
        "form-alternatives",
        "The schema of a form has alternatives, and they cannot all be expressed as one struct of fields: they are nested, or a
field has a different type in each.

Give the field one type, or describe the form without nested alternatives.",
    ),
    (
        "invalid-name",
        "A Rust name that `x-rust-name`, `x-rust-names` or the table `rename` gives is not an identifier of its kind, or something
beside it has the same name.

Functions, fields and arguments are written `like_this`, types and variants `LikeThis`.",
    ),
    (
        "key-not-scalar",
        "A YAML mapping has an object or a list as a key. JSON has string keys only.

Put the key into quotation marks if it begins with `{` or `[`.",
    ),
    (
        "lone-discriminator",
        "A schema has a `discriminator`, but no `oneOf` or `anyOf`, and no other schema has it in its `allOf`. There is nothing
to choose from.

Move the discriminator to the schema that lists the alternatives.",
    ),
    (
        "malformed-path",
        "A key of `paths` does not begin with `/`, or its braces do not match.

Write paths as `/pets/{id}`.",
    ),
    (
        "malformed-ref",
        "The value of a `$ref` is not a URI reference.

Write `#/components/schemas/Name`, or `file.yaml#/components/schemas/Name`.",
    ),
    (
        "merge-key",
        "The YAML merge key `<<` has a value that is neither an object nor a list of objects.

Use an alias of an object: `<<: *common`.",
    ),
    (
        "misplaced-file",
        "Bytes are described where they can only be sent as text: within an object or an array of arrays, which are parts of
JSON, or in a URL-encoded form, which has no parts.

Describe the bytes as a property of a `multipart/form-data` form, or as text with `contentEncoding: base64`.",
    ),
    (
        "misplaced-ref",
        "A `$ref` stands where OpenAPI does not allow one. It is followed all the same, but other tools may not do that.

Write the object itself there, or refer from a place where OpenAPI allows it.",
    ),
    (
        "misplaced-style",
        "The `style` of a parameter or field is not allowed in its place, such as `deepObject` in a path. The default style is
used.

See the table of styles in the OpenAPI specification: `matrix`, `label`, `simple` in paths; `simple` in headers; `form` in
cookies; `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` in queries.",
    ),
    (
        "missing-content",
        "A request body has no `content`, so that nothing says what is sent.

Add `content` with a media type.",
    ),
    (
        "missing-default",
        "A variable of a server's URL has no `default`, which OpenAPI requires.

Add a `default`.",
    ),
    (
        "missing-file",
        "A `$ref` refers to a file that is not there.

The path is relative to the file that the `$ref` stands in.",
    ),
    ("missing-name", "A parameter has no `name`.\n\nAdd the name that is sent."),
    (
        "missing-operation-id",
        "An operation has no `operationId`. Its function is named after its method and path, so the name changes when the path
does.

Add an `operationId`.",
    ),
    (
        "missing-property-name",
        "A `discriminator` has no `propertyName`, so that nothing says which property to look at.

Add it.",
    ),
    ("missing-url", "A server has no `url`.\n\nAdd it."),
    (
        "nearby-ref",
        "A `$ref` such as `#/$defs/Name` leads nowhere from the root of the document, but a schema around it has such a
definition. That one is used. Tools write such a `$ref` where they put a JSON Schema with definitions into a document.

Move the definitions under `components/schemas`, or give the schema that has them an `$id`.",
    ),
    (
        "no-such-operation",
        "`--tag`, `--operation`, `--path` or one of their negations matches no operation of the document, or all of them
together leave none.

Correct the name. Tags and operation ids are compared with upper and lower case.",
    ),
    (
        "not-openapi",
        "The file is not an OpenAPI document: it is empty, not an object, or has no `openapi` member.

An OpenAPI document begins with `openapi: 3.1.0`, or with the version that it is written in.",
    ),
    (
        "not-overlay",
        "A file that `--overlay` names is not an overlay: it is not an object, has no `overlay`, or is of a version after 1.2.

An overlay begins with `overlay: 1.1.0`, and has `info` and `actions`.",
    ),
    (
        "nothing-fits",
        "A schema is `false`, so no value is valid. Any JSON value is used instead.

Remove the property, or describe what it may be.",
    ),
    (
        "null-schema",
        "A schema is `null`, as after `schema:` with nothing behind it in YAML. Any JSON value is used instead.

Describe the value, or write `{}` if it may be any.",
    ),
    (
        "number-out-of-range",
        "A number in the document has more digits than a reader can keep.

Write it as a string, or with fewer digits.",
    ),
    (
        "open-tuple",
        "`prefixItems` describes the first elements of an array, and more may follow. The type is a list of JSON values.

`items: false` with `minItems` makes it a tuple.",
    ),
    (
        "overlay-action",
        "An action of an overlay is incomplete, says two things at once, or has a member of another type.

Each action has a `target` and one of `update`, `copy` and `remove: true`.",
    ),
    (
        "overlay-mismatch",
        "An action of an overlay updates a value with one of another kind. Objects are merged with objects, lists get more elements,
and texts, numbers, `true`, `false` and `null` replace each other.

To replace a value with one of another kind, remove it in an action before.",
    ),
    (
        "overlay-no-match",
        "The `target` of an action selects nothing, so the action changes nothing. Often the document was corrected by those who own
it, or has changed.

Correct the query, or remove the action.",
    ),
    (
        "overlay-target",
        "The `target` or `copy` of an action is missing, is not a JSONPath query (RFC 9535), or selects another number of values
than one to copy.

Names with other characters than letters, digits and `_` are written in brackets: `$.paths['/pets'].get`.",
    ),
    (
        "ref-cycle",
        "A `$ref` leads back to itself through other `$ref`s, so there is nothing at its end.

Let one of them refer to a schema with a type or properties.",
    ),
    (
        "relative-server",
        "The document names no server, or the URL of a server has no host: it is relative to the URL that the document was
downloaded from, which is not known here. The default of the client is `http://localhost`. A URL that begins with `//` has a
host; its scheme is `https`.

Set `base_path` in the configuration of the client, or correct the document with an overlay.",
    ),
    (
        "remote-ref",
        "A `$ref` refers to a document on the network. Documents are read from this machine only.

Save that document beside this one, and refer to the file.",
    ),
    (
        "rename-no-match",
        "The table `rename` of the configuration file, or `x-rust-names`, gives a Rust name to something that the document does not
have.

Correct the entry, or remove it. `docs/generator.md` shows how each kind of thing is named.",
    ),
    (
        "repeated-operation-id",
        "Two operations have the same `operationId`. One of them gets a number at the end of its name.

Give one of them another `operationId`, or another tag.",
    ),
    (
        "repeated-parameter",
        "An operation declares the same parameter twice.

Remove one of the two. A parameter of the path item is replaced by one of the operation with the same name and `in`.",
    ),
    ("repeated-value", "An `enum` lists the same value twice.\n\nRemove one of the two."),
    (
        "schema-cycle",
        "A schema is defined as itself, for instance as an `allOf` of itself. No value can be said to match it.

Give it a type or properties of its own.",
    ),
    (
        "several-contents",
        "A parameter or an error has several media types, or a schema beside them. The first is used.

Keep one of them.",
    ),
    (
        "several-documents",
        "A YAML file holds a second document, after a line of `---`.

Keep one document in a file.",
    ),
    (
        "several-encodings",
        "One schema is the form of several operations, with a different `encoding` in each. The first is used.

Give each form a schema of its own.",
    ),
    (
        "several-servers",
        "An operation or path has several servers of its own. The first is used.

Set `base_path` in the configuration to use another one.",
    ),
    (
        "syntax",
        "The text is neither YAML nor JSON.

The place in the message is where reading stopped; the mistake may be on an earlier line.",
    ),
    (
        "too-deep",
        "Objects and lists, or schemas, are nested too deeply.

Name the inner schemas under `components/schemas`, and refer to them with `$ref`.",
    ),
    (
        "too-large",
        "The document has far more values, or its schemas far more combinations, than any published document.

Cut it with `openapi-crate slice`, or split it into files. If it is not large, look for an `allOf` that repeats itself.",
    ),
    (
        "too-many-aliases",
        "YAML aliases repeat so many values that the document would not fit into memory.

Use `$ref` instead of aliases.",
    ),
    (
        "undeclared-path-parameter",
        "A path has a placeholder such as `{id}`, and no parameter of that name is declared. It is a string.

Add the parameter, with `in: path` and a schema.",
    ),
    (
        "undeclared-server-variable",
        "The URL of a server has a variable in braces that `variables` does not declare, so it has no value.

Declare it with a `default`, or set `base_path` in the configuration of the client.",
    ),
    (
        "undefined-deep-object",
        "A parameter of the style `deepObject` has arrays or objects in it. OpenAPI does not define how they are written, and
servers differ. They are sent as `a[0]=…` and `a[b][c]=…`.

Set `x-array-format` on the parameter: `brackets` sends `a[]=…`, `repeat` sends `a=…&a=…`, `comma` sends `a=…,…`.",
    ),
    (
        "unexpressed-all-of",
        "A member of an `allOf` restricts a schema that has subtypes. The Rust type is that of the schema, without the
restriction.

Nothing needs to be done unless a value must be refused before it is sent.",
    ),
    (
        "unexpressed-alternative",
        "An alternative of a `oneOf` or `anyOf` only restricts values (`required`, bounds). The Rust type is the same for all
alternatives.

Nothing needs to be done unless a value must be refused before it is sent.",
    ),
    (
        "unexpressed-content-type",
        "A schema describes content that is neither JSON nor a form, such as XML. The body, or the part of a form, is text or
bytes, as they are. So are the parts of a reply of a `multipart` type.

If the API has JSON as well, add `application/json` to the document.",
    ),
    (
        "unexpressed-encoding",
        "An `encoding`, `prefixEncoding` or `itemEncoding` says something that has no effect: headers of what is no part, a
style where a content type decides, the encoding of a part that is not there, or another style than the default in a
query that is one parameter (`in: querystring`).

Remove it if the server does not need it.",
    ),
    (
        "unexpressed-form",
        "The schema of a form is not an object, so that it has no fields, or none with names.

Describe the fields as `properties` of an object.",
    ),
    (
        "unexpressed-keyword",
        "A keyword of JSON Schema says something that a Rust type cannot: conditions (`if`), `not`, `contains` and others. The
type accepts more values than the schema.

Nothing needs to be done unless a value must be refused before it is sent.",
    ),
    (
        "unexpressed-links",
        "A response has `links` to other operations. They are not in the generated code.

Call the other operation with the value from the response.",
    ),
    (
        "unexpressed-parameters",
        "A webhook or a callback has parameters. The generated code has the types of its body, and nothing of the headers and the
query that come with it.

Read them from the request that your server gets.",
    ),
    (
        "unexpressed-security",
        "A security scheme is of a kind that requests cannot use, such as mutual TLS or HTTP digest. They are sent without it.

Set up the HTTP client yourself (`Configuration::client`), for instance with a client certificate.",
    ),
    (
        "unexpressed-webhook",
        "A webhook has no body of JSON, or has several operations. `WebhookEvent` has each webhook once, with its first body of JSON.

Read the other requests where your server gets them.",
    ),
    (
        "unknown-array-format",
        "`x-array-format` has a value that is not known.

Use `indices`, `brackets`, `repeat` or `comma`.",
    ),
    (
        "unknown-keyword",
        "A schema has a member that is not a keyword of this version of OpenAPI. It is ignored, and may be misspelled.

Correct it, or begin its name with `x-`.",
    ),
    (
        "unknown-location",
        "A parameter has an `in` that is not `path`, `query`, `querystring`, `header` or `cookie`.

Correct it.",
    ),
    (
        "unknown-member",
        "An object of the document has a member that OpenAPI does not define there. It is ignored, and may be misspelled or
belong one level further in or out.

Correct it, or begin its name with `x-`.",
    ),
    (
        "unknown-path-member",
        "A path item has a member that is neither a method nor anything else that OpenAPI defines. It is ignored.

Correct it, or begin its name with `x-`.",
    ),
    (
        "unknown-security-scheme",
        "A `security` requirement names a scheme that is not under `components/securitySchemes`. It is ignored.

Correct the name, or add the scheme.",
    ),
    (
        "unknown-status",
        "A key of `responses` is not an HTTP status.

Write `'200'`, `4XX` or `default`.",
    ),
    (
        "unknown-style",
        "A parameter has a `style` that OpenAPI does not define.

Use `matrix`, `label`, `simple`, `form`, `spaceDelimited`, `pipeDelimited` or `deepObject`.",
    ),
    (
        "unknown-tag",
        "The `parent` of a tag is not the name of a tag.

Correct the name, or add the tag.",
    ),
    (
        "unknown-type",
        "A schema has a `type` that JSON Schema does not define.

Use `null`, `boolean`, `object`, `array`, `number`, `integer` or `string`.",
    ),
    (
        "unsupported-version",
        "The document is written in a version of OpenAPI that is not supported, or in Swagger 2.0.

Convert Swagger 2.0 with `npx swagger2openapi swagger.yaml --outfile openapi.yaml`.",
    ),
    (
        "untyped-parameter",
        "A parameter has neither `schema` nor `content`. It is a string.

Add a schema.",
    ),
    (
        "unusable-pagination",
        "`x-pagination` does not say how the list of its operation comes in pages, so the operation has none.

It is an object with exactly one of `cursor` (with `next`), `offset` (with `total`), `page` (with `first` and `pages`),
`next-url` and `link`, and may have `items` and `more`. Parameters are named, and properties are paths such as
`meta.next_cursor`. `x-pagination: false` says that a list does not come in pages.",
    ),
    (
        "unused-path-parameter",
        "A parameter is `in: path`, and the path has no placeholder for it. It is ignored.

Add `{name}` to the path, or correct `in`.",
    ),
    (
        "wrong-type",
        "Something that must be an object, a list or a string is something else, so that the rest of it cannot be read.

Correct it. A common cause in YAML is indentation.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_table_is_sorted_and_each_code_is_in_it_once() {
        assert!(codes().is_sorted_by(|one, other| one < other));
        assert!(explain("dangling-ref").is_some_and(|text| text.contains("misspelled")));
        assert_eq!(explain("no-such-code"), None);
    }

    #[test]
    fn every_code_that_the_generator_reports_is_explained_and_no_other() {
        let mut reported = BTreeSet::new();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for room in ["api", "compare", "document", "lib.rs", "slice.rs", "rename.rs"] {
            collect(&source.join(room), &mut reported);
        }
        let explained: BTreeSet<String> = codes().map(str::to_owned).collect();
        assert_eq!(reported.difference(&explained).collect::<Vec<_>>(), [] as [&String; 0], "not explained");
        assert_eq!(explained.difference(&reported).collect::<Vec<_>>(), [] as [&String; 0], "never reported");
    }

    /// The codes in source files: the first string that looks like one behind what makes a diagnostic.
    fn collect(path: &Path, codes: &mut BTreeSet<String>) {
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| collect(&entry.unwrap().path(), codes));
            return;
        }
        if !path.is_file() || path.ends_with("tests.rs") {
            return;
        }
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for makes in
            ["self.warning(", "self.error(", "::new(", "code: ", "Severity::Error,", "Severity::Warning,"]
        {
            for (at, _) in text.match_indices(makes) {
                let after: String = text[at + makes.len()..].chars().take(180).collect();
                // The last piece is not a whole string.
                let pieces: Vec<&str> = after.split('"').collect();
                let mut strings = pieces[..pieces.len() - 1].iter().skip(1).step_by(2).copied();
                codes.extend(strings.find(|text| is_code(text)).map(str::to_owned));
            }
        }
    }

    fn is_code(text: &str) -> bool {
        let plain =
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        plain && !text.starts_with("x-") && (text.contains('-') || text == "syntax" || text == "departure")
    }
}
