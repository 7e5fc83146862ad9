//! From webhooks to an enum of them.

use super::{snapshots, written};

snapshots! { written:
    a_webhook_is_read_by_its_name_and_by_the_type_in_its_body: "
        paths: {}
        webhooks:
          thing_made:
            post:
              requestBody:
                content:
                  application/json:
                    schema: {type: object, required: [type, id], properties: {type: {type: string, enum: [thing.made]}, id: {type: string}}}
          counted:
            post: {requestBody: {content: {application/json: {schema: {type: integer}}}}}
          sent:
            post: {requestBody: {content: {text/plain: {schema: {type: string}}}}}
        ",
    a_type_that_two_webhooks_have_names_neither: "
        paths: {}
        webhooks:
          order.created:
            post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
            put: {requestBody: {content: {application/json: {schema: {type: integer}}}}}
          order.repeated:
            post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
          order.shipped:
            post: {requestBody: {content: {application/json: {schema: {type: object, properties: {type: {const: shipped}}}}}}}
          shipped:
            post: {requestBody: {content: {application/json: {schema: {type: object, properties: {type: {const: order.sent}}}}}}}
          ping: {get: {}}
        components:
          schemas:
            Order: {type: object, required: [type], properties: {type: {const: order}}}
        ",
}
