//! From the examples of the document to those in the documentation of functions.

use openapi_crate::{Options, Output, generate};

use super::{snapshots, written};

snapshots! { written:
    examples_of_parameters_and_bodies_are_shown_in_the_call_of_a_function: "
        paths:
          /things/{id}:
            put:
              operationId: putThing
              parameters:
                - {name: id, in: path, required: true, example: 't-1', schema: {type: string}}
                - {name: limit, in: query, schema: {type: integer, example: 20}}
                - {name: day, in: query, examples: {a: {$ref: '#/components/examples/Day'}}, schema: {type: string, format: date}}
                - {name: unshown, in: query, schema: {type: string}}
              requestBody:
                required: true
                content:
                  application/json:
                    schema: {$ref: '#/components/schemas/Thing'}
                    examples: {first: {value: {kind: stone, weight: -1.5, tags: [a, b, c], maker: {name: Ada}, note: null}}}
              responses: {'204': {description: Done.}}
        components:
          examples: {Day: {value: '2026-01-02'}}
          schemas:
            Thing:
              type: object
              required: [kind, weight]
              properties:
                kind: {type: string, enum: [wood, stone]}
                weight: {type: number}
                tags: {type: array, items: {type: string}}
                maker: {type: object, required: [name], properties: {name: {type: string}}}
                note: {type: [string, 'null']}
        ",
    an_example_that_its_type_cannot_show_is_read_from_json: "
        paths:
          /things:
            post:
              operationId: addThing
              requestBody:
                required: true
                content:
                  application/json:
                    schema: {type: object, required: [size], properties: {size: {type: integer}}}
                    example: {size: large, made: 'it is */ here'}
              responses: {'204': {description: Done.}}
        ",
    a_body_of_properties_that_may_all_be_null_needs_no_values: "
        paths:
          /things:
            post:
              operationId: addThing
              requestBody:
                required: true
                content:
                  application/json:
                    schema: {type: object, required: [a], properties: {a: {type: [string, 'null']}}}
              responses: {'204': {description: Done.}}
        ",
    examples_of_properties_and_made_up_values_stand_in_for_an_example_of_the_body: "
        paths:
          /things:
            post:
              operationId: addThing
              requestBody:
                required: true
                content:
                  multipart/form-data:
                    schema:
                      type: object
                      required: [file, name, size, at, more]
                      properties:
                        file: {type: string, format: binary}
                        name: {type: string, example: Ada}
                        size: {type: integer, example: many}
                        at: {type: string, format: date-time}
                        more: {type: array, items: {type: string}}
                        left: {type: string, example: out}
              responses: {'204': {description: Done.}}
        ",
}

/// A document whose examples are not Rust, and types that contain themselves.
const ODD: &str = r#"
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    post:
      operationId: addThing
      parameters: [{name: a, in: query, example: "```\n# a", schema: {type: string}}]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}
      responses: {'204': {description: Done.}}
components:
  schemas:
    Tree: {type: object, required: [left, right], properties: {left: {$ref: '#/components/schemas/Branch'}, right: {$ref: '#/components/schemas/Branch'}}}
    Branch: {oneOf: [{$ref: '#/components/schemas/Tree'}, {type: array, items: {$ref: '#/components/schemas/Tree'}}]}
"#;

#[test]
fn the_block_of_an_example_is_compiled_on_request_only_and_ends_where_it_should() {
    for (doctests, fence) in [(false, "/// ```ignore\n"), (true, "/// ```no_run\n")] {
        let output = Output::Crate { name: "odd-things".to_owned() };
        let generated = generate(ODD, &Options { output, doctests, ..Options::default() }).unwrap();
        let (_, text) =
            generated.package.files().find(|(path, _)| *path == "src/apis/default_api.rs").unwrap();
        assert!(text.contains(fence), "{text}");
        assert_eq!(text.matches("```").count(), 2, "{text}");
        assert!(text.contains("/// # use odd_things::{apis::"), "{text}");
        assert!(text.contains("default_api::add_thing(configuration, "), "{text}");
    }
}
