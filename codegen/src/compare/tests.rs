//! Comparing two documents: what is reported, and what is not.

use super::{Departures, Scope, compare};
use crate::document::Document;

const OURS: &str = "\
openapi: 3.1.0
paths:
  /pets:
    get:
      operationId: listPets
      tags: [Pets]
      parameters:
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
        - {name: X-Trace, in: header, schema: {type: string}}
      responses:
        '200':
          description: Pets.
          headers: {X-Count: {schema: {type: integer}}}
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
        '404': {description: None.}
    post:
      operationId: addPet
      tags: [Pets]
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
      responses: {'204': {description: Done.}}
components:
  schemas:
    Pet:
      type: object
      required: [name, kind]
      properties:
        name: {type: string, maxLength: 20, description: What it is called.}
        kind: {type: string, enum: [cat, dog]}
        owner: {anyOf: [{$ref: '#/components/schemas/Owner'}, {type: 'null'}]}
        weight: {type: number, exclusiveMinimum: 0}
    Owner: {type: object, properties: {id: {type: integer, format: int64}, pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
";

fn parse(file: &str, text: &str) -> Document {
    Document::parse(file, text).unwrap_or_else(|faults| panic!("{faults}\n{text}"))
}

/// The differences when the published document is ours with some replacements.
fn differences(changes: &[(&str, &str)]) -> Vec<String> {
    let mut text = OURS.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let (ours, published) = (parse("ours.yaml", OURS), parse("theirs.yaml", &text));
    compare(&ours, &published, Scope::OurTags).iter().map(ToString::to_string).collect()
}

#[test]
fn words_order_and_names_make_no_difference() {
    let same = "\
openapi: 3.0.3
components:
  parameters:
    Page: {in: query, name: page, required: false, style: form, explode: true, schema: {minimum: 1.0, type: integer}}
  schemas:
    Animal:
      properties:
        weight: {type: number, minimum: 0, exclusiveMinimum: true}
        kind: {enum: [dog, cat], description: Other words.}
        name: {$ref: '#/components/schemas/Name'}
      required: [kind, name]
      allOf:
        - {type: object, properties: {owner: {nullable: true, allOf: [{$ref: '#/components/schemas/Person'}]}}}
    Name: {type: string, maxLength: 20}
    Person:
      properties:
        pets: {items: {$ref: '#/components/schemas/Animal'}}
        id: {type: integer, format: int64}
paths:
  /pets:
    post:
      operationId: addPet
      tags: [Pets]
      requestBody: {content: {application/json: {schema: {oneOf: [{$ref: '#/components/schemas/Animal'}]}}}}
      responses: {'204': {description: Fine.}}
    get:
      operationId: listPets
      parameters: [{name: x-trace, in: header, schema: {type: string}}, {$ref: '#/components/parameters/Page'}]
      responses:
        '404': {description: Nothing.}
        '200':
          description: All.
          headers: {x-count: {schema: {type: integer}}}
          content: {application/json; charset=utf-8: {schema: {type: array, items: {$ref: '#/components/schemas/Animal'}}}}
";
    let (ours, same) = (parse("ours.yaml", OURS), parse("same.yaml", same));
    assert_eq!(compare(&ours, &same, Scope::OurTags), []);
    assert_eq!(compare(&same, &ours, Scope::OurTags), []);
}

const SENT: &str = " (breaks users: what they send may be refused)";
const RECEIVED: &str = " (breaks users: what they receive may not be what they expect)";
const BOTH: &str =
    " (breaks users: what they send may be refused, and what they receive may not be what they expect)";

/// Each case is a text of our document, its replacement in the published one, the report, and what it breaks.
fn assert_reported<const N: usize>(cases: [(&str, &str, String, &str); N]) {
    for (from, to, reported, breaks) in cases {
        let found = differences(&[(from, to)]);
        assert!(found.contains(&format!("{reported}{breaks}")), "{from} → {to}: {found:#?}");
    }
}

#[test]
fn changes_of_schemas_break_senders_or_receivers() {
    let pet = "#/components/schemas/Pet";
    assert_reported([
        (
            "maxLength: 20",
            "maxLength: 10",
            format!("changed  {pet}/properties/name/maxLength: 20 is 10 there"),
            SENT,
        ),
        (
            "maxLength: 20",
            "maxLength: 30",
            format!("changed  {pet}/properties/name/maxLength: 20 is 30 there"),
            RECEIVED,
        ),
        (", maxLength: 20", "", format!("removed  {pet}/properties/name/maxLength: 20"), RECEIVED),
        ("[name, kind]", "[name, kind, weight]", format!("added    {pet}/required/weight"), SENT),
        ("[name, kind]", "[name]", format!("removed  {pet}/required/kind"), RECEIVED),
        ("[cat, dog]", "[cat, dog, cow]", format!("added    {pet}/properties/kind/enum/cow"), ""),
        ("[cat, dog]", "[cat]", format!("removed  {pet}/properties/kind/enum/dog"), SENT),
        (
            ", enum: [cat, dog]",
            "",
            format!("removed  {pet}/properties/kind/enum: [\"cat\",\"dog\"]"),
            RECEIVED,
        ),
        (
            "{type: number, excl",
            "{type: integer, excl",
            format!("changed  {pet}/properties/weight/type: \"number\" is \"integer\" there"),
            SENT,
        ),
        (
            "{type: number, excl",
            "{type: [number, string], excl",
            format!("changed  {pet}/properties/weight/type: \"number\" is [\"number\",\"string\"] there"),
            RECEIVED,
        ),
        (
            "{type: number, excl",
            "{type: boolean, excl",
            format!("changed  {pet}/properties/weight/type: \"number\" is \"boolean\" there"),
            BOTH,
        ),
        (
            "        weight: {type: number, exclusiveMinimum: 0}\n",
            "",
            format!("removed  {pet}/properties/weight"),
            BOTH,
        ),
        (
            "        weight:",
            "        age: {type: integer}\n        weight:",
            format!("added    {pet}/properties/age"),
            "",
        ),
        (
            "      type: object\n",
            "      type: object\n      additionalProperties: false\n",
            format!("added    {pet}/additionalProperties: false"),
            SENT,
        ),
        (
            "{anyOf: [{$ref: '#/components/schemas/Owner'}, {type: 'null'}]}",
            "{$ref: '#/components/schemas/Owner'}",
            "changed  #/components/schemas/Owner/type: [\"null\",\"object\"] is \"object\" there".to_owned(),
            SENT,
        ),
        (
            "format: int64",
            "format: int32",
            "changed  #/components/schemas/Owner/properties/id/format: \"int64\" is \"int32\" there"
                .to_owned(),
            BOTH,
        ),
    ]);
}

#[test]
fn changes_of_operations_break_senders_or_receivers() {
    assert_reported([
        (
            "name: page, in: query",
            "name: page, in: query, required: true",
            "changed  #/paths/~1pets/get/parameters/0/required: false is true there".to_owned(),
            SENT,
        ),
        (
            "name: page, in: query",
            "name: page, in: query, explode: false",
            "changed  #/paths/~1pets/get/parameters/0/explode: true is false there".to_owned(),
            SENT,
        ),
        (
            "        - {name: X-Trace, in: header, schema: {type: string}}\n",
            "",
            "removed  #/paths/~1pets/get/parameters/header/x-trace".to_owned(),
            SENT,
        ),
        (
            "      parameters:\n",
            "      parameters:\n        - {name: q, in: query}\n",
            "added    #/paths/~1pets/get/parameters/query/q".to_owned(),
            "",
        ),
        (
            "      requestBody:\n",
            "      requestBody:\n        required: true\n",
            "changed  #/paths/~1pets/post/requestBody/required: false is true there".to_owned(),
            SENT,
        ),
        ("'204'", "'201'", "removed  #/paths/~1pets/post/responses/204".to_owned(), RECEIVED),
        (
            "        '404': {description: None.}\n",
            "",
            "removed  #/paths/~1pets/get/responses/404".to_owned(),
            "",
        ),
        (
            "headers: {X-Count",
            "headers: {X-Total",
            "removed  #/paths/~1pets/get/responses/200/headers/x-count".to_owned(),
            RECEIVED,
        ),
        (
            "        content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}",
            "        content: {text/plain: {schema: {type: string}}}",
            "removed  #/paths/~1pets/post/requestBody/content/application~1json".to_owned(),
            SENT,
        ),
        (
            "    post:",
            "    put:",
            "changed  #/paths/~1pets/post/path: \"post /pets\" is \"put /pets\" there".to_owned(),
            BOTH,
        ),
        (
            "operationId: addPet",
            "operationId: createPet",
            "changed  #/paths/~1pets/post/operationId: \"addPet\" is \"createPet\" there".to_owned(),
            "",
        ),
        (
            "openapi: 3.1.0\n",
            "openapi: 3.1.0\nsecurity: [{K: []}]\n",
            "changed  #/paths/~1pets/get/security: [] is [[\"\"]] there".to_owned(),
            SENT,
        ),
    ]);
}

/// Whether users break when the document changes from one to the other, which differ in one text of `template`.
fn breaks(template: &str, from: &str, to: &str) -> Vec<bool> {
    let document = |file, text| parse(file, &template.replace("TEXT", text));
    let found = compare(&document("ours.yaml", from), &document("theirs.yaml", to), Scope::Everything);
    found.iter().map(|difference| difference.breaks.is_some()).collect()
}

#[test]
fn fewer_credentials_break_nobody() {
    let template = "{openapi: 3.1.0, paths: {/a: {get: {security: TEXT}}}, components: {securitySchemes: {
        A: {type: http, scheme: bearer}, B: {type: apiKey, in: query, name: b}}}}";
    for (from, to, is_breaking) in [
        ("[{A: []}]", "[]", false),
        ("[{A: []}]", "[{}]", false),
        ("[{A: []}]", "[{B: []}, {A: []}]", false),
        ("[{A: [], B: []}]", "[{A: []}]", false),
        ("[{A: []}, {B: []}]", "[{A: []}]", true),
        ("[{A: []}]", "[{A: [], B: []}]", true),
        ("[{A: []}, {}]", "[{A: []}]", true),
        ("[]", "[{A: []}]", true),
    ] {
        assert_eq!(breaks(template, from, to), [is_breaking], "{from} to {to}");
    }
}

