//! Names of crates.

/// Names of crates that come with Rust or that Cargo reserves.
const TAKEN: [&str; 6] = ["alloc", "core", "proc_macro", "std", "test", "build"];

/// Checks whether Cargo and Rust accept a name for a crate.
///
/// # Errors
///
/// The rule that the name breaks.
pub fn check(name: &str) -> Result<(), &'static str> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !plain || !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Err("a crate's name begins with a letter and has letters, digits, `-` and `_`");
    }
    let identifier = name.replace('-', "_");
    if TAKEN.contains(&&*identifier) || syn::parse_str::<syn::Ident>(&identifier).is_err() {
        return Err("this name means something to Rust or Cargo");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_that_cargo_refuses_are_refused() {
        for name in ["openai-api", "a", "A1_b", "async-api"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in ["", "1a", "-a", "a b", "a/b", "../a", "é", "fn", "async", "std", "proc-macro", "r#fn"] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
