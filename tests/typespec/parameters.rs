//! Parameters and bodies.

use clients::{
    parameters_basic, parameters_body_optionality, parameters_body_root, parameters_collection_format,
    parameters_path, parameters_query, parameters_spread,
};

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    basic(board).await;
    optional_bodies(board).await;
    body_root(board).await;
    collections(board).await;
    path(board).await;
    query(board).await;
    spread_models(board).await;
    spread_aliases(board).await;
}

fn foo() -> String {
    "foo".to_owned()
}

async fn basic(board: &Board) {
    use parameters_basic::apis::default_api::*;
    use parameters_basic::models::{ExplicitBodyUser, implicit_body_simple};

    let group = board.group("Parameters_Basic");
    let at = &group.at;
    group.sent("ExplicitBody_simple", explicit_body_simple(at, ExplicitBodyUser::new(foo())).await);
    group.sent(
        "ImplicitBody_simple",
        implicit_body_simple(at, implicit_body_simple::Request::new(foo())).await,
    );
}

async fn optional_bodies(board: &Board) {
    use parameters_body_optionality::apis::default_api::*;
    use parameters_body_optionality::models::BodyModel;

    let group = board.group("Parameters_BodyOptionality");
    let at = &group.at;
    let body = || BodyModel::new(foo());
    group.sent("requiredExplicit", required_explicit(at, body()).await);
    group.sent("requiredImplicit", required_implicit(at, body()).await);
    group.sent("OptionalExplicit", optional_explicit_set(at, Some(body())).await);
    group.sent("OptionalExplicit", optional_explicit_omit(at, None).await);
}

async fn body_root(board: &Board) {
    use parameters_body_root::apis::default_api::*;
    use parameters_body_root::models::BodyRootModel;

    let group = board.group("Parameters_BodyRoot");
    let body =
        BodyRootModel::new().category("widget".to_owned()).link_type("hard".to_owned()).was_successful(true);
    group.sent("nested", nested(&group.at, body).await);
}

async fn collections(board: &Board) {
    use parameters_collection_format::apis::default_api::*;

    let group = board.group("Parameters_CollectionFormat");
    let at = &group.at;
    let colors = || ["blue", "red", "green"].map(str::to_owned).to_vec();
    group.sent("Query_multi", query_multi(at, colors()).await);
    group.sent("Query_ssv", query_ssv(at, colors()).await);
    group.sent("Query_pipes", query_pipes(at, colors()).await);
    group.sent("Query_csv", query_csv(at, colors()).await);
    group.sent("Header_csv", header_csv(at, colors()).await);
}

async fn path(board: &Board) {
    use parameters_path::apis::default_api::*;

    let group = board.group("Parameters_Path");
    group.sent("normal", normal(&group.at, "foo").await);
    board.left_out("the document lacks the `/` before the parameter", &["Parameters_Path_optional"]);
}

async fn query(board: &Board) {
    use parameters_query::apis::default_api::*;
    use parameters_query::models::constant_post::QueryParam;

    let group = board.group("Parameters_Query");
    group.sent("Constant_post", constant_post(&group.at, QueryParam::ConstantValue).await);
    group.sent("SpecialChar_dollarSign", special_char_dollar_sign(&group.at, "status eq 'active'").await);
}

async fn spread_models(board: &Board) {
    use parameters_spread::apis::default_api::*;
    use parameters_spread::models::{ModelBodyParameter, ModelCompositeRequestMix};

    let group = board.group("Parameters_Spread_Model");
    let at = &group.at;
    let body = || ModelBodyParameter::new(foo());
    group.sent("spreadAsRequestBody", model_spread_as_request_body(at, body()).await);
    let call = model_spread_composite_request_only_with_body(at, body());
    group.sent("spreadCompositeRequestOnlyWithBody", call.await);
    let call = model_spread_composite_request_without_body(at, "foo", "bar");
    group.sent("spreadCompositeRequestWithoutBody", call.await);
    group.sent("spreadCompositeRequest", model_spread_composite_request(at, "foo", "bar", body()).await);
    let mix = ModelCompositeRequestMix::new(foo());
    group.sent("spreadCompositeRequestMix", model_spread_composite_request_mix(at, "foo", "bar", mix).await);
}

async fn spread_aliases(board: &Board) {
    use parameters_spread::apis::default_api::*;
    use parameters_spread::models::*;

    let group = board.group("Parameters_Spread_Alias");
    let at = &group.at;
    let body = alias_spread_as_request_body::Request::new(foo());
    group.sent("spreadAsRequestBody", alias_spread_as_request_body(at, body).await);
    let body = alias_spread_as_request_parameter::Request::new(foo());
    group.sent("spreadAsRequestParameter", alias_spread_as_request_parameter(at, "1", "bar", body).await);
    let body = alias_spread_with_multiple_parameters::Request::new(foo(), vec![1, 2])
        .optional_int(1)
        .optional_string_list(vec![foo(), "bar".to_owned()]);
    group.sent(
        "spreadWithMultipleParameters",
        alias_spread_with_multiple_parameters(at, "1", "bar", body).await,
    );
    let call = alias_spread_parameter_with_inner_model(at, "1", "bar", AliasInnerModel::new(foo()));
    group.sent("spreadParameterWithInnerModel", call.await);
    let body = alias_spread_parameter_with_inner_alias::Request::new(foo(), 1);
    group.sent(
        "spreadParameterWithInnerAlias",
        alias_spread_parameter_with_inner_alias(at, "1", "bar", body).await,
    );
}