#[test]
fn the_order_of_a_union_makes_no_difference() {
    let template = "{openapi: 3.1.0, paths: {/a: {get: {responses: {'200': {description: '', content: {
        application/json: {schema: {oneOf: TEXT}}}}}}}}}";
    let from = "[{type: string}, {type: integer}, {type: object, properties: {a: {type: string}}}]";
    let to = "[{type: object, properties: {a: {type: string}}}, {type: string}, {type: integer}]";
    assert_eq!(breaks(template, from, to), [false; 0]);
    assert_eq!(breaks(template, from, &to.replace("integer", "boolean")), [true]);
}

#[test]
fn servers_count_where_everything_does() {
    let template = "{openapi: 3.1.0, servers: TEXT, paths: {}}";
    assert_eq!(breaks(template, "[{url: /a}]", "[{url: /a}, {url: /b}]"), [false]);
    assert_eq!(breaks(template, "[{url: /a}]", "[{url: /b}]"), [true]);
    assert_eq!(breaks(template, "[]", "[{url: /}]"), [false; 0]);
}

#[test]
fn a_missing_operation_counts_if_it_has_one_of_our_tags() {
    let gone =
        differences(&[("operationId: addPet", "operationId: fly"), ("    post:", "  /birds:\n    post:")]);
    assert_eq!(
        gone,
        [
            "removed  #/paths/~1pets/post (breaks users: what they send may be refused, and what they receive may not be what they expect)",
            "added    #/paths/~1birds/post",
        ]
    );
    let foreign =
        [("components:\n", "  /people: {get: {operationId: listPeople, tags: [People]}}\ncomponents:\n")];
    assert_eq!(differences(&foreign), [""; 0]);
}

