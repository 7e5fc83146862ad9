//! The command of `--token-command`, as it is typed.

use std::fmt;

use openai_uploads::runtime::TokenCommand;

/// A program and its arguments, split as a shell splits them. No shell runs them.
#[derive(Clone, Debug)]
pub(crate) struct CommandLine {
    text: String,
    words: Vec<String>,
}

impl CommandLine {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let words = shlex::split(text).ok_or("a quote is not closed, or the text ends with a backslash")?;
        if words.is_empty() {
            return Err("give a command such as 'az account get-access-token'".to_owned());
        }
        Ok(Self { text: text.to_owned(), words })
    }

    /// The provider of its tokens.
    pub(crate) fn provider(&self) -> TokenCommand {
        let (program, arguments) = self.words.split_first().expect("an empty command is refused");
        TokenCommand::new(program).args(arguments)
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_into_words_and_nothing_else_happens_to_it() {
        let command = CommandLine::parse("print-token 'a b' $HOME \"c;d\" | e").unwrap();
        assert_eq!(command.words, ["print-token", "a b", "$HOME", "c;d", "|", "e"]);
        assert_eq!(command.to_string(), "print-token 'a b' $HOME \"c;d\" | e");
        for text in ["", " ", "print-token 'a"] {
            assert!(CommandLine::parse(text).is_err(), "{text:?}");
        }
    }
}
