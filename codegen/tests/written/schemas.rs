//! From a schema to Rust: scalars, objects, enumerations, arrays, maps and recursion.

use super::{schemas, snapshots, written};

snapshots! { schemas:
    integers_have_a_type_that_holds_every_allowed_value: "
        Integers:
          type: object
          required: [plain, counted, signed32, unsigned32, small, in_range, beyond_64_bits]
          properties:
            plain: {type: integer}
            counted: {type: integer, minimum: 0}
            above_zero: {type: integer, exclusiveMinimum: 0}
            signed32: {type: integer, format: int32}
            unsigned32: {type: integer, format: uint32}
            small: {type: integer, format: uint8}
            signed64: {type: integer, format: int64, minimum: 0}
            in_range: {type: integer, minimum: 1, maximum: 100}
            beyond_64_bits: {type: integer, minimum: -9223372036854776000, maximum: 9223372036854776000}
        ",
    numbers_have_the_size_of_their_format: "
        Numbers:
          type: object
          properties: {plain: {type: number}, half: {type: number, format: float}, double: {type: number, format: double}}
        ",
    strings_have_the_type_of_their_format: "
        Strings:
          type: object
          properties:
            plain: {type: string}
            at: {type: string, format: date-time}
            day: {type: string, format: date}
            id: {type: string, format: uuid}
            encoded: {type: string, format: byte}
            address: {type: string, format: uri}
            unheard_of: {type: string, format: shoe-size}
        ",
    booleans_and_any_values: "
        Mixed:
          type: object
          required: [sure]
          properties: {sure: {type: boolean}, anything: {}, object: {type: object}, nothing: {type: 'null'}}
        ",
    a_string_enum_keeps_unknown_values: "
        Status: {type: string, description: Where it stands., enum: [on, no, fine-tune, '1.0', '']}
        Holder: {type: object, required: [inner], properties: {inner: {type: string, enum: [a, b]}}}
        ",
    an_enum_of_one_value_has_a_default: "
        Thing: {type: object, required: [object], properties: {object: {type: string, enum: [thing]}}}
        ",
    a_const_becomes_an_enum_of_one_value: "
        Thing: {type: object, required: [object], properties: {object: {const: thing}, version: {type: string, const: v1}}}
        ",
    x_enum_descriptions_document_the_values: "
        Status: {type: string, enum: [open, closed], x-enum-descriptions: [Still open., Closed for good.]}
        ",
    an_enum_of_integers_is_an_integer: "
        Level: {type: integer, enum: [1, 2, 3]}
        Holder: {type: object, properties: {level: {$ref: '#/components/schemas/Level'}}}
        ",
    an_enum_with_null_in_it_is_optional: "
        Holder: {type: object, required: [size], properties: {size: {type: [string, 'null'], enum: [small, large, null]}}}
        ",
    optional_properties_are_left_out_when_none: "
        Thing: {type: object, required: [must], properties: {must: {type: string}, may: {type: string}}}
        ",
    all_of_is_one_struct_with_all_the_fields: "
        Animal: {type: object, required: [name], properties: {name: {type: string}}}
        Dog:
          description: Barks.
          required: [tail]
          allOf:
            - {$ref: '#/components/schemas/Animal'}
            - {type: object, required: [loud], properties: {loud: {type: boolean}, tail: {type: integer}}}
        ",
    all_of_one_reference_is_the_reference: "
        Animal: {type: object, properties: {name: {type: string}}}
        Owner: {type: object, properties: {pet: {description: The pet., allOf: [{$ref: '#/components/schemas/Animal'}]}}}
        ",
    all_of_keeps_the_narrower_type_of_a_property: "
        Base: {type: object, required: [kind], properties: {kind: {type: string}}}
        Narrow: {allOf: [{$ref: '#/components/schemas/Base'}, {properties: {kind: {type: string, enum: [narrow]}}}]}
        ",
    additional_properties_are_a_map: "
        Labels: {type: object, additionalProperties: {type: string}}
        Anything: {type: object, additionalProperties: true}
        Holder: {type: object, properties: {scores: {type: object, additionalProperties: {type: array, items: {type: number}}}}}
        ",
    additional_properties_are_kept_beside_known_ones: "
        Open: {type: object, required: [id], properties: {id: {type: string}}, additionalProperties: {type: integer}}
        ",
    pattern_properties_are_a_map: "
        Matched: {type: object, patternProperties: {'^x-': {type: string}}}
        ",
    arrays_and_tuples: "
        Lists:
          type: object
          properties:
            names: {type: array, items: {type: string}}
            grid: {type: array, items: {type: array, items: {type: number}}}
            anything: {type: array}
            pair: {type: array, prefixItems: [{type: string}, {type: integer}], minItems: 2, maxItems: 2}
            entries: {type: array, items: {type: object, properties: {key: {type: string}}}}
        ",
    a_cycle_is_boxed_only_where_needed: "
        Node:
          type: object
          required: [children]
          properties:
            parent: {$ref: '#/components/schemas/Node'}
            children: {type: array, items: {$ref: '#/components/schemas/Node'}}
            by_name: {type: object, additionalProperties: {$ref: '#/components/schemas/Node'}}
        Left: {type: object, properties: {right: {$ref: '#/components/schemas/Right'}}}
        Right: {type: object, properties: {left: {$ref: '#/components/schemas/Left'}}}
        ",
    a_recursive_alias_is_a_type_of_its_own: "
        Tree: {type: array, items: {$ref: '#/components/schemas/Tree'}}
        ",
    deprecated_items_have_the_attribute: "
        Old: {type: object, deprecated: true, properties: {worn: {type: string, deprecated: true}, sound: {type: string}}}
        ",
    defaults_and_limits_are_in_the_description: "
        Limited:
          type: object
          properties:
            count: {type: integer, minimum: 1, maximum: 128, default: 1}
            name: {type: string, minLength: 1, maxLength: 64}
            parts: {type: array, items: {type: string}, minItems: 1, maxItems: 10}
            colour: {type: string, enum: [red, green], default: green}
        ",
    x_constants_become_constants: "
        Upload:
          type: object
          x-constants: [{name: lifetime_seconds, value: 3600, description: How long it lives.}]
          properties: {id: {type: string}}
        ",
    an_empty_schema_is_any_value: "
        Whatever: {description: Anything at all.}
        Empty: {type: object, properties: {}}
        Closed: {type: object, additionalProperties: false}
        ",
    an_alias_keeps_its_name: "
        Identifier: {type: string, description: Names a thing.}
        Holder: {type: object, required: [id], properties: {id: {$ref: '#/components/schemas/Identifier'}}}
        ",
    a_description_beside_a_reference_belongs_to_the_property: "
        Thing: {type: object, properties: {name: {type: string}}}
        Holder: {type: object, properties: {thing: {$ref: '#/components/schemas/Thing', description: The one held.}}}
        ",
    descriptions_never_become_code: "
        Hostile:
          type: object
          description: \"*/ } fn main() { } /* \\\" \\\\ #[allow] #![x]\\nsecond line `tick` <b> [link]\\n\\n```\\ncode\\n```\"
          properties:
            x: {type: string, description: \"*/ \\\" {}\\r\\n// end\"}
        ",
    nullable_schemas_in_3_1: "
        Holder:
          type: object
          required: [by_type, by_any_of, by_one_of, by_reference]
          properties:
            by_type: {type: [integer, 'null']}
            by_any_of: {anyOf: [{type: string}, {type: 'null'}]}
            by_one_of: {oneOf: [{type: 'null'}, {$ref: '#/components/schemas/Thing'}]}
            by_reference: {$ref: '#/components/schemas/Maybe'}
            not_required: {type: [string, 'null']}
        Thing: {type: object, properties: {elements: {type: array, items: {type: [string, 'null']}}}}
        Maybe: {type: [string, 'null']}
        ",
    nullable_schemas_in_3_0: "
        Holder:
          type: object
          required: [by_keyword, by_all_of]
          properties:
            by_keyword: {type: integer, nullable: true}
            by_all_of: {nullable: true, allOf: [{$ref: '#/components/schemas/Thing'}]}
            lone_member: {allOf: [{$ref: '#/components/schemas/Thing'}, {nullable: true}]}
        Thing: {type: object, nullable: true, properties: {name: {type: string}}}
        ",
    exclusive_limits_of_3_0_are_booleans: "
        Limits: {type: object, properties: {above: {type: integer, minimum: 0, exclusiveMinimum: true}, x: {type: string, nullable: true}}}
        ",
}

snapshots! { written:
    an_inline_object_is_a_type_in_its_parents_module: "
        paths:
          /things:
            get:
              operationId: listThings
              responses:
                '200':
                  description: Things.
                  content:
                    application/json:
                      schema:
                        type: object
                        required: [data]
                        properties:
                          data:
                            type: array
                            items: {type: object, required: [id], properties: {id: {type: string}}}
        ",
    read_only_properties_are_optional_in_requests: "
        paths:
          /accounts:
            post:
              operationId: createAccount
              requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}}
              responses: {'200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}}}
        components:
          schemas:
            Account:
              type: object
              required: [id, password]
              properties:
                id: {type: string, readOnly: true}
                password: {type: string, writeOnly: true}
                name: {type: string}
        ",
    a_closed_request_refuses_unknown_properties_when_read: "
        paths:
          /things:
            post:
              operationId: createThing
              requestBody:
                content: {application/json: {schema: {$ref: '#/components/schemas/NewThing'}}}
              responses: {'200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
        components:
          schemas:
            NewThing: {type: object, additionalProperties: false, properties: {name: {type: string}}}
            Thing: {type: object, additionalProperties: false, properties: {name: {type: string}}}
        ",
}