#[test]
fn both_positions_are_reported() {
    let published = parse(
        "theirs.yaml",
        &OURS.replace("maxLength: 20", "maxLength: 10").replace("paths:\n", "\npaths:\n"),
    );
    let found = compare(&parse("ours.yaml", OURS), &published, Scope::OurTags);
    assert_eq!(found.len(), 1, "the same difference reached in two ways is one: {found:#?}");
    assert_eq!(found[0].our_place.to_string(), "ours.yaml:28:41");
    assert_eq!(found[0].published_place.to_string(), "theirs.yaml:29:41");
}

#[test]
fn a_departure_covers_exactly_its_difference() {
    let departures = |at: &str, published: &str| {
        let text = format!("# Why.\n- at: {at}\n  published: {published}\n  reason: So that it fits.\n");
        Departures::parse("departures.yaml", &text).unwrap()
    };
    let found = |maximum: &str| {
        let published = parse("theirs.yaml", &OURS.replace("maxLength: 20", maximum));
        compare(&parse("ours.yaml", OURS), &published, Scope::OurTags)
    };
    let at = "'#/components/schemas/Pet/properties/name/maxLength'";
    for (departures, maximum, left, needed, needless) in [
        (departures(at, "10"), "maxLength: 10", 0, 1, 0),
        (departures(&format!("[{at}]"), "10"), "maxLength: 10", 0, 1, 0),
        (departures(at, "absent"), "minLength: 0", 1, 1, 0),
        (departures(at, "10"), "maxLength: 15", 1, 0, 1),
        (departures(at, "10"), "maxLength: 20", 0, 0, 1),
    ] {
        let (is_left, is_needed, is_needless) = departures.apply(found(maximum));
        assert_eq!(
            (is_left.len(), is_needed.len(), is_needless.len()),
            (left, needed, needless),
            "{maximum}"
        );
        assert!(is_needless.iter().all(|departure| departure.line == 2));
    }
}

