//! Bodies of forms, and how their fields are sent.

use super::{document, snapshot};

snapshot!(
    binary,
    document(
        r"
paths:
  /files/{id}:
    get:
      operationId: getFile
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: string, format: binary}}}}
        '201': {description: ok, content: {text/plain: {schema: {type: string, contentEncoding: base64}}}}
"
    )
);

snapshot!(
    form,
    document(
        r"
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content:
          multipart/form-data:
            encoding:
              photo: {contentType: image/png}
              eachEncoded: {contentType: application/octet-stream}
              eachAny: {contentType: '*/*'}
              eachJson: {contentType: application/json}
            schema:
              type: object
              required: [photo]
              properties:
                photo: {type: string, format: binary}
                more: {type: array, items: {type: string, format: binary}}
                name: {type: string}
                any: {}
                eachAny: {type: array, items: {}}
                eachOrNull: {type: [array, 'null'], items: {$ref: '#/components/schemas/Anything'}}
                around: {allOf: [{$ref: '#/components/schemas/Anythings'}]}
                eachTyped: {type: array, items: {contentMediaType: image/png}}
                eachEncoded: {type: array, items: true}
                eachOpen: {type: array, items: {contentMediaType: '*/*'}}
                eachJson: {type: array, items: {}}
                eachOr: {type: array, items: {anyOf: [{type: string, format: binary}, {type: integer}]}}
                oneOrMore: {anyOf: [{}, {type: array, items: {}}]}
                nested: {type: array, items: {type: array, items: {}}}
                base64: {type: array, items: {type: string, contentEncoding: base64}}
          application/x-www-form-urlencoded:
            encoding: {tags: {style: pipeDelimited, explode: false}}
            schema: {type: object, properties: {tags: {type: array, items: {type: string}}}}
      responses: {'204': {description: added}}
components:
  schemas:
    Anything: {description: A file.}
    Anythings: {type: array, items: {$ref: '#/components/schemas/Anything'}}
"
    )
);

