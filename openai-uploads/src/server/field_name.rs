//! The names of generated fields.

/// The name of a model's field, which does not compile once the model has no such field.
macro_rules! field_name {
    ($model:ty, $field:ident) => {{
        let _ = |model: &$model| {
            let _ = &model.$field;
        };
        stringify!($field)
    }};
}
