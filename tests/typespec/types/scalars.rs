//! Scalars and enums.

use clients::{type_enum_extensible, type_enum_fixed, type_scalar};
use serde_json::json;

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    scalars(board).await;
    extensible_enums(board).await;
    fixed_enums(board).await;
}

async fn scalars(board: &Board) {
    use type_scalar::apis::default_api::*;

    let group = board.group("Type_Scalar");
    let at = &group.at;
    group.pair(("String_get", string_get), ("String_put", string_put), "test".to_owned()).await;
    group.pair(("Boolean_get", boolean_get), ("Boolean_put", boolean_put), true).await;
    group.pair(("Unknown_get", unknown_get), ("Unknown_put", unknown_put), json!("test")).await;
    group
        .pair(
            ("DecimalType_responseBody", decimal_type_response_body),
            ("DecimalType_requestBody", decimal_type_request_body),
            0.33333,
        )
        .await;
    group.sent("DecimalType_requestParameter", decimal_type_request_parameter(at, 0.33333).await);
    group.got("DecimalVerify_prepareVerify", decimal_verify_prepare_verify(at).await, vec![0.1; 3]);
    group.sent("DecimalVerify_verify", decimal_verify_verify(at, 0.3).await);
    group
        .pair(
            ("Decimal128Type_responseBody", decimal128_type_response_body),
            ("Decimal128Type_requestBody", decimal128_type_request_body),
            0.33333,
        )
        .await;
    group.sent("Decimal128Type_requestParameter", decimal128_type_request_parameter(at, 0.33333).await);
    group.got("Decimal128Verify_prepareVerify", decimal128_verify_prepare_verify(at).await, vec![0.1; 3]);
    group.sent("Decimal128Verify_verify", decimal128_verify_verify(at, 0.3).await);
}

async fn extensible_enums(board: &Board) {
    use type_enum_extensible::apis::default_api::*;
    use type_enum_extensible::models::DaysOfWeekExtensibleEnum as Day;

    let group = board.group("Type_Enum_Extensible_String");
    group
        .pair(
            ("getKnownValue", string_get_known_value),
            ("putKnownValue", string_put_known_value),
            Day::Monday,
        )
        .await;
    let weekend = Day::Other("Weekend".to_owned());
    group
        .pair(
            ("getUnknownValue", string_get_unknown_value),
            ("putUnknownValue", string_put_unknown_value),
            weekend,
        )
        .await;
}

async fn fixed_enums(board: &Board) {
    use type_enum_fixed::apis::default_api::*;
    use type_enum_fixed::models::DaysOfWeekEnum as Day;

    let group = board.group("Type_Enum_Fixed_String");
    group
        .pair(
            ("getKnownValue", string_get_known_value),
            ("putKnownValue", string_put_known_value),
            Day::Monday,
        )
        .await;
    let refused = string_put_unknown_value(&group.at, Day::Other("Weekend".to_owned())).await;
    let status = refused.map_err(|error| error.api().map(|error| error.status.as_u16()));
    group.got("putUnknownValue", Ok::<_, ()>(status), Err(Some(500)));
}
