//! What is said of documents that cannot be generated from, all of it at once.

use super::{refused, snapshots};

snapshots! { refused:
    an_operation_without_an_id: "
        paths:
          /a:
            get: {responses: {'204': {description: Done.}}}
            put: {operationId: '', responses: {'204': {description: Done.}}}
        ",
    an_id_that_is_given_twice: "
        paths:
          /a: {get: {operationId: same, responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: same, responses: {'204': {description: Done.}}}}
        ",
    ids_that_become_the_same_function: "
        paths:
          /a: {get: {operationId: getThing, responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: get_thing, responses: {'204': {description: Done.}}}}
        ",
    references_that_lead_nowhere: "
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
    values_of_the_wrong_kind: "
        paths:
          /a: {get: {operationId: 7, parameters: {}, responses: []}}
          b: {get: {operationId: b, responses: {}}}
        components: {schemas: {A: {type: strng, required: yes}, B: 7, C: {enum: []}, D: {type: object, properties: []}}}
        ",
    a_path_parameter_that_is_not_in_the_path_and_one_that_is_not_declared: "
        paths:
          /a/{id}:
            get:
              operationId: a
              parameters: [{name: other, in: path, required: true, schema: {type: string}}]
              responses: {'204': {description: Done.}}
        ",
    a_security_scheme_that_is_not_there: "
        paths: {/a: {get: {operationId: a, security: [{Nope: []}], responses: {'204': {description: Done.}}}}}
        ",
}
