//! From `oneOf` and `anyOf` to enums.

use super::{schemas, snapshots};

snapshots! { schemas:
    a_discriminator_with_a_mapping_selects_the_type: "
        Pet:
          oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
          discriminator:
            propertyName: kind
            mapping: {cat: '#/components/schemas/Cat', kitten: '#/components/schemas/Cat', dog: Dog}
        Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer}}}
        Dog: {type: object, required: [kind], properties: {kind: {type: string}, tricks: {type: array, items: {type: string}}}}
        ",
    a_discriminator_without_a_mapping_uses_the_schema_names: "
        Pet:
          oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
          discriminator: {propertyName: kind}
        Cat: {type: object, required: [kind], properties: {kind: {type: string}}}
        Dog: {type: object, required: [kind], properties: {kind: {type: string}}}
        ",
    a_supertype_is_a_union_of_its_subtypes: "
        Pet:
          type: object
          description: Any pet.
          required: [petType, name]
          discriminator: {propertyName: petType, mapping: {dog: Dog, pup: '#/components/schemas/Dog', pet: Pet}}
          properties: {petType: {type: string}, name: {type: string}, friend: {$ref: '#/components/schemas/Pet'}}
        Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, required: [lives], properties: {lives: {type: integer}}}]}
        Dog: {allOf: [{$ref: '#/components/schemas/Pet'}], description: Barks., properties: {tricks: {type: array, items: {type: string}}}}
        Siamese: {allOf: [{$ref: '#/components/schemas/Cat'}, {properties: {blue: {type: boolean}}}]}
        Fish: {allOf: [{$ref: '#/components/schemas/Pet'}]}
        Owner:
          type: object
          properties:
            pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}
            first: {description: The first., allOf: [{$ref: '#/components/schemas/Pet'}]}
            animal: {$ref: '#/components/schemas/Animal'}
        Animal: {type: object, required: [class], properties: {class: {type: string}}}
        Bird: {allOf: [{$ref: '#/components/schemas/Animal'}], discriminator: {propertyName: class}}
        Parrot: {allOf: [{$ref: '#/components/schemas/Bird'}, {properties: {says: {type: string}}}]}
        ",
    alternatives_that_extend_the_whole_are_its_variants: "
        Pet:
          type: object
          required: [kind]
          properties: {kind: {type: string}}
          discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}
          oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
        Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {lives: {type: integer}}}]}
        Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {bark: {type: string}}}]}
        ",
    a_subtype_with_subtypes_is_one_variant_of_the_supertype: "
        Shape: {required: [t], properties: {t: {type: string}}, discriminator: {propertyName: t, mapping: {poly: '#/components/schemas/Poly', tri: '#/components/schemas/Tri'}}}
        Poly: {allOf: [{$ref: '#/components/schemas/Shape'}, {properties: {sides: {type: integer}}}], discriminator: {propertyName: t, mapping: {tri: '#/components/schemas/Tri'}}}
        Tri: {allOf: [{$ref: '#/components/schemas/Poly'}, {properties: {right: {type: boolean}}}]}
        Wild: {required: [t], properties: {t: {type: string}}, discriminator: {propertyName: t}}
        Wolf: {allOf: [{$ref: '#/components/schemas/Wild'}, {properties: {pack: {type: integer}}}]}
        Either: {oneOf: [{$ref: '#/components/schemas/Shape'}, {$ref: '#/components/schemas/Wild'}], discriminator: {propertyName: t}}
        ",
    a_subtype_with_another_discriminator_is_a_union_in_the_union: "
        Fish: {required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {shark: '#/components/schemas/Shark', salmon: '#/components/schemas/Salmon'}}}
        Salmon: {allOf: [{$ref: '#/components/schemas/Fish'}, {properties: {friends: {type: array, items: {$ref: '#/components/schemas/Fish'}}}}]}
        Shark: {required: [teeth], allOf: [{$ref: '#/components/schemas/Fish'}], properties: {kind: {type: string, enum: [shark]}, teeth: {type: string}}, discriminator: {propertyName: teeth, mapping: {saw: '#/components/schemas/Saw'}}}
        Saw: {allOf: [{$ref: '#/components/schemas/Shark'}, {properties: {length: {type: integer}}}]}
        ",
    values_that_all_alternatives_share_select_none: "
        Shape:
          type: object
          discriminator: {propertyName: kind}
          properties: {kind: {type: string, enum: [Circle, Square]}}
        Circle: {allOf: [{$ref: '#/components/schemas/Shape'}, {properties: {radius: {type: number}}}]}
        Square: {allOf: [{$ref: '#/components/schemas/Shape'}, {properties: {side: {type: number}}}]}
        ",
    a_constant_property_selects_the_type: "
        Event:
          anyOf:
            - {$ref: '#/components/schemas/Started'}
            - {$ref: '#/components/schemas/Stopped'}
        Started: {type: object, required: [type], properties: {type: {type: string, enum: [started]}, at: {type: integer}}}
        Stopped: {type: object, required: [type], properties: {type: {const: stopped}, why: {type: string}}}
        ",
    types_with_the_same_tag_are_selected_by_another_constant: "
        Item:
          anyOf:
            - {$ref: '#/components/schemas/Call'}
            - {$ref: '#/components/schemas/Prompt'}
            - {$ref: '#/components/schemas/Asked'}
          discriminator: {propertyName: type}
        Call: {type: object, required: [type], properties: {type: {const: call}, role: {const: system}}}
        Prompt: {type: object, required: [type, role], properties: {type: {const: message}, role: {const: system}, text: {type: string}}}
        Asked: {type: object, required: [type, role], properties: {type: {const: message}, role: {enum: [user, guest]}, voice: {type: string}}}
        ",
    ambiguous_types_are_tried_in_order: "
        Either:
          oneOf:
            - {type: object, title: ByName, required: [name], properties: {name: {type: string}}}
            - {type: object, title: ByNumber, required: [number], properties: {number: {type: integer}}}
            - {type: array, items: {type: string}}
            - {type: integer}
        ",
    a_string_or_an_enum_is_the_enum: "
        Model: {anyOf: [{type: string}, {type: string, enum: [small, large]}]}
        ",
    a_string_or_a_list_of_strings: "
        Stop: {oneOf: [{type: string}, {type: array, items: {type: string}}]}
        Holder: {type: object, properties: {stop: {$ref: '#/components/schemas/Stop'}, inline: {anyOf: [{type: string}, {type: integer}, {type: 'null'}]}}}
        ",
    a_union_of_one_member_is_the_member: "
        Thing: {type: object, properties: {name: {type: string}}}
        Lone: {oneOf: [{$ref: '#/components/schemas/Thing'}]}
        Holder: {type: object, properties: {lone: {anyOf: [{type: string, enum: [auto]}]}}}
        ",
    a_list_of_types_is_a_union: "
        Value: {type: [string, integer, boolean]}
        ",
    a_recursive_union_is_boxed_only_where_needed: "
        Filter:
          oneOf: [{$ref: '#/components/schemas/Comparison'}, {$ref: '#/components/schemas/Not'}, {$ref: '#/components/schemas/All'}]
        Comparison: {type: object, required: [type, key], properties: {type: {type: string, enum: [eq]}, key: {type: string}}}
        Not: {type: object, required: [type, filter], properties: {type: {type: string, enum: [not]}, filter: {$ref: '#/components/schemas/Filter'}}}
        All: {type: object, required: [type, filters], properties: {type: {type: string, enum: [all]}, filters: {type: array, items: {$ref: '#/components/schemas/Filter'}}}}
        ",
    properties_beside_any_of_belong_to_each_alternative: "
        Named:
          type: object
          required: [name]
          properties: {name: {type: string}}
          oneOf:
            - {type: object, title: Circle, required: [radius], properties: {radius: {type: number}}}
            - {type: object, title: Square, required: [side], properties: {side: {type: number}}}
        ",
}
