//! Words that languages reserve, as names of operations, parameters, models and properties.

use clients::special_words::apis::default_api::*;
use clients::special_words::models::*;

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    operations(board).await;
    parameters(board).await;
    models(board).await;
    properties(board).await;
    board.left_out(
        "the emitter of OpenAPI crashes at a parameter with the name `constructor`",
        &["SpecialWords_Parameters_constructor"],
    );
}

async fn operations(board: &Board) {
    let group = board.group("SpecialWords_Operations");
    let at = &group.at;
    group.sent("and", operations_and(at).await);
    group.sent("as", operations_as(at).await);
    group.sent("assert", operations_assert(at).await);
    group.sent("async", operations_async(at).await);
    group.sent("await", operations_await(at).await);
    group.sent("break", operations_break(at).await);
    group.sent("class", operations_class(at).await);
    group.sent("constructor", operations_constructor(at).await);
    group.sent("continue", operations_continue(at).await);
    group.sent("def", operations_def(at).await);
    group.sent("del", operations_del(at).await);
    group.sent("elif", operations_elif(at).await);
    group.sent("else", operations_else(at).await);
    group.sent("except", operations_except(at).await);
    group.sent("exec", operations_exec(at).await);
    group.sent("finally", operations_finally(at).await);
    group.sent("for", operations_for(at).await);
    group.sent("from", operations_from(at).await);
    group.sent("global", operations_global(at).await);
    group.sent("if", operations_if(at).await);
    group.sent("import", operations_import(at).await);
    group.sent("in", operations_in(at).await);
    group.sent("is", operations_is(at).await);
    group.sent("lambda", operations_lambda(at).await);
    group.sent("not", operations_not(at).await);
    group.sent("or", operations_or(at).await);
    group.sent("pass", operations_pass(at).await);
    group.sent("raise", operations_raise(at).await);
    group.sent("return", operations_return(at).await);
    group.sent("try", operations_try(at).await);
    group.sent("while", operations_while(at).await);
    group.sent("with", operations_with(at).await);
    group.sent("yield", operations_yield(at).await);
}

async fn parameters(board: &Board) {
    let group = board.group("SpecialWords_Parameters");
    let at = &group.at;
    group.sent("and", parameters_with_and(at, "ok").await);
    group.sent("as", parameters_with_as(at, "ok").await);
    group.sent("assert", parameters_with_assert(at, "ok").await);
    group.sent("async", parameters_with_async(at, "ok").await);
    group.sent("await", parameters_with_await(at, "ok").await);
    group.sent("break", parameters_with_break(at, "ok").await);
    group.sent("cancellationToken", parameters_with_cancellation_token(at, "ok").await);
    group.sent("class", parameters_with_class(at, "ok").await);
    group.sent("continue", parameters_with_continue(at, "ok").await);
    group.sent("def", parameters_with_def(at, "ok").await);
    group.sent("del", parameters_with_del(at, "ok").await);
    group.sent("elif", parameters_with_elif(at, "ok").await);
    group.sent("else", parameters_with_else(at, "ok").await);
    group.sent("except", parameters_with_except(at, "ok").await);
    group.sent("exec", parameters_with_exec(at, "ok").await);
    group.sent("finally", parameters_with_finally(at, "ok").await);
    group.sent("for", parameters_with_for(at, "ok").await);
    group.sent("from", parameters_with_from(at, "ok").await);
    group.sent("global", parameters_with_global(at, "ok").await);
    group.sent("if", parameters_with_if(at, "ok").await);
    group.sent("import", parameters_with_import(at, "ok").await);
    group.sent("in", parameters_with_in(at, "ok").await);
    group.sent("is", parameters_with_is(at, "ok").await);
    group.sent("lambda", parameters_with_lambda(at, "ok").await);
    group.sent("not", parameters_with_not(at, "ok").await);
    group.sent("or", parameters_with_or(at, "ok").await);
    group.sent("pass", parameters_with_pass(at, "ok").await);
    group.sent("raise", parameters_with_raise(at, "ok").await);
    group.sent("return", parameters_with_return(at, "ok").await);
    group.sent("try", parameters_with_try(at, "ok").await);
    group.sent("while", parameters_with_while(at, "ok").await);
    group.sent("with", parameters_with_with(at, "ok").await);
    group.sent("yield", parameters_with_yield(at, "ok").await);
}

