//! From lists in pages to streams.

use super::{snapshots, written};

snapshots! { written:
    a_list_has_pages_by_the_id_of_its_last_item: "
        paths:
          /things:
            get:
              operationId: listThings
              parameters: [{name: after, in: query, schema: {type: string}}]
              responses:
                '200':
                  description: Things.
                  content:
                    application/json:
                      schema:
                        type: object
                        required: [data, has_more]
                        properties:
                          data: {type: array, items: {type: object, required: [id], properties: {id: {type: string}}}}
                          last_id: {type: [string, 'null']}
                          has_more: {type: boolean}
        ",
    a_cursor_may_be_in_an_object_that_is_not_always_there: "
        paths:
          /things:
            get:
              operationId: listThings
              parameters: [{name: cursor, in: query, explode: false, schema: {type: string}}]
              responses:
                '200':
                  description: Things.
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          things: {type: array, items: {type: string}}
                          paging: {type: object, properties: {next_cursor: {type: string}, has_next: {type: boolean}}}
        ",
    the_next_page_may_be_in_a_header: "
        paths:
          /things:
            get:
              operationId: listThings
              responses:
                '200':
                  description: Things.
                  headers: {Link: {schema: {type: string}}}
                  content: {application/json: {schema: {type: array, items: {type: string}}}}
        ",
}