#[test]
fn an_invalid_list_of_departures_is_refused() {
    for (text, expected) in [
        ("a: b", "departures.yaml:1:1: error[departure]: the departures must be a list, this is an object"),
        (
            "- at: x\n  published: absent",
            "departures.yaml:1:3: error[departure]: this departure does not say",
        ),
        ("- {at: x, published: absent, reason: ' '}", "error[departure]: this departure does not say"),
        (
            "- {at: [x, x], published: 1, reason: y}",
            "departures.yaml:1:12: error[departure]: the departure at `x` is given twice",
        ),
        ("- [", "error[syntax]"),
    ] {
        let reported = Departures::parse("departures.yaml", text).unwrap_err().to_string();
        assert!(reported.contains(expected), "{text}: {reported}");
    }
    assert!(Departures::parse("departures.yaml", "# none\n[]\n").is_ok());
}

#[test]
fn parts_in_order_are_compared() {
    let document = |media: &str| {
        let text = format!(
            "openapi: 3.2.0\npaths: {{/a: {{post: {{operationId: a, requestBody: {{content: {{multipart/mixed: {{{media}}}}}}}}}}}}}\n"
        );
        parse("parts.yaml", &text)
    };
    let of = |schema: &str, prefix: &str, item: &str| {
        document(&format!(
            "itemSchema: {{{schema}}}, prefixEncoding: [{{{prefix}}}], itemEncoding: {{{item}}}"
        ))
    };
    let ours = of("maxLength: 1", "contentType: a/b", "contentType: a/c");
    for (published, changed) in [
        (of("maxLength: 1", "contentType: a/b", "contentType: a/c"), None),
        (of("maxLength: 2", "contentType: a/b", "contentType: a/c"), Some("itemSchema/maxLength")),
        (of("maxLength: 1", "contentType: a/d", "contentType: a/c"), Some("prefixEncoding")),
        (of("maxLength: 1", "contentType: a/b", "contentType: a/d"), Some("itemEncoding")),
    ] {
        let found: Vec<String> =
            compare(&ours, &published, Scope::OurTags).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), usize::from(changed.is_some()), "{found:?}");
        assert!(changed.is_none_or(|changed| found[0].contains(changed)), "{found:?}");
    }
}

#[test]
fn schemas_that_contain_themselves_are_compared_once() {
    let circle = |limit: u32| {
        let text = format!(
            "openapi: 3.1.0\npaths: {{/a: {{get: {{operationId: a, responses: {{'200': {{content: {{x/y: {{schema: {{$ref: '#/c/A'}}}}}}}}}}}}}}}}\n\
             c:\n  A: {{properties: {{a: {{$ref: '#/c/A'}}, b: {{allOf: [{{$ref: '#/c/B'}}]}}}}}}\n  B: {{anyOf: [{{$ref: '#/c/B'}}], maximum: {limit}}}\n  C: {{$ref: '#/c/C'}}\n"
        );
        parse("circle.yaml", &text)
    };
    assert_eq!(compare(&circle(1), &circle(1), Scope::OurTags), []);
    assert_eq!(compare(&circle(1), &circle(2), Scope::OurTags).len(), 1);
}