async fn models(board: &Board) {
    let group = board.group("SpecialWords_Models");
    let at = &group.at;
    let ok = || "ok".to_owned();
    group.sent("and", models_with_and(at, ModelsAnd::new(ok())).await);
    group.sent("as", models_with_as(at, ModelsAs::new(ok())).await);
    group.sent("assert", models_with_assert(at, ModelsAssert::new(ok())).await);
    group.sent("async", models_with_async(at, ModelsAsync::new(ok())).await);
    group.sent("await", models_with_await(at, ModelsAwait::new(ok())).await);
    group.sent("break", models_with_break(at, ModelsBreak::new(ok())).await);
    group.sent("class", models_with_class(at, ModelsClass::new(ok())).await);
    group.sent("constructor", models_with_constructor(at, ModelsConstructor::new(ok())).await);
    group.sent("continue", models_with_continue(at, ModelsContinue::new(ok())).await);
    group.sent("def", models_with_def(at, ModelsDef::new(ok())).await);
    group.sent("del", models_with_del(at, ModelsDel::new(ok())).await);
    group.sent("elif", models_with_elif(at, ModelsElif::new(ok())).await);
    group.sent("else", models_with_else(at, ModelsElse::new(ok())).await);
    group.sent("except", models_with_except(at, ModelsExcept::new(ok())).await);
    group.sent("exec", models_with_exec(at, ModelsExec::new(ok())).await);
    group.sent("finally", models_with_finally(at, ModelsFinally::new(ok())).await);
    group.sent("for", models_with_for(at, ModelsFor::new(ok())).await);
    group.sent("from", models_with_from(at, ModelsFrom::new(ok())).await);
    group.sent("global", models_with_global(at, ModelsGlobal::new(ok())).await);
    group.sent("if", models_with_if(at, ModelsIf::new(ok())).await);
    group.sent("import", models_with_import(at, ModelsImport::new(ok())).await);
    group.sent("in", models_with_in(at, ModelsIn::new(ok())).await);
    group.sent("is", models_with_is(at, ModelsIs::new(ok())).await);
    group.sent("lambda", models_with_lambda(at, ModelsLambda::new(ok())).await);
    group.sent("not", models_with_not(at, ModelsNot::new(ok())).await);
    group.sent("or", models_with_or(at, ModelsOr::new(ok())).await);
    group.sent("pass", models_with_pass(at, ModelsPass::new(ok())).await);
    group.sent("raise", models_with_raise(at, ModelsRaise::new(ok())).await);
    group.sent("return", models_with_return(at, ModelsReturn::new(ok())).await);
    group.sent("try", models_with_try(at, ModelsTry::new(ok())).await);
    group.sent("while", models_with_while(at, ModelsWhile::new(ok())).await);
    group.sent("with", models_with_with(at, ModelsWith::new(ok())).await);
    group.sent("yield", models_with_yield(at, ModelsYield::new(ok())).await);
}

async fn properties(board: &Board) {
    let group = board.group("SpecialWords");
    let at = &group.at;
    let ok = || "ok".to_owned();
    let body = ModelPropertiesSameAsModel::new(ok());
    group.sent("ModelProperties_sameAsModel", model_properties_same_as_model(at, body).await);
    let body = ModelPropertiesDictMethods::new(ok(), ok(), ok(), ok(), ok(), ok(), ok(), ok(), ok(), ok());
    group.sent("ModelProperties_dictMethods", model_properties_dict_methods(at, body).await);
    let body = ModelPropertiesModelWithList::new(ok());
    group.sent("ModelProperties_withList", model_properties_with_list(at, body).await);
    let body = reserved_operation_body_params_with_items::Request::new(vec!["item".to_owned()]);
    let reply = reserved_operation_body_params_with_items(at, body).await;
    group.sent("ReservedOperationBodyParams_withItems", reply);
    let value = || ExtensibleStringsExtensibleString::Class;
    let reply = extensible_strings_put_extensible_string_value(at, value()).await;
    group.got("ExtensibleStrings_putExtensibleStringValue", reply, value());
}
