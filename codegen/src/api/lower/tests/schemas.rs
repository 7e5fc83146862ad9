//! Schemas, and the types that they become.

use super::{schemas, snapshot};

snapshot!(
    all_of,
    schemas(
        r"
    Base: {type: object, required: [id], properties: {id: {type: string}}}
    Whole:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - {type: object, required: [size], properties: {size: {type: integer, minimum: 0}}}
    Narrowed:
      allOf: [{$ref: '#/components/schemas/Base'}, {required: [other]}]
    OneProperty:
      allOf:
        - {properties: {size: {type: integer, minimum: 1}}}
        - {properties: {size: {type: integer, maximum: 100}}}
"
    )
);

snapshot!(
    alternative,
    schemas(
        r"
    Event:
      oneOf:
        - {type: object, properties: {kind: {const: created}}}
        - {type: object, properties: {kind: {const: deleted}}}
        - {title: Text, type: string}
        - {type: array, items: {type: integer}}
"
    )
);

snapshot!(
    check,
    schemas(
        r"
    Checked:
      type: object
      colour: red
      contains: {type: string}
      properties:
        count: {type: integer, minimum: '1'}
      if: {properties: {a: {}}}
      then: {properties: {b: {}}}
"
    )
);

snapshot!(
    class,
    schemas(
        r"
    Reference: {$ref: '#/components/schemas/Text'}
    Text: {type: string}
    Only: {anyOf: [{type: string}, {type: 'null'}]}
    Several: {type: [string, integer]}
    Implied: {properties: {a: {type: boolean}}}
    Numbers: {enum: [1, 2]}
    Anything: {description: No constraint.}
    Nothing: false
"
    )
);

snapshot!(
    component,
    schemas(
        r"
    Old:
      type: object
      description: Not used any more.
      deprecated: true
      minProperties: 1
      examples: [{}]
    Described: {allOf: [{type: string, description: By its only member.}]}
"
    )
);

snapshot!(
    constraint,
    schemas(
        r"
    Constrained:
      type: object
      properties:
        code: {type: string, pattern: '^[a-z]+$', maxLength: 8, default: abc}
        ratio: {type: number, exclusiveMinimum: 0, multipleOf: 0.5}
        tags: {type: array, uniqueItems: true, items: {type: string, minLength: 2}}
        level: {enum: [1, 2], x-enum-varnames: [LOW, HIGH]}
        map: {type: object, propertyNames: {pattern: '^x-'}}
      dependentRequired: {code: [ratio]}
      not: {required: [code, tags]}
"
    )
);

snapshot!(
    describe,
    schemas(
        r"
    Titled: {type: string, title: A title}
    Documented:
      type: string
      description: A text.
      externalDocs: {url: 'https://example.com/docs', description: More}
"
    )
);

snapshot!(
    dynamic,
    schemas(
        r"
    Page:
      $dynamicAnchor: item
      type: object
      properties: {items: {type: array, items: {$dynamicRef: '#item'}}}
    Pets:
      $defs: {pet: {$dynamicAnchor: item, type: string}}
      $ref: '#/components/schemas/Page'
"
    )
);

snapshot!(
    intersection,
    schemas(
        r"
    Contradiction: {allOf: [{type: string}, {type: integer}]}
    Values: {allOf: [{enum: [a, b]}, {enum: [b, c]}]}
    Distributed:
      required: [id]
      properties: {id: {type: string}}
      oneOf:
        - {type: object, required: [a], properties: {a: {type: string}}}
        - {type: object, required: [b], properties: {b: {type: string}}}
"
    )
);

snapshot!(
    listed,
    schemas(
        r"
    Sized: {type: object, properties: {size: {type: integer, enum: [1, 2]}, only: {type: boolean, const: true}}}
"
    )
);

snapshot!(
    number,
    schemas(
        r"
    Numbers:
      type: object
      properties:
        signed: {type: integer}
        unsigned: {type: integer, minimum: 0}
        small: {type: integer, format: int8}
        tooSmall: {type: integer, format: int8, maximum: 1000}
        huge: {type: integer, minimum: -9223372036854776000}
        bounded: {type: integer, minimum: 1, maximum: 10}
        float: {type: number, format: float}
        double: {type: number}
"
    )
);

snapshot!(
    object,
    schemas(
        r"
    Object:
      type: object
      required: [id, missing]
      x-constants: [{name: MAX, value: 10}]
      additionalProperties: false
      properties:
        id: {type: string, description: The id., readOnly: true}
        secret: {type: string, format: password, writeOnly: true}
        parent: {$ref: '#/components/schemas/Object'}
        old: {type: [string, 'null'], deprecated: true}
"
    )
);

snapshot!(
    schema,
    schemas(
        r"
    Map: {type: object, additionalProperties: {type: integer}}
    Pair: {type: array, prefixItems: [{type: string}, {type: integer}], items: false, minItems: 2}
    Patterns: {type: object, patternProperties: {'^x-': {type: string}}}
    Open: {type: array, prefixItems: [{type: string}, {type: integer}]}
    Described: {enum: [a, b], x-enum-descriptions: [The first., The second.]}
    DescribedByValue: {enum: [a, b], x-enum-descriptions: {b: The second.}}
    Nullable: {type: [string, 'null'], enum: [a, b, null], default: b}
    Unknown: {type: text}
"
    )
);

snapshot!(
    string_type,
    schemas(
        r"
    Strings:
      type: object
      properties:
        at: {type: string, format: date-time}
        day: {type: string, format: date}
        id: {type: string, format: uuid}
        bytes: {type: string, format: byte}
        encoded: {type: string, contentEncoding: base64}
        secret: {type: string, format: password}
        any: {anyOf: [{enum: [a]}, {type: string}]}
"
    )
);

snapshot!(
    subtypes,
    schemas(
        r"
    Pet:
      type: object
      required: [kind]
      properties: {kind: {type: string}}
      discriminator: {propertyName: kind, mapping: {kitty: Cat}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {lives: {type: integer}}}]}
    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}]}
    Lone: {type: object, discriminator: {propertyName: kind}}
"
    )
);

snapshot!(
    union,
    schemas(
        r"
    Shape:
      oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]
      discriminator: {propertyName: kind, mapping: {round: Circle, flat: Line}}
    Circle: {type: object, properties: {kind: {type: string}, radius: {type: number}}}
    Square: {type: object, properties: {kind: {type: string}, side: {type: number}}}
    Line: {type: object}
    Joined: {anyOf: [{type: string}, {enum: [a]}, {type: integer}]}
    One: {anyOf: [{type: integer}, {type: integer, description: The same.}]}
"
    )
);
