//! From a document's names to identifiers.

use super::{schemas, snapshots, written};

snapshots! { schemas:
    properties_named_like_keywords_are_raw: "
        Keywords: {type: object, required: [type, self, crate], properties: {type: {type: string}, self: {type: string}, crate: {type: string}, async: {type: boolean}, fn: {type: string}, gen: {type: string}}}
        ",
    schemas_named_like_keywords_and_like_the_prelude: "
        Self: {type: object, properties: {a: {type: string}}}
        Option: {type: object, properties: {b: {type: string}}}
        String: {type: object, required: [c], properties: {c: {type: string}, d: {$ref: '#/components/schemas/Option'}}}
        type: {type: object, properties: {e: {$ref: '#/components/schemas/String'}}}
        mod: {type: object, properties: {f: {type: string}}}
        ",
    names_that_become_the_same_identifier_are_kept_apart: "
        thing_one: {type: object, properties: {a-b: {type: string}, a_b: {type: string}, aB: {type: string}}}
        ThingOne: {type: object, properties: {kind: {type: string, enum: [a-b, a_b, A B]}}}
        ",
    names_that_are_not_ascii_or_begin_with_a_digit: "
        Größe: {type: object, properties: {größe: {type: string}, 名前: {type: string}, 1st: {type: string}, '@id': {type: string}, '$ref': {type: string}, '-': {type: string}, '': {type: string}}}
        2D: {type: string, enum: ['2d', 3d, '+1', '-1', '*', ' ', é]}
        ",
    abbreviations_become_words: "
        OpenAIFile: {type: object, properties: {fileURL: {type: string}, HTTPStatus: {type: integer}, userID2: {type: string}}}
        ",
    a_variant_named_other_makes_room_for_the_open_one: "
        Reason: {type: string, enum: [other, Other, none]}
        ",
}

snapshots! { written:
    operations_and_parameters_named_like_keywords: "
        paths:
          /{type}:
            get:
              operationId: move
              parameters:
                - {name: type, in: path, required: true, schema: {type: string}}
                - {name: configuration, in: query, schema: {type: string}}
                - {name: type, in: query, schema: {type: string}}
                - {name: X-Request-Id, in: header, schema: {type: string}}
              responses: {'204': {description: Moved.}}
        ",
    a_tag_may_be_called_anything: "
        tags: [{name: Fine-tuning jobs, description: Jobs.}]
        paths:
          /a: {get: {operationId: a, tags: [Fine-tuning jobs], responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: b, tags: [configuration], responses: {'204': {description: Done.}}}}
          /c: {get: {operationId: c, responses: {'204': {description: Done.}}}}
        ",
}
