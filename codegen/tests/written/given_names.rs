//! `x-rust-name` and `x-rust-names`.

use super::{refused, snapshots, written};

snapshots! { written:
    given_names_of_everything: "
        paths:
          /things:
            get:
              operationId: things.list
              x-rust-name: list
              parameters: [{name: 'filter[a]', x-rust-name: filter, in: query, schema: {type: string, enum: [x, y], x-rust-name: Filter, x-rust-names: {x: First}}}]
              responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/thing_v1'}}}}}
        components:
          schemas:
            thing_v1:
              x-rust-name: Thing
              type: object
              required: [_id]
              properties:
                _id: {type: string, x-rust-name: id}
                owner: {x-rust-name: holder, $ref: '#/components/schemas/owner_v2'}
            owner_v2:
              x-rust-name: Owner
              oneOf:
                - {$ref: '#/components/schemas/person_v1'}
                - {$ref: '#/components/schemas/thing_v1', x-rust-name: Nested}
                - {type: object, x-rust-name: Company, required: [vat], properties: {vat: {type: string}}}
            person_v1: {x-rust-name: Person, type: object, required: [born], properties: {born: {oneOf: [{const: a, x-rust-name: Early}, {const: b}]}}}
        ",
}

snapshots! { refused:
    given_names_of_the_wrong_type: "
        paths: {/a: {get: {operationId: a, x-rust-name: 7, responses: {}}}}
        components: {schemas: {A: {type: string, x-rust-name: [A]}, B: {type: string, enum: [a], x-rust-names: {a: 1, b: B}}, C: {type: string, enum: [a], x-rust-names: [a]}}}
        ",
}