snapshot!(
    form_part,
    document(
        r"
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content:
          multipart/form-data:
            encoding:
              xml: {contentType: application/xml}
              eachXml: {contentType: text/xml}
              xmlOrJson: {contentType: 'application/xml, application/json'}
              plainObject: {contentType: text/plain}
              plainText: {contentType: text/plain}
              styled: {style: form}
              noParts: {itemEncoding: {contentType: text/plain}}
            schema:
              type: object
              properties:
                eachOfEach: {type: array, items: {type: array, items: {type: string, format: binary}}}
                object: {type: object, properties: {photo: {$ref: '#/components/schemas/Photo'}}}
                map: {type: object, additionalProperties: {type: string, format: binary}}
                either: {oneOf: [{type: object, properties: {photo: {type: string, format: binary}}}, {type: string}]}
                onlyReplies: {type: object, properties: {photo: {type: string, format: binary, readOnly: true}}}
                threeThings: {oneOf: [{type: string, format: binary}, {type: integer}, {type: boolean}]}
                nullable: {type: [string, 'null'], format: binary}
                eachNullable: {type: array, items: {type: [string, 'null'], format: binary}}
                encoded: {type: string, contentEncoding: base64, contentMediaType: image/png}
                both: {type: string, format: binary, contentEncoding: base64}
                typed: {type: string, format: binary, contentMediaType: image/png}
                pair: {type: array, prefixItems: [{type: string, format: binary}, {type: string, format: binary}], items: false, minItems: 2}
                fileAndText: {type: array, prefixItems: [{type: string, format: binary}, {type: string}], items: false, minItems: 2}
                xml: {type: object, properties: {a: {type: string}}}
                eachXml: {type: array, items: {type: object, properties: {a: {type: string}}}}
                xmlOrJson: {type: object, properties: {a: {type: string}}}
                plainObject: {type: object, properties: {a: {type: string}}}
                plainText: {type: string}
                styled: {type: string, format: binary}
                noParts: {type: string}
              additionalProperties: {type: string, format: binary}
          application/x-www-form-urlencoded:
            encoding: {a: {headers: {X-A: {schema: {type: string}}}}}
            schema: {type: object, properties: {a: {type: string, format: binary}}}
      responses: {'204': {description: added}}
  /photos:
    post:
      operationId: addPhoto
      requestBody:
        content:
          multipart/form-data: {schema: {$ref: '#/components/schemas/Photos'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Photos'}}
      responses: {'204': {description: added}}
components:
  schemas:
    Photo: {type: string, format: binary}
    Photos: {type: object, properties: {one: {type: string, format: binary}}, additionalProperties: {type: array, items: {$ref: '#/components/schemas/Photo'}}}
"
    )
);

snapshot!(
    part_headers,
    document(
        r"
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content:
          multipart/form-data:
            encoding:
              photo:
                contentType: image/png
                headers:
                  Content-Type: {schema: {type: string}}
                  X-Taken: {description: When., required: true, schema: {type: string, format: date}}
                  X-Place: {content: {application/json: {schema: {type: object, properties: {x: {type: number}}}}}}
                  X-Uri: {content: {text/plain: {schema: {type: string, format: uri}}}}
                  X-Tags: {explode: true, schema: {type: object, additionalProperties: {type: string}}}
                  X-Kind: {required: true, schema: {const: photo}}
                  X-None: {schema: false}
                  X-Any: {deprecated: true}
              more: {headers: {X-Order: {schema: {type: integer}}}}
            schema:
              type: object
              properties: {photo: {type: string, format: binary}, more: {type: array, items: {type: string}}}
      responses: {'204': {description: added}}
"
    )
);

snapshot!(
    form_alternatives,
    document(
        r"
paths:
  /replies:
    post:
      operationId: reply
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              oneOf:
                - {type: object, required: [type], properties: {type: {const: 1}, data: {type: string}, file: {type: string, format: binary}, flag: {const: true}}}
                - {type: object, required: [type], properties: {type: {const: 2}, data: {type: object, properties: {a: {type: string}}}, file: {type: integer}, flag: {type: boolean}}}
                - {type: object, required: [type], properties: {type: {enum: [2, 3]}}}
      responses: {'204': {description: done}}
"
    )
);

snapshot!(
    positions,
    document(
        r"
paths:
  /pages:
    post:
      operationId: addPage
      requestBody:
        content:
          multipart/related; type=text/html:
            schema:
              type: array
              prefixItems: [{title: Page, type: string}, {$ref: '#/components/schemas/About'}, {}]
              items: {anyOf: [{type: string}, {type: string, format: binary}]}
            prefixEncoding: [{contentType: text/html}, {}, {contentType: 'image/*'}]
            itemEncoding:
              contentType: 'text/css, image/*'
              headers: {Content-Location: {required: true, content: {text/plain: {schema: {type: string}}}}}
      responses: {'204': {description: added}}
  /photos:
    post:
      operationId: addPhotos
      requestBody: {content: {multipart/mixed: {itemSchema: {description: A photo.}, itemEncoding: {contentType: image/jpg}}}}
      responses: {'204': {description: added}}
  /nested:
    post:
      operationId: addNested
      requestBody:
        content:
          multipart/mixed:
            schema:
              type: array
              prefixItems:
                - {type: array, items: {type: integer}}
                - {type: array, prefixItems: [{type: object, properties: {a: {type: string}}}, {type: string}, {}]}
                - {type: object, properties: {b: {type: string, format: binary}}}
            prefixEncoding:
              - {}
              - {contentType: multipart/mixed, prefixEncoding: [{contentType: application/xml}, {}, {contentType: image/png}]}
              - {contentType: multipart/form-data, encoding: {b: {contentType: image/gif}}}
              - {contentType: text/plain}
          multipart/form-data:
            schema:
              type: object
              properties:
                each: {type: array, items: {type: array, items: {type: string, format: binary}}}
                all: {type: array, items: {type: string, format: binary}}
            encoding: {each: {contentType: multipart/mixed}, all: {itemEncoding: {contentType: image/png}}}
      responses: {'204': {description: added}}
  /optional:
    post:
      operationId: addOptional
      requestBody:
        content:
          multipart/mixed:
            schema: {type: array, minItems: 1, maxItems: 2, prefixItems: [{type: string}, {type: [string, 'null']}], items: {type: string}}
            itemEncoding: {contentType: text/css}
          multipart/alternative: {itemSchema: {type: object}, prefixEncoding: [{contentType: text/plain, style: form}], encoding: {a: {}}}
          multipart/form-data:
            schema: {type: array, items: {type: string}}
          multipart/x-named:
            schema: {type: array, items: {type: string}}
            itemEncoding: {headers: {Content-Disposition: {required: true, schema: {type: string}}}}
      responses:
        '200': {description: ok, content: {multipart/mixed: {itemSchema: {type: string}, itemEncoding: {contentType: text/plain}}}}
  /wrong:
    post:
      operationId: addWrong
      requestBody:
        content:
          multipart/mixed: {schema: {type: object, properties: {a: {type: string}}}, prefixEncoding: [{}]}
          application/json: {schema: {type: array}, itemEncoding: {contentType: text/plain}}
      responses: {'204': {description: added}}
components:
  schemas:
    About: {type: object, properties: {author: {type: string}}}
"
    )
);
