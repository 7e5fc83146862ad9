//! The diagnostics of documents that cannot be generated.

use super::{refused, snapshots};

snapshots! { refused:
    dangling_references: "
        paths:
          /a:
            get:
              operationId: a
              parameters: [{$ref: '#/components/parameters/Missing'}]
              responses: {'200': {description: A., content: {application/json: {schema: {$ref: '#/components/schemas/Thingg'}}}}}
        components: {schemas: {Thing: {type: string}}}
        ",
    a_schema_that_is_only_a_reference_to_itself: "
        paths: {}
        components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}
        ",
    a_union_of_nothing_but_itself: "
        paths: {}
        components:
          schemas:
            A: {oneOf: [{$ref: '#/components/schemas/B'}, {type: string}]}
            B: {anyOf: [{$ref: '#/components/schemas/A'}, {type: integer}]}
        ",
    values_of_the_wrong_type: "
        paths:
          /a: {get: {operationId: 7, parameters: {}, responses: []}}
          b: {get: {operationId: b, responses: {}}}
        components: {schemas: {A: {type: strng, required: yes}, B: 7, C: {enum: []}, D: {type: object, properties: []}}}
        ",
}
