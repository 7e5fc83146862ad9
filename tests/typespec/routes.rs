//! Routes: parameters in paths and in the query, in all styles.

use std::collections::BTreeMap;

use clients::routes::apis::default_api::*;
use clients::routes::models::ExpandParameters;

use crate::board::{Board, Group};

pub(crate) async fn run(board: &Board) {
    let group = board.group("Routes");
    fixed_and_named(&group).await;
    simple(&group).await;
    label(&group).await;
    matrix(&group).await;
    query(&group).await;
    left_out(board);
}

fn list() -> Vec<String> {
    vec!["a".to_owned(), "b".to_owned()]
}

fn record() -> BTreeMap<String, i32> {
    BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)])
}

async fn fixed_and_named(group: &Group) {
    let at = &group.at;
    group.sent("fixed", fixed(at).await);
    group.sent("InInterface", in_interface_fixed(at).await);
    group.sent("PathParameters_templateOnly", path_parameters_template_only(at, "a").await);
    group.sent("PathParameters_explicit", path_parameters_explicit(at, "a").await);
    group.sent("PathParameters_annotationOnly", path_parameters_annotation_only(at, "a").await);
    group.sent("QueryParameters_templateOnly", query_parameters_template_only(at, "a").await);
    group.sent("QueryParameters_explicit", query_parameters_explicit(at, "a").await);
    group.sent("QueryParameters_annotationOnly", query_parameters_annotation_only(at, "a").await);
}

async fn simple(group: &Group) {
    let at = &group.at;
    group.sent("PathParameters_SimpleExpansion_Standard_primitive", standard_primitive(at, "a").await);
    group.sent("PathParameters_SimpleExpansion_Standard_array", standard_array(at, list()).await);
    group.sent("PathParameters_SimpleExpansion_Standard_record", standard_record(at, record()).await);
    group.sent("PathParameters_SimpleExpansion_Explode_primitive", explode_primitive(at, "a").await);
    group.sent("PathParameters_SimpleExpansion_Explode_array", explode_array(at, list()).await);
    group.sent("PathParameters_SimpleExpansion_Explode_record", explode_record(at, record()).await);
}

async fn label(group: &Group) {
    let at = &group.at;
    group.sent("PathParameters_LabelExpansion_Standard_primitive", standard_primitive_3(at, "a").await);
    group.sent("PathParameters_LabelExpansion_Standard_array", standard_array_3(at, list()).await);
    group.sent("PathParameters_LabelExpansion_Standard_record", standard_record_3(at, record()).await);
    group.sent("PathParameters_LabelExpansion_Explode_primitive", explode_primitive_3(at, "a").await);
    group.sent("PathParameters_LabelExpansion_Explode_array", explode_array_3(at, list()).await);
    group.sent("PathParameters_LabelExpansion_Explode_record", explode_record_3(at, record()).await);
}

async fn matrix(group: &Group) {
    let at = &group.at;
    group.sent("PathParameters_MatrixExpansion_Standard_primitive", standard_primitive_4(at, "a").await);
    group.sent("PathParameters_MatrixExpansion_Standard_array", standard_array_4(at, list()).await);
    group.sent("PathParameters_MatrixExpansion_Standard_record", standard_record_4(at, record()).await);
    group.sent("PathParameters_MatrixExpansion_Explode_primitive", explode_primitive_4(at, "a").await);
    group.sent("PathParameters_MatrixExpansion_Explode_array", explode_array_4(at, list()).await);
    group.sent("PathParameters_MatrixExpansion_Explode_record", explode_record_4(at, record()).await);
}

async fn query(group: &Group) {
    let at = &group.at;
    group.sent("QueryParameters_QueryExpansion_Standard_primitive", standard_primitive_5(at, "a").await);
    group.sent("QueryParameters_QueryExpansion_Standard_array", standard_array_5(at, list()).await);
    group.sent("QueryParameters_QueryExpansion_Standard_record", standard_record_5(at, record()).await);
    group.sent("QueryParameters_QueryExpansion_Explode_primitive", explode_primitive_5(at, "a").await);
    group.sent("QueryParameters_QueryExpansion_Explode_array", explode_array_5(at, list()).await);
    group.sent("QueryParameters_QueryExpansion_Explode_record", explode_record_5(at, record()).await);
    let model = ExpandParameters::new("status".to_owned(), "active".to_owned());
    group.sent("QueryParameters_QueryExpansion_Explode_model", explode_model(at, model).await);
}

fn left_out(board: &Board) {
    board.left_out(
        "the emitter drops reserved and path expansion (`{+name}`, `{/name}`) of parameters in the path",
        &["Routes_PathParameters_ReservedExpansion_*", "Routes_PathParameters_PathExpansion_*"],
    );
    board.left_out(
        "OpenAPI has no paths with a query in them",
        &["Routes_QueryParameters_QueryContinuation_*"],
    );
}
